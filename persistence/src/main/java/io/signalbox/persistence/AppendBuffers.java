package io.signalbox.persistence;

import io.signalbox.persistence.log.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two append buffers and where they lie in the log. One is active, the other is being written or free. A record too
 * large for a buffer gets one of its own size at the next swap. {@link #active}, {@link #wantLarge} are for any thread, the
 * rest is the log thread's.
 */
final class AppendBuffers {

    private final int usualBytes;
    private final AtomicInteger largeWanted = new AtomicInteger();
    private final long segmentBytes;
    private long segmentEnd;
    private final Deque<AppendBuffer> free = new ArrayDeque<>(2);
    private volatile AppendBuffer active;

    /** @param segment the segment that takes the first batch */
    AppendBuffers(int usualBytes, SegmentHeader segment) {
        this.usualBytes = usualBytes;
        segmentBytes = segment.sizeBytes();
        segmentEnd = segment.endLsn();
        free.push(newBuffer());
        active = newBuffer().startAt(segment.firstBatchLsn());
    }

    private AppendBuffer newBuffer() {
        return new AppendBuffer(ByteBuffer.allocate(usualBytes), usualBytes);
    }

    AppendBuffer active() {
        return active;
    }

    /** A record of {@code bytes} found no buffer it fits into: the next active one is to have room for it. */
    void wantLarge(int bytes) {
        largeWanted.accumulateAndGet(bytes, Math::max);
    }

    boolean isLargeWanted() {
        return largeWanted.get() > 0;
    }

    /**
     * Makes another buffer active and closes the one that was; whoever claims meanwhile looks again. An empty buffer, too,
     * uses up its place: it becomes a seal.
     *
     * @return the closed buffer with all it holds filled in; after writing it goes to {@link #release}
     */
    AppendBuffer swap() {
        AppendBuffer closed = active;
        activateAfter(closed.baseLsn() + BatchHeader.filled(closed.close()));
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

    private void activateAfter(long end) {
        int large = largeWanted.getAndSet(0);
        // Not for the usual size: that buffer would lie idle for ever. A large record is rare; its buffer is garbage.
        AppendBuffer next = large == 0 ? free.pop() : new AppendBuffer(largeBytes(large), usualBytes);
        active = next.startAt(place(end, next.bytes().capacity()));
    }

    private ByteBuffer largeBytes(int large) {
        return ByteBuffer.allocate(BatchHeader.filled(usualBytes + large));
    }

    /** A batch lies in one segment. If the rest of this one may be too short, the batch begins the next. */
    private long place(long end, int capacity) {
        if (end + capacity <= segmentEnd) return end;
        long base = segmentEnd;
        segmentEnd += segmentBytes;
        return base + SegmentHeader.BYTES;
    }

    /** Takes back a buffer that {@link #swap} gave. */
    void release(AppendBuffer buffer) {
        if (!buffer.isLarge()) free.push(buffer);
    }
}
