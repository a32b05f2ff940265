package io.signalbox.broker.queue;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a queue tells the log, gathered while it is drained, and whom it owes an answer for it. Confined to whoever drains. */
final class QueueJournal {
    private static final Logger LOG = LoggerFactory.getLogger(QueueJournal.class);

    /** Settlements in one record; a log takes records of a limited size. */
    private static final int SETTLEMENTS_PER_RECORD = 1024;

    private final long queueId;
    private final MessageStore store;
    private final Runnable onFailure;
    private WriteBatch settlements = new WriteBatch();
    private final ArrayDeque<WriteBatch> fullBatches = new ArrayDeque<>(0);
    private final List<Confirmation> confirmations = new ArrayList<>(0);
    private long settledUpTo;

    /** @param onFailure run when the log takes nothing any more */
    QueueJournal(long queueId, MessageStore store, Runnable onFailure) {
        this.queueId = queueId;
        this.store = store;
        this.onFailure = onFailure;
    }

    void settle(long lsn) {
        beginRecordIfFull();
        settlements.settle(queueId, lsn);
    }

    private void beginRecordIfFull() {
        if (settlements.settlements() < SETTLEMENTS_PER_RECORD) return;
        fullBatches.add(settlements);
        settlements = new WriteBatch();
    }

    void change(List<TableChange> changes) {
        beginRecordIfFull(); // the settlement that they belong to comes next, and into the same record
        for (TableChange change : changes) settlements.change(change);
    }

    void confirm(Subscription subscription, long token) {
        confirmations.add(new Confirmation(subscription, token));
    }

    /** Whether nothing waits to be appended. */
    boolean isEmpty() {
        return fullBatches.isEmpty() && settlements.isEmpty();
    }

    /** Whether the log took something of it and never will: what has ended may come back at a start. */
    boolean hasFailed() {
        return settledUpTo < 0;
    }

    /** Appends all of it; false if the log has no space for that at this moment. */
    boolean append() {
        while (!fullBatches.isEmpty()) {
            if (!append(fullBatches.element())) return false;
            fullBatches.remove();
        }
        if (!settlements.isEmpty()) {
            if (!append(settlements)) return false;
            settlements.clear();
        }
        if (settledUpTo >= 0) {
            for (int i = 0; i < confirmations.size(); i++) confirmations.get(i).post(settledUpTo);
        }
        confirmations.clear();
        return true;
    }

    /** False if the log has no space; if it takes nothing any more, nothing is confirmed and nothing delivered from here on. */
    private boolean append(WriteBatch batch) {
        if (confirmations.isEmpty()) batch.lazy();
        long lsn;
        try {
            lsn = store.append(batch);
        } catch (RuntimeException e) {
            LOG.error("event=settlement_failed queue_id={}", queueId, e);
            lsn = MessageStore.FAILED;
        }
        if (lsn == MessageStore.FULL) return false;
        if (lsn == MessageStore.FAILED) onFailure.run();
        // A failure is for ever: what came before it may never become durable either.
        settledUpTo = settledUpTo < 0 ? settledUpTo : lsn;
        return true;
    }
}
