package io.signalbox.persistence;

import io.signalbox.persistence.log.SegmentHeader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A segment of the log in memory: its header, how many of the entries whose records lie in it have not ended, and how many
 * readers hold it. A number is enough, since the core tells the end of an entry once. Once retired it cannot be pinned any
 * more and may be overwritten. Thread-safe.
 */
final class Segment {
    private static final int RETIRED = Integer.MIN_VALUE;

    private final SegmentHeader header;
    private final AtomicLong unsettled = new AtomicLong();
    private final AtomicInteger pins = new AtomicInteger();

    Segment(SegmentHeader header) {
        this.header = header;
    }

    SegmentHeader header() {
        return header;
    }

    boolean holds(long lsn) {
        return lsn >= header.baseLsn() && lsn < header.endLsn();
    }

    /** Entries came in, with records that lie here. */
    void enqueued(int entries) {
        unsettled.addAndGet(entries);
    }

    /** One of them has ended; whether that was the last. */
    boolean settled() {
        return unsettled.decrementAndGet() == 0;
    }

    /**
     * Entries that have not ended. In the segment that takes batches it may be too low for a moment: then one has ended whose
     * record is being written.
     */
    long unsettled() {
        return unsettled.get();
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
