package io.signalbox.broker.queue;

/**
 * What one queue holds of the heap: its entries, the bodies in memory, and what its consumers have not settled. Confined to the
 * queue; told to the {@link MemoryBudget} of all queues in steps, so that they do not meet there for every message.
 */
final class HeldMemory {

    /** Heap of one entry and its place in the order, in bytes. */
    private static final long ENTRY_HEAP_BYTES = 112;

    /** Heap of a message beyond its body, in bytes. */
    private static final long MESSAGE_HEAP_BYTES = 192;

    private static final long REPORT_STEP_BYTES = 4096;

    private final MemoryBudget budget;
    private long residentMessages;
    private long residentBytes;
    private long unsettledBytes;
    private long reportedBytes;

    HeldMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    boolean isTight() {
        return budget.isTight();
    }

    /** Whether it has so much unsettled that it gets no more until it settles some. */
    boolean isFull(Consumer consumer) {
        return consumer.acquiredBytes >= budget.bytesOfOneConsumer();
    }

    void addResident(Entry entry) {
        residentMessages++;
        residentBytes += entry.residentBytes;
    }

    void removeResident(Entry entry) {
        residentMessages--;
        residentBytes -= entry.residentBytes;
    }

    long residentBytes() {
        return residentBytes;
    }

    void acquired(Consumer consumer, Entry entry) {
        consumer.acquiredBytes += entry.unsettledBytes();
        unsettledBytes += entry.unsettledBytes();
    }

    void released(Consumer consumer, Entry entry) {
        consumer.acquiredBytes -= entry.unsettledBytes();
        unsettledBytes -= entry.unsettledBytes();
    }

    /** The queue has ended. */
    void clear() {
        residentMessages = 0;
        residentBytes = 0;
        unsettledBytes = 0;
    }

    void report(long entries) {
        long held = entries * ENTRY_HEAP_BYTES + residentMessages * MESSAGE_HEAP_BYTES + residentBytes + unsettledBytes;
        long change = held - reportedBytes;
        if (Math.abs(change) < REPORT_STEP_BYTES) return;
        budget.hold(change);
        reportedBytes = held;
    }
}
