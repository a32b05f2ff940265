package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Which entries go from a queue by themselves, and in which order: what expires by its time, what is too much by its priority, the
 * lowest first, and its arrival. Only entries that wait are named. Has no state of its own; confined to the queue.
 */
final class Departures {

    /** No such entry. */
    static final long NONE = QueueIndex.NONE;

    private final QueueIndex index;

    Departures(QueueIndex index) {
        this.index = index;
    }

    // ---- by time

    /** No entry that may expire does so before this second, see {@link SlotTimes}. */
    int earliestExpiry() {
        int earliest = SlotTimes.NEVER;
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = index.existing(level);
            if (lane != null) earliest = Math.min(earliest, lane.earliestExpiry());
        }
        return earliest;
    }

    /**
     * Finds those whose time has come. One that is reserved is not thought of before it is put back.
     *
     * @param places gets those of the first ones
     * @return how many; all of {@code places} if there may be more
     */
    int due(int now, long[] places) {
        int found = 0;
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = index.existing(level);
            if (lane != null) found = lane.due(now, this::mayGo, Order.placeAtLevel(level, 0), places, found);
        }
        return found;
    }

    private boolean mayGo(long place) {
        Entry entry = index.object(place);
        return entry == null || entry.reservedFor == null;
    }

    /** The entry, whose time had come, waits on. */
    void keepDue(Entry entry) {
        Lane lane = index.existing(Order.level(entry.seq));
        if (lane != null) lane.keepDue(Order.arrival(entry.seq));
    }

    /** False of one that a consumer has, or that was set apart for damage. */
    boolean waits(Entry entry) {
        Lane lane = index.existing(Order.level(entry.seq));
        long arrival = Order.arrival(entry.seq);
        return lane != null && lane.chunk(arrival).waits(lane.slot(arrival));
    }

    // ---- by priority and arrival

    /** Of the bodies of those that wait, as far as it is known. */
    long waitingBytes() {
        long bytes = 0;
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = index.existing(level);
            if (lane != null) bytes += lane.waitingBytes();
        }
        return bytes;
    }

    /** The one that goes after this place; the first of all after {@link Order#BEGINNING}. */
    long next(long after) {
        int level = after == Order.BEGINNING ? Order.LEVELS : Order.level(after);
        long next = after == Order.BEGINNING ? NONE : nextOfLevel(after);
        while (next == NONE && --level >= 0) next = firstOfLevel(level);
        return next;
    }

    long firstOfLevel(int level) {
        return waiting(level, 0);
    }

    /** The next of the same level. */
    long nextOfLevel(long after) {
        return waiting(Order.level(after), Order.arrival(after) + 1);
    }

    private long waiting(int level, long fromArrival) {
        Lane lane = index.existing(level);
        long arrival = lane == null ? Lane.NONE : lane.next(Standing.WAITING, fromArrival);
        return arrival == Lane.NONE ? NONE : Order.placeAtLevel(level, arrival);
    }

    // ---- by address

    /** Those of these LSNs that wait, and whose bodies are in the log only and not on their way; not in chunks that are in pages. */
    List<Entry> absent(LongPredicate lsns) {
        List<Entry> found = new ArrayList<>();
        for (int level = 0; level < Order.LEVELS; level++) {
            Lane lane = index.existing(level);
            if (lane == null) continue;
            for (long arrival : lane.waiting(lsns)) {
                Entry entry = index.objectAt(Order.placeAtLevel(level, arrival));
                if (entry.message == null && !entry.loading) found.add(entry);
            }
        }
        return found;
    }
}
