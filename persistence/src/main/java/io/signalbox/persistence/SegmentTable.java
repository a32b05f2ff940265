package io.signalbox.persistence;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The segments of the log by address, the prepared next one included. Lookups are safe for any thread; {@link #account}
 * and {@link #retireOldest} belong to the log thread, {@link #add} to whoever prepared a segment.
 */
final class SegmentTable {

    private final ConcurrentSkipListMap<Long, Segment> byBase = new ConcurrentSkipListMap<>();

    void add(Segment segment) {
        byBase.put(segment.header().baseLsn(), segment);
    }

    /** The segment in which an address lies. */
    @Nullable
    Segment of(long lsn) {
        Map.Entry<Long, Segment> entry = byBase.floorEntry(lsn);
        return entry == null || !entry.getValue().holds(lsn) ? null : entry.getValue();
    }

    Segment newest() {
        return byBase.lastEntry().getValue();
    }

    Segment oldest() {
        return byBase.firstEntry().getValue();
    }

    /** Oldest first. */
    Collection<Segment> all() {
        return byBase.values();
    }

    /** Counts what a record enqueues and settles. Records come in log order. */
    void account(LogRecord record) {
        if (record.targets() > 0) holding(record.lsn()).enqueued(record.targets());
        for (int i = 0; i < record.settlements(); i++)
            holding(record.settledLsn(i)).settled();
    }

    private Segment holding(long lsn) {
        Segment segment = of(lsn);
        if (segment == null) throw new IllegalStateException("no segment holds LSN " + lsn);
        return segment;
    }

    /** Counts entries that ended with their queue. Any thread. */
    void forget(Consumer<LongConsumer> dead) {
        dead.accept(new LongConsumer() {
            private @Nullable Segment last;

            @Override
            public void accept(long lsn) {
                Segment segment = last;
                if (segment == null || !segment.holds(lsn)) last = segment = holding(lsn);
                segment.settled();
            }
        });
    }

    /**
     * Takes the oldest segment out of the log if nothing needs it.
     *
     * @throws IllegalStateException if more of its entries have ended than came in, so that no count can be trusted
     * @param coveredLsn what a published snapshot covers
     * @param activeBaseLsn the segment that takes batches, which stays
     */
    @Nullable
    Segment retireOldest(long coveredLsn, long activeBaseLsn) {
        Segment oldest = oldest();
        long end = oldest.header().endLsn();
        if (end > activeBaseLsn || end > coveredLsn || oldest.unsettled() > 0) return null;
        if (oldest.unsettled() < 0) {
            throw new IllegalStateException("entries of the segment at LSN "
                    + oldest.header().baseLsn() + " ended twice: " + -oldest.unsettled());
        }
        if (!oldest.retire()) return null;
        byBase.remove(oldest.header().baseLsn());
        return oldest;
    }
}
