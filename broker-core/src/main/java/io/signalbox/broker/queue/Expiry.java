package io.signalbox.broker.queue;

import java.time.InstantSource;

/**
 * Ends what outlives its time, with or without a consumer. The queue is woken when the first of its entries that may go is due,
 * and looks at the chunks that have such entries; before that nobody looks at it. An entry that a consumer has, or that is
 * reserved for one, does not expire; it may again when it waits. Made for a queue with its first message that expires. Confined
 * to the queue.
 */
final class Expiry {

    /** Entries ended before others get their turn. */
    static final int ENTRIES_PER_TURN = 256;

    private final QueueState state;
    private final QueueIndex index;
    private final QueueEffects effects;
    private final InstantSource clock;

    /** No entry that may go does so before this second, see {@link SlotTimes}. */
    private int earliest = SlotTimes.NEVER;

    /** The second at which the queue is going to be woken. */
    private int wokenAt = SlotTimes.NEVER;

    private boolean awake;

    Expiry(QueueState state, QueueIndex index, QueueEffects effects, InstantSource clock) {
        this.state = state;
        this.index = index;
        this.effects = effects;
        this.clock = clock;
    }

    /** An entry that waits expires then. */
    void note(long expiresAtMillis) {
        earliest = Math.min(earliest, SlotTimes.second(expiresAtMillis));
    }

    /** The time for which the queue wanted to be woken has come. */
    void wake() {
        awake = true;
        wokenAt = SlotTimes.NEVER;
    }

    /** Whether there is more to do, for another turn. */
    boolean takeTurn() {
        if (awake && endDue()) return true;
        awake = false;
        if (earliest < wokenAt) {
            wokenAt = earliest;
            effects.wakeAt(SlotTimes.millis(earliest));
        }
        return false;
    }

    private boolean endDue() {
        long[] places = new long[ENTRIES_PER_TURN];
        int found = index.due(SlotTimes.now(clock.millis()), places);
        for (int i = 0; i < found; i++) {
            Entry entry = index.objectAt(places[i]);
            if (entry.loading) index.keepDue(entry); // nothing ends whose record is being read
            else state.expire(entry);
        }
        if (found == places.length) return true;
        earliest = index.earliestExpiry();
        return false;
    }

    /** The queue is not to be woken any more. */
    void end() {
        effects.wakeAt(SlotTimes.millis(SlotTimes.NEVER));
    }
}
