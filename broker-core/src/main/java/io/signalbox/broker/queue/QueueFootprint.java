package io.signalbox.broker.queue;

/**
 * What one queue holds of the heap, reckoned from what is in it, and told to the broker's budget. Confined to the queue, but
 * for {@link #residentBytes} and {@link #isFull()}, which anyone may read.
 */
final class QueueFootprint {

    /** Heap of a message beyond its body, in bytes. */
    private static final long MESSAGE_HEAP_BYTES = 192;

    private static final long REPORT_STEP_BYTES = 4096;

    private final MemoryBudget memory;
    private final int windowBytes;
    private long residentBytes;
    private long residentMessages;
    private long unsettledBytes;
    private long annotationBytes;
    private long reportedBytes;
    private long reportedChunkBytes;

    QueueFootprint(MemoryBudget memory, int windowBytes) {
        this.memory = memory;
        this.windowBytes = windowBytes;
    }

    /** Bodies that wait in memory, in bytes. */
    long residentBytes() {
        return residentBytes;
    }

    /** Whether the bodies in memory are as many as they may be. Any thread. */
    boolean isFull() {
        return residentBytes >= windowBytes || memory.isTight();
    }

    /** Whether the entry's body had better not be in memory beside the log. */
    boolean isBeyondWindow(Entry entry) {
        return residentBytes + entry.residentBytes > windowBytes || memory.isTight();
    }

    /** Whether the consumer holds as much as one may. */
    boolean isFull(Consumer consumer) {
        return consumer.stake().acquiredBytes >= memory.bytesOfOneConsumer();
    }

    void keeps(Entry entry) {
        entry.counted = true;
        residentMessages++;
        residentBytes += entry.residentBytes;
    }

    void keepsNoMore(Entry entry) {
        entry.counted = false;
        residentMessages--;
        residentBytes -= entry.residentBytes;
    }

    void acquired(Consumer consumer, Entry entry) {
        unsettledBytes += entry.unsettledBytes();
        consumer.stake().acquiredBytes += entry.unsettledBytes();
    }

    void released(Consumer consumer, Entry entry) {
        unsettledBytes -= entry.unsettledBytes();
        consumer.stake().acquiredBytes -= entry.unsettledBytes();
    }

    /** The entry has other annotations from now on. */
    void annotate(Entry entry, Annotations annotations) {
        annotationBytes += annotations.heapBytes() - entry.annotations.heapBytes();
        entry.annotations = annotations;
    }

    /** The queue holds nothing any more, to the last byte: there is no later step in which a rest could be told. */
    void end() {
        residentBytes = 0;
        residentMessages = 0;
        unsettledBytes = 0;
        annotationBytes = 0;
        tell(0, 0);
    }

    /**
     * Tells the budget, in steps, so that queues do not meet there for every message.
     *
     * @param indexBytes what the entries cost beside messages and annotations
     * @param chunkBytes of that, what they cost while nobody has any of them
     */
    void report(long indexBytes, long chunkBytes) {
        long ofEntries = indexBytes + annotationBytes;
        long held = ofEntries + residentMessages * MESSAGE_HEAP_BYTES + residentBytes + unsettledBytes;
        if (Math.abs(held - reportedBytes) >= REPORT_STEP_BYTES) tell(held, chunkBytes);
    }

    private void tell(long held, long chunkBytes) {
        memory.hold(held - reportedBytes);
        memory.holdIndex(chunkBytes - reportedChunkBytes);
        reportedBytes = held;
        reportedChunkBytes = chunkBytes;
    }

    /** Whether what is cold of the indexes should leave memory. */
    boolean isIndexLarge() {
        return memory.isIndexLarge();
    }

    /** Whether all queues together hold so much that nothing more should be kept for later. */
    boolean isTight() {
        return memory.isTight();
    }

    /** So many entries are in pages from now on. */
    void left(int entries) {
        memory.holdOnDisk(entries);
    }

    /** So many entries of those are not in pages any more. */
    void cameBack(int entries) {
        memory.holdOnDisk(-entries);
    }
}
