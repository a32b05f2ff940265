package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;

/**
 * A message on its way to more queues than one record of the log takes: part by part into a transaction, the first with the body and
 * the others naming it. When there is no space it goes on later where it stopped, so that it comes to an end also on a log that
 * others use. Confined to the publisher's loop.
 */
final class FanOut {

    private final MessageStore store;
    private final Message message;
    private final Transaction transaction;
    private final long[] queueIds;
    private final int[] flags;
    private final int targetsPerPart;
    private final long[] lsns;
    private final WriteBatch rest = new WriteBatch();
    private int parts;
    private boolean restAdded;

    /** @param whole all targets, and what goes with the message */
    FanOut(MessageStore store, Message message, WriteBatch whole) {
        this.store = store;
        this.message = message;
        transaction = store.begin();
        queueIds = new long[whole.targets()];
        flags = new int[queueIds.length];
        for (int i = 0; i < queueIds.length; i++) {
            queueIds[i] = whole.targetQueueId(i);
            flags[i] = whole.targetFlags(i);
        }
        targetsPerPart = store.maxTargets();
        lsns = new long[(queueIds.length + targetsPerPart - 1) / targetsPerPart];
        rest.addRest(whole);
        if (whole.isLazy()) rest.lazy();
    }

    /** Whether this is what is to be written; what goes with a message is always the same. */
    boolean isOf(Message other, WriteBatch whole) {
        if (other != message || whole.targets() != queueIds.length) return false;
        for (int i = 0; i < queueIds.length; i++) {
            if (queueIds[i] != whole.targetQueueId(i) || flags[i] != whole.targetFlags(i)) return false;
        }
        return true;
    }

    /** Writes what is missing; the answer is {@link Transaction#commit}'s. */
    long goOn() {
        while (parts < lsns.length) {
            WriteBatch part = part();
            long lsn = transaction.add(part);
            if (lsn < 0) return lsn;
            lsns[parts++] = part.enqueueLsn();
        }
        if (!restAdded) {
            long lsn = transaction.add(rest);
            if (lsn < 0) return lsn;
            restAdded = true;
        }
        return transaction.commit();
    }

    private WriteBatch part() {
        boolean holdsBody =
                parts == 0 || message.large().isPresent(); // the pieces of a large one are only named anyway
        WriteBatch part = new WriteBatch().message(holdsBody ? message : message.stored(lsns[0]));
        int from = parts * targetsPerPart;
        int to = Math.min(queueIds.length, from + targetsPerPart);
        for (int i = from; i < to; i++) part.enqueueTo(queueIds[i], flags[i]);
        return part.lazy();
    }

    /** The name of a target's entry. */
    long lsn(int target) {
        return lsns[target / targetsPerPart];
    }

    void abandon() {
        if (store.failure().isEmpty()) transaction.abandon();
    }
}
