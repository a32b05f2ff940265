package io.signalbox.broker.queue;

import io.signalbox.broker.store.WriteBatch;
import org.jspecify.annotations.Nullable;

/**
 * The batch that a thread lends to the queue which it drains, so that queues have none of their own while they settle nothing.
 * A queue that is drained within another's drain gets a new one. Confined to its thread.
 */
final class SpareBatch {

    private static final ThreadLocal<SpareBatch> OF_THREAD = ThreadLocal.withInitial(SpareBatch::new);

    private @Nullable WriteBatch batch;

    private SpareBatch() {}

    /** An empty batch. */
    static WriteBatch take() {
        SpareBatch spare = OF_THREAD.get();
        WriteBatch batch = spare.batch;
        spare.batch = null;
        return batch == null ? new WriteBatch() : batch;
    }

    /** The batch is not needed any more. */
    static void giveBack(WriteBatch batch) {
        batch.clear();
        OF_THREAD.get().batch = batch;
    }
}
