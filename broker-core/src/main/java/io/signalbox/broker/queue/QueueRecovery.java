package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/** What an earlier life left comes back to its queue, before the first command. Confined to the thread that opens the broker. */
public final class QueueRecovery {

    private final QueueState state;
    private final QueueSettings settings;

    QueueRecovery(QueueState state, QueueSettings settings) {
        this.state = state;
        this.settings = settings;
    }

    /** Takes in a part of an image, as {@link MessageQueue#capture} told it; how many entries it has. */
    public int image(byte[] part, LongConsumer living) {
        long[] highest = {0};
        int entries = state.stock().index().restore(part, lsn -> {
            highest[0] = Math.max(highest[0], lsn);
            living.accept(lsn);
        });
        makeRoom(highest[0] + 1);
        return entries;
    }

    /** What came from images leaves memory if there is too much of it. */
    private void makeRoom(long belowLsn) {
        Stock stock = state.stock();
        QueueIndex index = stock.index();
        index.report(stock.footprint());
        if (!stock.footprint().isIndexLarge()) return;
        long[] ends = new long[Order.LEVELS];
        for (int level = 0; level < ends.length; level++) {
            Lane lane = index.existing(level);
            if (lane != null) ends[level] = lane.imagedEnd();
        }
        ColdChunks cold = stock.cold();
        cold.sweep(belowLsn, ends, false);
        while (cold.takeTurn()) {}
    }

    /** Puts an entry of the log in its place. */
    public void entry(long lsn, int flags, Message message) {
        Stock stock = state.stock();
        stock.index().restore(settings.priorityOf(message), lsn, flags, message);
        stock.index().report(stock.footprint());
    }

    /** Ends what the earlier life had settled; false if it is not there. */
    public boolean settled(long lsn) {
        Stock stock = state.existingStock();
        if (stock == null || !stock.index().endRestored(lsn)) return false;
        if (stock.index().cold() != null && stock.footprint().isTight())
            makeRoom(0); // what came back to be looked through
        return true;
    }

    /** All is here. What has outlived its time goes when the first command comes or the queue's alarm rings. */
    public void end() {
        Stock stock = state.existingStock();
        if (stock != null && new Departures(stock.index()).earliestExpiry() != SlotTimes.NEVER)
            stock.retention().begin();
    }

    /**
     * Reserves entries for subscriptions of this name, which may have seen them in the earlier life.
     *
     * @param lsns the names of the entries
     * @return those that are there; the others have ended
     */
    public Set<Long> reserve(Set<Long> lsns, String name) {
        Stock stock = state.existingStock();
        if (stock == null) return Set.of();
        Set<Long> found = new HashSet<>();
        for (long lsn : lsns) {
            Entry entry = stock.index().restored(lsn);
            if (entry == null) continue;
            stock.reservations().add(entry, name);
            found.add(lsn);
        }
        return found;
    }
}
