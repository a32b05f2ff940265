package io.signalbox.broker.queue;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much heap the queues of a broker may hold in all. A queue costs heap for every entry, wherever its body is, and for the
 * bodies that are in memory; publishers are refused before that ends the process. Thread-safe; queues report in steps.
 */
public final class MemoryBudget {

    private final LongAdder heldBytes = new LongAdder();
    private final long limitBytes;

    public MemoryBudget(long limitBytes) {
        if (limitBytes < 0) throw new IllegalArgumentException("limitBytes " + limitBytes + " is negative");
        this.limitBytes = limitBytes;
    }

    /** Half of the heap, since connections, reads and the collector need theirs. */
    public static MemoryBudget ofThisProcess() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);
    }

    public long limitBytes() {
        return limitBytes;
    }

    public long heldBytes() {
        return heldBytes.sum();
    }

    /** More is held, or less if negative. */
    public void hold(long bytes) {
        heldBytes.add(bytes);
    }

    /** Nothing more should be kept for later. */
    public boolean isExhausted() {
        return heldBytes.sum() >= limitBytes;
    }

    /** Bodies that are in the log too should no longer be kept in memory beside it. */
    public boolean isTight() {
        return heldBytes.sum() >= limitBytes / 2;
    }

    /** What one consumer may hold unsettled, in bytes, before it gets no more: one that never settles leaves room for others. */
    long bytesOfOneConsumer() {
        return Math.max(1, limitBytes / 4);
    }
}
