package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import io.signalbox.testkit.StoreModel.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a {@link StoreHistory}, life by life: a few go on side by side, some for long, are filled with messages, moves,
 * settlements and changes of tables, and are committed, abandoned or forgotten in a crash. Not thread-safe.
 */
final class TransactionHistory {
    private static final int MOST_OPEN = 3;

    private final StoreHistory history;
    private final Random random;
    private final Variation variation;
    private final List<Open> open = new ArrayList<>();
    private @Nullable SimulatedStore store;
    private long committed;
    private long abandoned;
    private long messages;

    /** One of them, with what it will have done, as a {@link StoreModel} is to remember it. */
    private static final class Open {
        private final Transaction transaction;
        private final int patience;
        private final List<Written> parts = new ArrayList<>();
        private final List<EntryName> taken = new ArrayList<>();
        private final WriteBatch rest = new WriteBatch();

        Open(Transaction transaction, int patience) {
            this.transaction = transaction;
            this.patience = patience;
        }

        long lastPartLsn() {
            return parts.isEmpty() ? 0 : parts.get(parts.size() - 1).lsn();
        }
    }

    TransactionHistory(StoreHistory history, Random random, Variation variation) {
        this.history = history;
        this.random = random;
        this.variation = variation;
    }

    /** A life begins: of the one before no transaction is left. */
    void begin(SimulatedStore newLife) {
        store = newLife;
        open.clear();
    }

    long committed() {
        return committed;
    }

    long abandoned() {
        return abandoned;
    }

    /** Messages of those that were committed. */
    long messages() {
        return messages;
    }

    /** Whether one that is open has to do with this queue. */
    boolean isConcernedWith(long queueId) {
        for (Open each : open) {
            for (EntryName name : each.taken) if (name.queueId() == queueId) return true;
            for (Written part : each.parts) {
                for (int i = 0; i < part.batch().targets(); i++) {
                    if (part.batch().targetQueueId(i) == queueId) return true;
                }
            }
        }
        return false;
    }

    private MessageStore engine() {
        SimulatedStore life = store;
        if (life == null) throw new IllegalStateException("no life has begun");
        return life.engine();
    }

    /** Goes on with one of them. */
    void step() {
        if (open.isEmpty() || (open.size() < MOST_OPEN && random.nextInt(6) == 0)) {
            open.add(new Open(variation.begin(engine()), random.nextInt(3) == 0 ? 15 : 5));
        }
        Open one = open.get(random.nextInt(open.size()));
        if (random.nextInt(one.patience) > 0) add(one);
        else if (random.nextInt(5) == 0) abandon(one);
        else commit(one);
    }

    private void add(Open one) {
        switch (random.nextInt(6)) {
            case 0, 1 -> addMessage(one, history.batches().publish());
            case 2 -> addAgain(one);
            case 3 -> addSettlement(one);
            case 4 -> addMove(one);
            default -> addRest(one, history.batches().addChanges(new WriteBatch(), engine()));
        }
    }

    /** @return whether there was space for it */
    private boolean addMessage(Open one, WriteBatch batch) {
        if (one.transaction.add(batch) < 0) return false;
        long lsn = batch.enqueueLsn();
        history.model().ahead(batch, lsn);
        variation.ahead(lsn);
        one.parts.add(new Written(batch, lsn));
        return true;
    }

    /** More targets for the message before, as a publish to very many queues has them. */
    private void addAgain(Open one) {
        if (one.parts.isEmpty()) return;
        Written before = one.parts.get(random.nextInt(one.parts.size()));
        Message message = before.batch().message().orElseThrow();
        Body.Stored named = new Body.Stored(before.lsn(), message.body().size());
        Message same = new Message(message.envelope(), message.format(), named);
        addMessage(one, history.batches().addTargets(new WriteBatch().message(same)));
    }

    private void addSettlement(Open one) {
        EntryName name = history.take();
        if (name == null) return;
        one.taken.add(name);
        addRest(one, new WriteBatch().settle(name.queueId(), name.lsn()));
    }

    private void addRest(Open one, WriteBatch rest) {
        if (one.transaction.add(rest) >= 0) one.rest.addRest(rest);
        else if (engine().failure().isEmpty()) throw new AssertionError("what waits for the commit needs no space");
    }

    private void addMove(Open one) {
        EntryName name = history.take();
        if (name == null) return;
        StoreContents.Entry entry = history.model().entry(name);
        if (entry.address().startsWith(LargeHistory.ADDRESS)) {
            history.putBack(name);
            return;
        }
        Message message = history.moves().message(name, entry);
        if (message == null) throw new AssertionError("a move of what is not large reads nothing");
        WriteBatch batch =
                history.batches().addTargets(new WriteBatch().message(message)).settle(name.queueId(), name.lsn());
        if (!addMessage(one, batch)) {
            history.putBack(name);
            return;
        }
        one.taken.add(name);
        history.moves().moved(name.lsn(), batch.enqueueLsn());
    }

    private void commit(Open one) {
        long lsn = one.transaction.commit();
        if (lsn < 0) return; // another time
        open.remove(one);
        if (lsn == 0) return;
        history.model().given(lsn);
        committed++;
        messages += one.parts.size();
        List<Written> records = new ArrayList<>(one.parts);
        records.add(new Written(one.rest, lsn));
        history.committed(records, variation.awaited(lsn, one.lastPartLsn()));
    }

    private void abandon(Open one) {
        open.remove(one);
        one.transaction.abandon();
        one.taken.forEach(history::putBack);
        abandoned++;
    }
}
