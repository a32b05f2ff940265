package io.signalbox.broker.store;

import io.signalbox.broker.message.Message;

/** Receives, on the opening thread and in log order, what an earlier life left in the log. */
public interface RecoverySink {

    /**
     * An entry that was not settled. Called after all tables are complete, once per (queue, enqueue record), in the order
     * of LSNs. The message's body is {@link io.signalbox.broker.message.Body.Stored}.
     *
     * @param targetFlags the flags given to {@link WriteBatch#enqueueTo}
     * @return whether the entry lives on; false if its queue is gone or it was transient: then the store counts it as
     *     settled
     */
    boolean entry(long queueId, long lsn, int targetFlags, Message message);

    /** How far recovery is: for a progress line. */
    void progress(long bytesDone, long bytesTotal);
}
