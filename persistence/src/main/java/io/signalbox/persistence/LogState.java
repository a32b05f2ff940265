package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of an open log know of each other. Each volatile field has one writer, named at its setter; all may be
 * read by any thread.
 */
final class LogState {
    private final StoreId store;
    private final long epoch;
    private final SegmentTable segments;
    private final Tables tables;
    private final AppendBuffers buffers;
    private final ForceWaiters forceWaiters = new ForceWaiters();
    private final SpaceWaiters spaceWaiters = new SpaceWaiters();
    private final Queue<Segment> retired = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable StoreException> failure = new AtomicReference<>();

    private volatile boolean closed;
    private volatile boolean publishHeld;
    private volatile boolean diskFull;
    private volatile boolean nextSegmentWanted;
    private volatile long durableLsn;
    private volatile long activeBaseLsn;
    private volatile long logStartLsn;
    private volatile long durableLogStartLsn;
    private volatile long wantedSnapshotLsn;
    private volatile long coveredLsn;

    /**
     * @param segments with the segment that takes the first batch as the newest
     * @param coveredLsn what the published snapshot covers; 0 = there is none
     */
    LogState(StoreId store, SegmentTable segments, Tables tables, AppendBuffers buffers, long coveredLsn) {
        this.store = store;
        this.epoch = segments.newest().header().epoch();
        this.segments = segments;
        this.tables = tables;
        this.buffers = buffers;
        this.coveredLsn = coveredLsn;
        durableLsn = segments.newest().header().firstBatchLsn();
        activeBaseLsn = segments.newest().header().baseLsn();
        logStartLsn = segments.oldest().header().baseLsn();
        durableLogStartLsn = logStartLsn;
        // What earlier lives left can only be recycled under a snapshot that covers it.
        if (segments.oldest() != segments.newest()) wantedSnapshotLsn = activeBaseLsn;
    }

    StoreId store() {
        return store;
    }

    long epoch() {
        return epoch;
    }

    SegmentTable segments() {
        return segments;
    }

    Tables tables() {
        return tables;
    }

    AppendBuffers buffers() {
        return buffers;
    }

    ForceWaiters forceWaiters() {
        return forceWaiters;
    }

    SpaceWaiters spaceWaiters() {
        return spaceWaiters;
    }

    /** Segments that nothing needs any more; to be released once the log says durably that it begins after them. */
    Queue<Segment> retired() {
        return retired;
    }

    @Nullable
    StoreException failure() {
        return failure.get();
    }

    /** The first failure counts. */
    void fail(StoreException cause) {
        failure.compareAndSet(null, cause);
    }

    /** Whether nothing is taken any more. */
    boolean isStopped() {
        return closed || failure.get() != null;
    }

    /** By whoever closes the store. */
    void close() {
        closed = true;
    }

    /** Whether publishers are refused because the next segment is missing and this one is for settlements. */
    boolean isPublishHeld() {
        return publishHeld;
    }

    /** By the log thread. */
    void publishHeld(boolean held) {
        publishHeld = held;
    }

    /** Whether there was no room at the last try. */
    boolean isDiskFull() {
        return diskFull;
    }

    /** By the housekeeper. */
    void diskFull(boolean full) {
        diskFull = full;
    }

    long durableLsn() {
        return durableLsn;
    }

    /** By the log thread, after a force. */
    void durableLsn(long lsn) {
        durableLsn = lsn;
    }

    /** The segment that takes batches. */
    long activeBaseLsn() {
        return activeBaseLsn;
    }

    /** By the log thread, at a roll: what lies below is complete in the tables, so a snapshot can cover it. */
    void rolledTo(long baseLsn) {
        nextSegmentWanted = false;
        activeBaseLsn = baseLsn;
        wantedSnapshotLsn = baseLsn;
    }

    /** Base of the oldest segment still needed. */
    long logStartLsn() {
        return logStartLsn;
    }

    /** By the log thread. */
    void logStartLsn(long lsn) {
        logStartLsn = lsn;
    }

    /** Segments below may be overwritten: the log says durably that it begins here. */
    long durableLogStartLsn() {
        return durableLogStartLsn;
    }

    /** By the log thread, after a force. */
    void durableLogStartLsn(long lsn) {
        durableLogStartLsn = lsn;
    }

    /** What the next snapshot is to cover, if that is more than {@link #coveredLsn}. */
    long wantedSnapshotLsn() {
        return wantedSnapshotLsn;
    }

    /** What the published snapshot covers. */
    long coveredLsn() {
        return coveredLsn;
    }

    /** By the housekeeper. */
    void coveredLsn(long lsn) {
        coveredLsn = lsn;
    }

    /** By the log thread: a record has no place in this segment. */
    void wantNextSegment() {
        nextSegmentWanted = true;
    }

    /** Whether the next segment is to be made ready: when an eighth of this one is used, or it is wanted at once. */
    boolean isNextSegmentDue() {
        SegmentHeader newest = segments.newest().header();
        long used = buffers.active().baseLsn() - newest.baseLsn();
        boolean wanted = nextSegmentWanted || used >= newest.sizeBytes() / 8;
        return newest.baseLsn() == activeBaseLsn && wanted;
    }

    /** Whether the housekeeper has something to do. */
    boolean isHousekeepingDue() {
        if (isNextSegmentDue() || wantedSnapshotLsn > coveredLsn || tables.isForgettingDue()) return true;
        Segment oldest = retired.peek();
        return oldest != null && oldest.header().baseLsn() < durableLogStartLsn;
    }
}
