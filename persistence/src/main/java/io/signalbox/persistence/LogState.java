package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of an open log know of each other. Each volatile field has one writer, named at its setter; all may be
 * read by any thread.
 */
final class LogState {
    /** Answer of {@link #givenLsn}: that is not known before the batch that is being written is durable. */
    static final long UNKNOWN = -1;

    /** Of {@link #awaitForCheckpoint}. */
    static final long NOTHING_AWAITED = Long.MAX_VALUE;

    /** The log between two checkpoints may be so many times as long as is worth a small one. */
    private static final int MOST_DISTANCES = 4;

    private final StoreId store;
    private final long epoch;
    private final SegmentTable segments;
    private final Tables tables;
    private final AppendBuffers buffers;
    private final long checkpointBytes;
    private final OpenParts openParts = new OpenParts();
    private final ForceWaiters forceWaiters = new ForceWaiters();
    private final SpaceWaiters spaceWaiters = new SpaceWaiters();
    private final SpaceWaiters roomWaiters = new SpaceWaiters();
    private final KnownDamage damage = new KnownDamage();
    private final AtomicReference<@Nullable StoreException> failure = new AtomicReference<>();

    private volatile boolean closed;
    private volatile boolean publishHeld;
    private volatile boolean settlementsHeld;
    private volatile boolean piecesHeld;
    private volatile boolean diskFull;
    private volatile Optional<String> shortage = Optional.empty();
    private volatile long freeBytes = Long.MAX_VALUE;
    private volatile long occupiedBytes;
    private volatile boolean nextSegmentWanted;
    private volatile long durableLsn;
    private volatile long activeBaseLsn;
    private volatile boolean writing;
    private volatile boolean segmentFree = true;
    private volatile long replayLsn;
    private volatile long checkpointDistance;
    private volatile long keptReplayLsn;
    private volatile long awaitedForCheckpoint = NOTHING_AWAITED;

