package io.signalbox.broker.store;

/** The core, as it answers a store that writes down what there is, so that the next start need not read the whole log. */
public interface CheckpointSource extends ImageReader {

    /**
     * Tells what the queues have below an LSN: every entry whose enqueue record lies there and which has not ended, also those
     * that do not outlive the process. An entry of a {@link Transaction} that was committed above may be told or not. What ends while
     * this goes on may be told or not; the settlement of one that is not told has been appended before {@link
     * ImageSink#end}.
     *
     * <p>Called on a thread of the store, with all records below {@code belowLsn} durable, and not again before the end has been told. It does not wait: the answers come later, on any
     * thread.
     */
    void collect(long belowLsn, ImageSink sink);

    /**
     * What the store has found damaged: told once of each place. The core says so in its log and delivers nothing that lies there,
     * but for what is in memory. Called on a thread of the store; it does not wait. A core that delivers nothing need not listen.
     */
    default void damaged(StoreDamage damage) {}
}
