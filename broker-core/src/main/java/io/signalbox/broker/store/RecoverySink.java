package io.signalbox.broker.store;

import io.signalbox.broker.message.Message;
import java.util.function.LongConsumer;

/** Receives, on the opening thread, what an earlier life left: the images of its last checkpoint, then the log in its order. */
public interface RecoverySink {

    /**
     * A part of what a queue had at the last checkpoint, as {@link ImageSink#part} was given it. Called after all tables are complete
     * and before the first entry, the parts of a queue in their order.
     *
     * @param living told the LSN of each entry in it that lives; of none if the queue is gone, or it was transient
     */
    void image(long queueId, byte[] image, LongConsumer living);

    /**
     * An entry of a queue that was not dropped; {@link #settled} follows in its turn if it was settled. Called after all
     * tables are complete, once per (queue, enqueue record) that no image holds, in the order of LSNs, in which those of a {@link
     * Transaction} have the place where they were added. Its first ones may lie among those of images. The message's body is {@link
     * io.signalbox.broker.message.Body.Stored}.
     *
     * @param targetFlags the flags given to {@link WriteBatch#enqueueTo}
     * @return whether the entry lives; false if its queue is gone or it was transient: then nothing keeps its record
     */
    boolean entry(long queueId, long lsn, int targetFlags, Message message);

    /**
     * A settlement, in its place among the entries.
     *
     * @return whether the entry has lived until here
     */
    boolean settled(long queueId, long lsn);

    /** How far recovery is: for a progress line. */
    void progress(long bytesDone, long bytesTotal);
}