    /**
     * @param segments with the segment that takes the first batch as the newest
     * @param checkpointBytes of log that are worth a checkpoint
     * @param replayLsn where the newest checkpoint has the log replayed from
     * @param keptReplayLsn the same of the checkpoint before, if there is one
     */
    LogState(
            StoreId store,
            SegmentTable segments,
            Tables tables,
            AppendBuffers buffers,
            long checkpointBytes,
            long replayLsn,
            long keptReplayLsn) {
        this.store = store;
        this.epoch = segments.newest().header().epoch();
        this.segments = segments;
        this.tables = tables;
        this.buffers = buffers;
        this.checkpointBytes = checkpointBytes;
        checkpointDistance = checkpointBytes;
        this.replayLsn = replayLsn;
        this.keptReplayLsn = keptReplayLsn;
        durableLsn = segments.newest().header().firstBatchLsn();
        activeBaseLsn = segments.newest().header().baseLsn();
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

    OpenParts openParts() {
        return openParts;
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

    /** Who waits for the end of a {@link #shortage}. */
    SpaceWaiters roomWaiters() {
        return roomWaiters;
    }

    /** What was found damaged. */
    KnownDamage damage() {
        return damage;
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

    /** Whether pieces of large bodies wait for the next segment, so that others find room in this one. */
    boolean arePiecesHeld() {
        return piecesHeld;
    }

    /** By the log thread. */
    void piecesHeld(boolean held) {
        piecesHeld = held;
    }

    /** Whether only what has been begun is taken, because the next segment is missing and this one is used up. */
    boolean isSettlementsHeld() {
        return settlementsHeld;
    }

    /** By the log thread. */
    void settlementsHeld(boolean held) {
        settlementsHeld = held;
    }

    /** Whether so much of this segment is used that the next one should be ready soon. */
    boolean isNextSegmentUrgent() {
        return buffers.active().baseLsn() >= buffers.urgentLsn(segments.newest().header());
    }

    /** Whether somebody waits for it. */
    boolean isNextSegmentAwaited() {
        return publishHeld || nextSegmentWanted;
    }

    /** Whether there was no room at the last try. */
    boolean isDiskFull() {
        return diskFull;
    }

    /** By the housekeeper. */
    void diskFull(boolean full) {
        diskFull = full;
    }

    /** Why publishers are refused for lack of room; empty while they are not. */
    Optional<String> shortage() {
        return shortage;
    }

    /** By the housekeeper. */
    void shortage(Optional<String> why) {
        shortage = why;
    }

    /** What could be written at the last look. */
    long freeBytes() {
        return freeBytes;
    }

    /** By the housekeeper. */
    void freeBytes(long bytes) {
        freeBytes = bytes;
    }

    /** What the files had at the last look. */
    long occupiedBytes() {
        return occupiedBytes;
    }

    /** By the housekeeper. */
    void occupiedBytes(long bytes) {
        occupiedBytes = bytes;
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

    /** By the log thread, at a roll. */
    void rolledTo(long baseLsn) {
        nextSegmentWanted = false;
        activeBaseLsn = baseLsn;
    }

    /** By the log thread: true before a buffer is closed, false when what was in it is durable. */
    void writing(boolean now) {
        writing = now;
    }

    /** Above every LSN that has been given so far; {@link #UNKNOWN} if that cannot be told at this moment. */
    long givenLsn() {
        AppendBuffer active = buffers.active();
        if (!active.isEmpty()) return active.baseLsn() + active.used();
        return writing ? UNKNOWN : durableLsn;
    }

    /** Whether a segment below {@link #keptReplayLsn} may be needed for nothing any more. */
    boolean isSegmentFree() {
        return segmentFree;
    }

    /** By whoever lets go of the last entry in a segment; the housekeeper, before it looks. */
    void segmentFree(boolean free) {
        if (segmentFree != free) segmentFree = free;
    }

    /** What lies below is in the newest checkpoint. */
    long replayLsn() {
        return replayLsn;
    }

    /** What lies below is in the checkpoint before it, too: only messages are still needed from there. */
    long keptReplayLsn() {
        return keptReplayLsn;
    }

    /**
     * By the housekeeper: a checkpoint was published.
     *
     * @param bytes that it has: after a large one more log is worth the next
     */
    void checkpointed(long newReplayLsn, long bytes) {
        keptReplayLsn = replayLsn;
        replayLsn = newReplayLsn;
        checkpointDistance = Math.max(checkpointBytes, Math.min(bytes, MOST_DISTANCES * checkpointBytes));
        segmentFree = true;
    }

    /** Whether there is so much log above the newest checkpoint that another is worth its cost. */
    boolean isCheckpointDue() {
        return durableLsn - replayLsn >= checkpointDistance;
    }

    /** By the housekeeper: a checkpoint waits until everything below is durable. */
    void awaitForCheckpoint(long lsn) {
        awaitedForCheckpoint = lsn;
    }

    long awaitedForCheckpoint() {
        return awaitedForCheckpoint;
    }

    /** By the log thread: a record has no place in this segment. */
    void wantNextSegment() {
        nextSegmentWanted = true;
    }

    /** Whether the next segment is to be made ready: when an eighth of this one is used, or it is wanted at once. */
    boolean isNextSegmentDue() {
        SegmentHeader newest = segments.newest().header();
        boolean wanted = nextSegmentWanted || buffers.active().baseLsn() >= nextDueLsn(newest);
        return isNextSegmentMissing() && wanted;
    }

    /** Where in a segment the next one begins to be made. */
    static long nextDueLsn(SegmentHeader segment) {
        return segment.baseLsn() + segment.sizeBytes() / 8;
    }

    boolean isNextSegmentMissing() {
        return segments.newest().header().baseLsn() == activeBaseLsn;
    }

    /** Whether the housekeeper has something to do. */
    boolean isHousekeepingDue() {
        return segmentFree
                || isNextSegmentDue()
                || isCheckpointDue()
                || durableLsn >= awaitedForCheckpoint
                || tables.isForgettingDue();
    }
}
