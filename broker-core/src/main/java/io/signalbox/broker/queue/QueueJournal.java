package io.signalbox.broker.queue;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    /** Null while there is nothing to tell. */
    private @Nullable WriteBatch settlements;

    private @Nullable ArrayDeque<WriteBatch> fullBatches; // made for more than one record
    private List<Confirmation> confirmations = List.of();
    private long settledUpTo;

    /** @param onFailure run when the log takes nothing any more */
    QueueJournal(long queueId, MessageStore store, Runnable onFailure) {
        this.queueId = queueId;
        this.store = store;
        this.onFailure = onFailure;
    }

    void settle(long lsn) {
        batch().settle(queueId, lsn);
    }

    /** Of the record that comes next, which is a new one if the last is full. */
    private WriteBatch batch() {
        WriteBatch begun = settlements;
        if (begun != null && begun.settlements() == SETTLEMENTS_PER_RECORD) {
            ArrayDeque<WriteBatch> full = fullBatches;
            if (full == null) fullBatches = full = new ArrayDeque<>();
            full.add(begun);
            begun = null;
        }
        if (begun == null) settlements = begun = SpareBatch.take();
        return begun;
    }

    void change(List<TableChange> changes) {
        WriteBatch batch = batch(); // the settlement that they belong to comes next, and into the same record
        for (TableChange change : changes) batch.change(change);
    }

    void confirm(Subscription subscription, long token) {
        confirmations = Few.with(confirmations, new Confirmation(subscription, token));
    }

    /** Whether nothing waits to be appended. */
    boolean isEmpty() {
        return fullBatches == null && settlements == null;
    }

    /** Whether the log took something of it and never will: what has ended may come back at a start. */
    boolean hasFailed() {
        return settledUpTo < 0;
    }

    /** Appends all of it; false if the log has no space for that at this moment. */
    boolean append() {
        if (!appendFull()) return false;
        WriteBatch last = settlements;
        if (last != null) {
            if (!append(last)) return false;
            settlements = null;
            SpareBatch.giveBack(last);
        }
        if (confirmations.isEmpty()) return true;
        if (settledUpTo >= 0) {
            for (int i = 0; i < confirmations.size(); i++) confirmations.get(i).post(settledUpTo);
        }
        confirmations = List.of();
        return true;
    }

    private boolean appendFull() {
        ArrayDeque<WriteBatch> full = fullBatches;
        if (full == null) return true;
        while (!full.isEmpty()) {
            if (!append(full.element())) return false;
            full.remove();
        }
        fullBatches = null;
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
