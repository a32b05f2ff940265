package io.signalbox.broker.queue;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much heap the queues of a broker may hold in all. A queue costs heap for every entry, wherever its body is, and for the
 * bodies that are in memory; publishers are refused before that ends the process. Thread-safe; queues report in steps.
 */
public final class MemoryBudget {

    /** Of the limit: indexes that have more in all give to the disk what nobody needs for now. */
    private static final int INDEX_SHARE = 16;

    private final LongAdder heldBytes = new LongAdder();
    private final LongAdder indexBytes = new LongAdder();
    private final LongAdder entriesOnDisk = new LongAdder();
    private final long limitBytes;
    private final long indexLimitBytes;
    private final int slotBits;

    public MemoryBudget(long limitBytes) {
        this(limitBytes, limitBytes / INDEX_SHARE);
    }

    /** @param indexLimitBytes what the indexes of all queues may have before what is cold of them leaves memory */
    public MemoryBudget(long limitBytes, long indexLimitBytes) {
        this(limitBytes, indexLimitBytes, QueueIndex.SLOT_BITS);
    }

    /** @param slotBits how many entries leave memory together, as a power of 2: the slots of a chunk of an index */
    public MemoryBudget(long limitBytes, long indexLimitBytes, int slotBits) {
        if (limitBytes < 0) throw new IllegalArgumentException("limitBytes " + limitBytes + " is negative");
        if (indexLimitBytes < 0) throw new IllegalArgumentException("indexLimitBytes " + indexLimitBytes);
        this.limitBytes = limitBytes;
        this.indexLimitBytes = indexLimitBytes;
        this.slotBits = slotBits;
    }

    /** Half of the heap, since connections, reads and the collector need theirs. */
    public static MemoryBudget ofThisProcess() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);
    }

    int slotBits() {
        return slotBits;
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

    /** Of what is held, the index of a queue has more, or less if negative: what it costs to know which messages there are. */
    void holdIndex(long bytes) {
        indexBytes.add(bytes);
    }

    /** What the indexes of all queues have in memory. */
    public long indexBytes() {
        return indexBytes.sum();
    }

    /** Whether indexes should give to the disk what is cold of them. */
    boolean isIndexLarge() {
        return indexBytes.sum() >= indexLimitBytes;
    }

    /** So many more entries are not in an index in memory, or fewer if negative. */
    void holdOnDisk(long entries) {
        entriesOnDisk.add(entries);
    }

    /** Entries whose index is on disk. */
    public long entriesOnDisk() {
        return entriesOnDisk.sum();
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
