package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/** What an earlier life left comes back to its queue, before the first command. Confined to the thread that opens the broker. */
public final class QueueRecovery {

    private final QueueState state;
    private final QueueIndex index;
    private final QueueFootprint footprint;
    private final Reservations reservations;

    QueueRecovery(QueueState state, QueueIndex index, QueueFootprint footprint, Reservations reservations) {
        this.state = state;
        this.index = index;
        this.footprint = footprint;
        this.reservations = reservations;
    }

    /** Takes in a part of an image, as {@link MessageQueue#capture} told it; how many entries it has. */
    public int image(byte[] part, LongConsumer living) {
        int entries = index.restore(part, living);
        footprint.report(index.heapBytes());
        return entries;
    }

    /** Puts an entry of the log in its place. */
    public void entry(long lsn, int flags, Message message) {
        index.restore(state.priority(message), lsn, flags, message);
        footprint.report(index.heapBytes());
    }

    /** Ends what the earlier life had settled; false if it is not there. */
    public boolean settled(long lsn) {
        return index.endRestored(lsn);
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
