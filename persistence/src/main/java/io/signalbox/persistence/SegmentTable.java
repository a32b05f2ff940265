package io.signalbox.persistence;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments of the log by address, the prepared next one included. Lookups are safe for any thread; {@link #account}
 * and {@link #retireOldest} belong to the log thread, {@link #add} to whoever prepared a segment.
 */
final class SegmentTable {

    private final ConcurrentSkipListMap<Long, Segment> byBase = new ConcurrentSkipListMap<>();

    /** Queues dropped since the last roll and before: an entry that races its queue's end is dead on arrival. */
    private LongSet dropped = new LongSet();

    private LongSet droppedBefore = new LongSet();

    void add(Segment segment) {
        byBase.put(segment.header().baseLsn(), segment);
    }

    /** The segment in which an address lies. */
    @Nullable
    Segment of(long lsn) {
        Map.Entry<Long, Segment> entry = byBase.floorEntry(lsn);
        if (entry == null || lsn >= entry.getValue().header().endLsn()) return null;
        return entry.getValue();
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

    /** Counts what a record enqueues, settles and drops. Records come in log order. */
    void account(LogRecord record) {
        if (record.targets() > 0) accountTargets(record);
        for (int i = 0; i < record.settlements(); i++) {
            Segment segment = of(record.settledLsn(i));
            if (segment != null) segment.liveness().settled(record.settledQueueId(i), record.settledLsn(i));
        }
        for (int i = 0; i < record.drops(); i++) {
            dropped.add(record.droppedQueueId(i));
            for (Segment segment : all()) segment.liveness().dropped(record.droppedQueueId(i));
        }
    }

    private void accountTargets(LogRecord record) {
        Segment segment = of(record.lsn());
        if (segment == null) throw new IllegalStateException("no segment holds LSN " + record.lsn());
        for (int i = 0; i < record.targets(); i++) {
            long queueId = record.targetQueueId(i);
            if (dropped.contains(queueId) || droppedBefore.contains(queueId)) continue;
            segment.liveness().enqueued(queueId, record.lsn());
        }
    }

    /** A new segment takes batches. */
    void rolled() {
        droppedBefore = dropped;
        dropped = new LongSet();
    }

    /**
     * Takes the oldest segment out of the log if nothing needs it.
     *
     * @param coveredLsn what a published snapshot covers
     * @param activeBaseLsn the segment that takes batches, which stays
     */
    @Nullable
    Segment retireOldest(long coveredLsn, long activeBaseLsn) {
        Segment oldest = oldest();
        long end = oldest.header().endLsn();
        if (end > activeBaseLsn || end > coveredLsn || oldest.liveness().unsettled() > 0) return null;
        if (!oldest.retire()) return null;
        byBase.remove(oldest.header().baseLsn());
        return oldest;
    }
}
