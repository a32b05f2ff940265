package io.signalbox.persistence;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments of the log by address, the prepared next one included. Lookups are safe for any thread; {@link #account}
 * belongs to the log thread, {@link #add} to whoever prepared a segment.
 */
final class SegmentTable {

    private final ConcurrentSkipListMap<Long, Segment> byBase = new ConcurrentSkipListMap<>();
    private final LargeBodies bodies;
    private final MovedBodies moved = new MovedBodies();

    /** Of {@link #keep}, once for each time. */
    private final Queue<Long> owed = new ConcurrentLinkedQueue<>();

    SegmentTable(LargeBodies bodies) {
        this.bodies = bodies;
    }

    /** Whose pieces are counted here. */
    LargeBodies bodies() {
        return bodies;
    }

    /** What is counted here besides. */
    MovedBodies moved() {
        return moved;
    }

    void add(Segment segment) {
        byBase.put(segment.header().baseLsn(), segment);
        for (Long lsn : List.copyOf(owed)) if (segment.holds(lsn) && owed.remove(lsn)) segment.kept();
    }

    /** Counts a record as living once more. Any thread; what lies in a segment that is not ready yet is counted when it is. */
    void keep(long lsn) {
        Segment segment = of(lsn);
        if (segment == null) {
            owed.add(lsn);
            segment = of(lsn);
            if (segment == null || !owed.remove(lsn)) return;
        }
        segment.kept();
    }

    /** The segment in which an address lies. */
    @Nullable
    Segment of(long lsn) {
        Map.Entry<Long, Segment> entry = byBase.floorEntry(lsn);
        return entry == null || !entry.getValue().holds(lsn) ? null : entry.getValue();
    }

    /** Whether an address is in a segment, or will be. */
    boolean mayHold(long lsn) {
        return of(lsn) != null || lsn >= newest().header().endLsn();
    }

    Segment newest() {
        return byBase.lastEntry().getValue();
    }

    /** Oldest first. */
    Collection<Segment> all() {
        return byBase.values();
    }

    /**
     * Counts what a record brings in and settles. Records come in log order.
     *
     * @param keptReplayLsn as for {@link #retireOne}; asked after each count
     * @return whether nothing is left in a segment that had something and lies below
     */
    boolean account(LogRecord record, LongSupplier keptReplayLsn) {
        long bytes = LogRecord.aligned(record.length());
        if (record.targets() > 0) holding(record.lsn()).enqueued(record.targets(), bytes);
        if (record.type() == LogRecord.TYPE_PIECE) holding(record.lsn()).enqueued(1, bytes);
        boolean emptied = false;
        for (int i = 0; i < record.settlements(); i++) {
            long lsn = record.settledLsn(i);
            emptied |= settledLast(holding(lsn), keptReplayLsn);
            bodies.ended(lsn);
            long holderLsn = moved.ended(lsn);
            if (holderLsn != 0) emptied |= settledLast(holding(holderLsn), keptReplayLsn);
        }
        return emptied;
    }

    private static boolean settledLast(Segment segment, LongSupplier keptReplayLsn) {
        return segment.settled() && segment.header().endLsn() <= keptReplayLsn.getAsLong();
    }

    private Segment holding(long lsn) {
        Segment segment = of(lsn);
        if (segment == null) throw new IllegalStateException("no segment holds LSN " + lsn);
        return segment;
    }

    /** Counts entries that ended with their queue, and pieces of large bodies that nobody has any more. Any thread. */
    void forget(Consumer<LongConsumer> dead) {
        dead.accept(new LongConsumer() {
            private @Nullable Segment last;

            @Override
            public void accept(long lsn) {
                Segment segment = last;
                if (segment == null || !segment.holds(lsn)) last = segment = holding(lsn);
                segment.settled();
                bodies.ended(lsn);
                long holderLsn = moved.ended(lsn);
                if (holderLsn != 0) holding(holderLsn).settled();
            }
        });
    }

    /**
     * Takes a segment out of the log that nothing needs; the housekeeper.
     *
     * @param keptReplayLsn nothing below is replayed at any start
     * @param activeBaseLsn the segment that takes batches, which stays
     * @throws IllegalStateException if more of its entries have ended than came in, so that no count can be trusted
     */
    @Nullable
    Segment retireOne(long keptReplayLsn, long activeBaseLsn) {
        for (Segment segment : byBase.values()) {
            long end = segment.header().endLsn();
            if (end > keptReplayLsn || end > activeBaseLsn) return null;
            long unsettled = segment.unsettled();
            if (unsettled < 0) {
                throw new IllegalStateException(-unsettled + " entries of the segment at LSN "
                        + segment.header().baseLsn() + " ended twice");
            }
            if (unsettled > 0 || segment.isBeingCleaned() || !segment.retire()) continue;
            byBase.remove(segment.header().baseLsn());
            return segment;
        }
        return null;
    }

    /** About how many bytes the records have of entries that have not ended. */
    long livingBytes() {
        long bytes = 0;
        for (Segment segment : byBase.values()) bytes += segment.livingBytes();
        return bytes;
    }
}
