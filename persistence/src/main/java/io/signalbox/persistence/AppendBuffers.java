package io.signalbox.persistence;

import io.signalbox.persistence.log.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two append buffers and where they lie in the log. One is active, the other is being written or free. They are small until
 * there was something to do, so that a broker with little to do holds little. A record too large for a buffer of usual size gets one of its
 * own size at the next swap. {@link #active}, {@link #wantUsual} and {@link #wantLarge} are for any thread, the rest is the log
 * thread's.
 */
final class AppendBuffers {

    /**
     * Kept free at the end of each segment. When no next segment can be had, a seal there can still say that an old one is
     * not needed any more, which then becomes the next.
     */
    static final int SEAL_ROOM_BYTES = 8 * BatchHeader.SECTOR_BYTES;

    /**
     * What a small buffer has of the usual size, if that is not less than the settlements that a queue makes at once: enough for what
     * may not wait for space, as changes of the catalogue, to find some until the next swap.
     */
    private static final int SMALL_SHARE = 4;

    /** One of which so much was used at a swap has become too small: more comes by the next. */
    private static final int BUSY_SHARE = 4;

    private static final int LEAST_BYTES = 64 << 10;

    private final int usualBytes;
    private volatile boolean usualWanted;
    private final AtomicInteger largeWanted = new AtomicInteger();
    private final SegmentTable segments;
    private final long segmentBytes;
    private long segmentEnd;
    private final Deque<AppendBuffer> free = new ArrayDeque<>(2);
    private volatile AppendBuffer active;

    /** @param segments with the one that takes the first batch as the newest */
    AppendBuffers(StoreSettings settings, SegmentTable segments) {
        usualBytes = settings.bufferBytes();
        segmentBytes = settings.segmentBytes();
        this.segments = segments;
        SegmentHeader segment = segments.newest().header();
        segmentEnd = segment.endLsn();
        int smallBytes =
                Math.min(usualBytes, Math.max(LEAST_BYTES, usualBytes / SMALL_SHARE & -BatchHeader.SECTOR_BYTES));
        free.push(newBuffer(smallBytes));
        active = newBuffer(smallBytes).startAt(segment.firstBatchLsn());
        active.open();
    }

    private static AppendBuffer newBuffer(int bytes) {
        return new AppendBuffer(ByteBuffer.allocate(bytes), bytes);
    }

    AppendBuffer active() {
        return active;
    }

    /** There is something to do: from the next swap on they have their usual size. */
    void wantUsual() {
        if (!usualWanted) usualWanted = true;
    }

    private boolean isTooSmall(AppendBuffer buffer) {
        return usualWanted && buffer.bytes().capacity() < usualBytes;
    }

    /** A record of {@code bytes} fits into no buffer of usual size: the next active one is to have room for it. */
    void wantLarge(int bytes) {
        largeWanted.accumulateAndGet(bytes, Math::max);
    }

    /** Whether a larger buffer than the active one is wanted. */
    boolean isLargerWanted() {
        return largeWanted.get() > 0 || isTooSmall(active);
    }

    /**
     * Makes another buffer active and closes the one that was; whoever claims meanwhile looks again. An empty buffer, too,
     * uses up its place: it becomes a seal.
     *
     * @return the closed buffer with all it holds filled in; after writing it goes to {@link #release}
     */
    AppendBuffer swap() {
        AppendBuffer closed = active;
        int used = closed.close();
        if (used > closed.bytes().capacity() / BUSY_SHARE) wantUsual();
        activateAfter(closed.baseLsn() + BatchHeader.filled(used));
        closed.awaitStragglers();
        return closed;
    }

    /** Puts a larger buffer in the place of the active one if that is empty; whether it was. */
    boolean widen() {
        AppendBuffer closed = active;
        if (!closed.closeIfEmpty()) return false;
        activateAfter(closed.baseLsn());
        release(closed);
        return true;
    }

    /** Whether the larger buffer that is wanted has a place. */
    boolean isLargerPlaceable() {
        long base = active.baseLsn();
        int large = largeWanted.get();
        if (large > 0) return isPlaceable(base, large);
        // One of usual size takes nothing of what is left here for settlements: they may be what needs it.
        return fits(base, usualBytes) || segments.of(segmentEnd) != null;
    }

    /** Without a next segment a large record must fit into this one, since what is left here is for settlements. */
    private boolean isPlaceable(long end, int large) {
        return leavesReserve(end, largeCapacity(large)) || segments.of(segmentEnd) != null;
    }

    /**
     * Whether messages may go into the active buffer. Without a next segment the last part of this one is for settlements:
     * they may be what makes an old one free.
     */
    boolean isForPublishers() {
        boolean here = segments.of(active.baseLsn()) != null;
        return here && (leavesReserve(active.baseLsn(), usualBytes) || segments.of(segmentEnd) != null);
    }

    private boolean leavesReserve(long end, int capacity) {
        return fits(end + reserveBytes(), capacity);
    }

    private long reserveBytes() {
        return usualBytes + Math.max(usualBytes, Math.min(4L * usualBytes, segmentBytes / 8));
    }

    /**
     * Whether pieces of large bodies may go into the active buffer. Without a next segment they wait before anybody else has to, since
     * who sends much fills this one in less time than the next takes.
     */
    boolean isForPieces() {
        Segment here = segments.of(active.baseLsn());
        if (here == null) return false;
        return active.baseLsn() < urgentLsn(here.header()) || segments.of(segmentEnd) != null;
    }

    /** Half-way from where the segment after this one begins to be made to where publishers would wait for it. Any thread. */
    long urgentLsn(SegmentHeader segment) {
        long held = segment.endLsn() - SEAL_ROOM_BYTES - usualBytes - reserveBytes();
        return (LogState.nextDueLsn(segment) + held) / 2;
    }

    /**
     * Whether new settlements may be made. Without a next segment the very last part of this one is for those that queues have
     * begun, so that none is left half done and a checkpoint can be written.
     */
    boolean isForSettlements() {
        boolean here = segments.of(active.baseLsn()) != null;
        return here && (fits(active.baseLsn() + usualBytes, usualBytes) || segments.of(segmentEnd) != null);
    }

    /** Whoever wanted it has to come again. */
    void forgetLarge() {
        largeWanted.set(0);
    }

    private void activateAfter(long end) {
        int large = largeWanted.getAndSet(0);
        boolean usual = large == 0 || !isPlaceable(end, large);
        // A buffer for a large record is not kept: that one is rare, and the buffer would lie idle for ever.
        AppendBuffer next =
                usual ? nextUsual() : new AppendBuffer(ByteBuffer.allocate(largeCapacity(large)), usualBytes);
        active = next.startAt(place(end, next.bytes().capacity()));
        next.open();
    }

    private AppendBuffer nextUsual() {
        AppendBuffer next = free.pop();
        return isTooSmall(next) ? newBuffer(usualBytes) : next;
    }

    private int largeCapacity(int large) {
        return BatchHeader.filled(usualBytes + large);
    }

    private boolean fits(long end, long capacity) {
        return end + capacity + SEAL_ROOM_BYTES <= segmentEnd;
    }

    /** A batch lies in one segment. If the rest of this one may be too short, the batch begins the next. */
    private long place(long end, int capacity) {
        if (fits(end, capacity)) return end;
        long base = segmentEnd;
        segmentEnd += segmentBytes;
        return base + SegmentHeader.BYTES;
    }

    /** Takes back a buffer that {@link #swap} gave. */
    void release(AppendBuffer buffer) {
        if (!buffer.isLarge()) free.push(buffer);
    }
}
