package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/** What an earlier life left comes back to its queue, before the first command. Confined to the thread that opens the broker. */
public final class QueueRecovery {

    private final QueueState state;
    private final QueueSettings settings;
    private final QueueIndex index;
    private final QueueFootprint footprint;
    private final Reservations reservations;

    QueueRecovery(
            QueueState state,
            QueueSettings settings,
            QueueIndex index,
            QueueFootprint footprint,
            Reservations reservations) {
        this.state = state;
        this.settings = settings;
        this.index = index;
        this.footprint = footprint;
        this.reservations = reservations;
    }

    /** Takes in a part of an image, as {@link MessageQueue#capture} told it; how many entries it has. */
    public int image(byte[] part, LongConsumer living) {
        long[] highest = {0};
        int entries = index.restore(part, lsn -> {
            highest[0] = Math.max(highest[0], lsn);
            living.accept(lsn);
        });
        makeRoom(highest[0] + 1);
        return entries;
    }

    /** What came from images leaves memory if there is too much of it. */
    private void makeRoom(long belowLsn) {
        index.report(footprint);
        if (!footprint.isIndexLarge()) return;
        long[] ends = new long[Order.LEVELS];
        for (int level = 0; level < ends.length; level++) {
            Lane lane = index.existing(level);
            if (lane != null) ends[level] = lane.imagedEnd();
        }
        ColdChunks cold = state.cold();
        cold.sweep(belowLsn, ends, false);
        while (cold.takeTurn()) {}
    }

    /** Puts an entry of the log in its place. */
    public void entry(long lsn, int flags, Message message) {
        index.restore(settings.priorityOf(message), lsn, flags, message);
        index.report(footprint);
    }

    /** Ends what the earlier life had settled; false if it is not there. */
    public boolean settled(long lsn) {
        if (!index.endRestored(lsn)) return false;
        if (index.cold() != null && footprint.isTight()) makeRoom(0); // what came back to be looked through
        return true;
    }

    /** All is here. What has outlived its time goes when the first command comes or the queue's alarm rings. */
    public void end() {
        if (new Departures(index).earliestExpiry() != SlotTimes.NEVER)
            state.retention().begin();
    }

    /**
     * Reserves entries for subscriptions of this name, which may have seen them in the earlier life.
     *
     * @param lsns the names of the entries
     * @return those that are there; the others have ended
     */
    public Set<Long> reserve(Set<Long> lsns, String name) {
        Set<Long> found = new HashSet<>();
        for (long lsn : lsns) {
            Entry entry = index.restored(lsn);
            if (entry == null) continue;
            reservations.add(entry, name);
            found.add(lsn);
        }
        return found;
    }
}
