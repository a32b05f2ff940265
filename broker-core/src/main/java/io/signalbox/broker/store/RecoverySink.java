package io.signalbox.broker.store;

import io.signalbox.broker.message.Message;

/** Receives, on the opening thread and in log order, what an earlier life left in the log. */
public interface RecoverySink {

    /**
     * An entry of a queue that was not dropped; {@link #settled} follows in its turn if it was settled. Called after all
     * tables are complete, once per (queue, enqueue record), in the order of LSNs. The message's body is {@link
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
