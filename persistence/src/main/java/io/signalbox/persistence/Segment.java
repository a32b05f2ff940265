package io.signalbox.persistence;

import io.signalbox.persistence.log.SegmentHeader;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A segment of the log in memory: its header, what in it is unsettled (the log thread's), and how many readers hold it
 * (thread-safe). Once retired it cannot be pinned any more and may be overwritten.
 */
final class Segment {
    private static final int RETIRED = Integer.MIN_VALUE;

    private final SegmentHeader header;
    private final Liveness liveness;
    private final AtomicInteger pins = new AtomicInteger();

    Segment(SegmentHeader header) {
        this.header = header;
        this.liveness = new Liveness(header.baseLsn());
    }

    SegmentHeader header() {
        return header;
    }

    Liveness liveness() {
        return liveness;
    }

    /** Keeps the segment's bytes until {@link #unpin}; false if it is retired. */
    boolean pin() {
        return pins.updateAndGet(count -> count == RETIRED ? RETIRED : count + 1) != RETIRED;
    }

    void unpin() {
        pins.decrementAndGet();
    }

    /** Retires the segment unless a reader holds it. */
    boolean retire() {
        return pins.compareAndSet(0, RETIRED);
    }
}
