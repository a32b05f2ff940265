package io.signalbox.mqtt;

import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.util.ArrayDeque;

/**
 * One loop's way to make session state durable: batches are appended in order, and whoever waits is told after the force,
 * in the same order as all other answers of the loop. Confined to its loop.
 */
final class SessionJournal {

    private final MessageStore store;
    private final Loop loop;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>(0);

    /** Who waits for a batch. */
    interface Waiter {

        /** The batch is durable. */
        void onDurable();

        /** The store has failed; nothing may be confirmed. */
        void onFailed(String sentence);
    }

    private record Pending(WriteBatch batch, Waiter waiter) {}

    /** Waits for no batch of its own, only for those before it to be in the log. */
    private record Place(Runnable next) implements Waiter {
        @Override
        public void onDurable() {
            next.run();
        }

        @Override
        public void onFailed(String sentence) {
            next.run();
        }
    }

    SessionJournal(MessageStore store, Loop loop) {
        this.store = store;
        this.loop = loop;
    }

    /** Appends a batch that answers nobody. */
    void append(WriteBatch batch) {
        append(batch.lazy(), NOBODY);
    }

    /** Runs {@code next} when all batches so far are in the log, though not yet durable. */
    void afterAppends(Runnable next) {
        if (pending.isEmpty()) {
            next.run();
        } else {
            pending.add(new Pending(new WriteBatch(), new Place(next)));
        }
    }

    void append(WriteBatch batch, Waiter waiter) {
        if (batch.tableChanges().isEmpty()) {
            waiter.onDurable();
            return;
        }
        boolean idle = pending.isEmpty();
        addInPieces(batch, waiter);
        if (idle) appendPending();
    }

    /** A session may have more subscriptions than one record takes; whoever waits, waits for the last record. */
    private void addInPieces(WriteBatch batch, Waiter waiter) {
        WriteBatch piece = new WriteBatch();
        long pieceBytes = 0;
        for (WriteBatch.TableChange change : batch.tableChanges()) {
            int bytes = change.key().length
                    + change.value().map(value -> value.length).orElse(0);
            if (pieceBytes > 0 && pieceBytes + bytes > store.maxBatchBytes()) {
                pending.add(new Pending(piece.lazy(), NOBODY));
                piece = new WriteBatch();
                pieceBytes = 0;
            }
            pieceBytes += bytes;
            if (change.value().isPresent())
                piece.put(change.table(), change.key(), change.value().get());
            else piece.remove(change.table(), change.key());
        }
        pending.add(new Pending(batch.isLazy() ? piece.lazy() : piece, waiter));
    }

    /** The log keeps its last quarter for changes like these; that it has no space even so is a matter of moments. */
    private void appendPending() {
        while (!pending.isEmpty()) {
            Pending next = pending.element();
            if (next.batch.isEmpty()) {
                pending.remove();
                next.waiter.onDurable();
                continue;
            }
            long lsn = store.append(next.batch);
            if (lsn == MessageStore.FULL) {
                store.whenSpace(() -> loop.execute(this::appendPending));
                return;
            }
            pending.remove();
            if (lsn == MessageStore.FAILED) {
                next.waiter.onFailed(store.failure().map(Throwable::getMessage).orElse("The store has failed."));
            } else if (next.waiter != NOBODY) {
                loop.receipts().add(lsn, (token, outcome) -> tell(next.waiter, outcome), 0, PublishOutcome.STORED);
            }
        }
    }

    private static void tell(Waiter waiter, PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Failed failed) {
            waiter.onFailed(failed.sentence());
        } else {
            waiter.onDurable();
        }
    }

    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void onDurable() {}

        @Override
        public void onFailed(String sentence) {}
    };
}
