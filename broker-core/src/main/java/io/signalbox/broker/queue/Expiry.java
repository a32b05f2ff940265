package io.signalbox.broker.queue;

import java.time.InstantSource;

/**
 * Ends what outlives its time, with or without a consumer. When the first of the entries that may go is due, it looks at the
 * chunks that have such entries; before that nobody looks. An entry that a consumer has, or that is reserved for one, does not
 * expire; it may again when it waits. Confined to the queue.
 */
final class Expiry {

    /** Entries ended before others get their turn. */
    private static final int ENTRIES_PER_TURN = 256;

    private final Stock stock;
    private final QueueIndex index;
    private final Departures departures;
    private final InstantSource clock;

    /** No entry that may go does so before this second, see {@link SlotTimes}. */
    private int earliest = SlotTimes.NEVER;

    Expiry(Stock stock, QueueIndex index, InstantSource clock) {
        this.stock = stock;
        this.index = index;
        this.departures = new Departures(index);
        this.clock = clock;
    }

    /** An entry that waits expires then. */
    void note(long expiresAtMillis) {
        earliest = Math.min(earliest, SlotTimes.second(expiresAtMillis));
    }

    /** Looks at all for the first that is going to expire. */
    void noteAll() {
        earliest = departures.earliestExpiry();
    }

    /** When it wants to be called, in milliseconds since 1970. */
    long nextMillis() {
        return SlotTimes.millis(earliest);
    }

    /** Whether there is more that is due, for another turn. */
    boolean endDue() {
        long[] places = new long[ENTRIES_PER_TURN];
        int found = departures.due(SlotTimes.now(clock.millis()), places);
        for (int i = 0; i < found; i++) {
            Entry entry = index.objectAt(places[i]);
            if (entry.loading) departures.keepDue(entry); // nothing ends whose record is being read
            else stock.expire(entry);
        }
        if (found == places.length) return true;
        noteAll();
        return false;
    }
}
