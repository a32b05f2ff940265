package io.signalbox.broker.queue;

import io.signalbox.broker.concurrent.MpscQueue;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;
import java.util.Set;

/** What others ask of a queue, in the order of its mailbox. A command is offered once. */
abstract class QueueCommand extends MpscQueue.Node {

    /** Done by the thread that drains the mailbox at that moment. */
    abstract void applyTo(QueueState state);

    /** A consumer arrives. */
    static final class Attach extends QueueCommand {
        private final Consumer consumer;

        Attach(Consumer consumer) {
            this.consumer = consumer;
        }

        @Override
        void applyTo(QueueState state) {
            state.attach(consumer);
        }
    }

    /** A consumer leaves; what it has not settled is released, or waits for one of the same name. */
    static final class Detach extends QueueCommand {
        private final Consumer consumer;
        private final List<Delivery> reserved;

        Detach(Consumer consumer, List<Delivery> reserved) {
            this.consumer = consumer;
            this.reserved = reserved;
        }

        @Override
        void applyTo(QueueState state) {
            state.detach(consumer, reserved);
        }
    }

    /** What lies in the log there is not what was written. */
    static final class Damaged extends QueueCommand {
        private final Set<Long> lsns;

        Damaged(Set<Long> lsns) {
            this.lsns = lsns;
        }

        @Override
        void applyTo(QueueState state) {
            state.damaged(lsns);
        }
    }

    /** Nobody of this name comes back for what was reserved for it. */
    static final class EndReserved extends QueueCommand {
        private final String name;

        EndReserved(String name) {
            this.name = name;
        }

        @Override
        void applyTo(QueueState state) {
            state.endReserved(name);
        }
    }

    /** A consumer may be handed more, or has room again, or wants no more for now. */
    static final class Grant extends QueueCommand {
        static final long UNCHANGED = -1;

        private final Consumer consumer;
        private final long limit;
        private final Wish wish;

        /** What else the consumer says with its credit. */
        enum Wish {
            NONE,
            DRAIN
        }

        Grant(Consumer consumer, long limit, Wish wish) {
            this.consumer = consumer;
            this.limit = limit;
            this.wish = wish;
        }

        @Override
        void applyTo(QueueState state) {
            if (limit != UNCHANGED) consumer.limit = limit;
            if (wish == Wish.DRAIN) state.drain(consumer);
            state.available(consumer);
        }
    }

    /** An outcome for a delivery. */
    static final class Settle extends QueueCommand {
        static final long NO_ANSWER = Long.MIN_VALUE;

        private final Subscription subscription;
        private final Delivery delivery;
        private final Outcome outcome;
        private final long token;
        private final List<TableChange> changes;

        Settle(Subscription subscription, Delivery delivery, Outcome outcome, long token, List<TableChange> changes) {
            this.subscription = subscription;
            this.delivery = delivery;
            this.outcome = outcome;
            this.token = token;
            this.changes = changes;
        }

        @Override
        void applyTo(QueueState state) {
            state.settle(delivery, outcome, changes);
            if (token != NO_ANSWER) state.confirm(subscription, token);
        }
    }

    /** A transient message for the session that is there, or for nobody. */
    static final class PassThrough extends QueueCommand {
        private final Entry entry;

        PassThrough(Entry entry) {
            this.entry = entry;
        }

        @Override
        void applyTo(QueueState state) {
            state.passThrough(entry);
        }
    }

    /** A message that the queue had settled found its consumer gone. */
    static final class Lost extends QueueCommand {

        @Override
        void applyTo(QueueState state) {
            state.lost();
        }
    }

    /** Something outside of the rules that is done in its turn. */
    static final class Call extends QueueCommand {
        private final Runnable task;

        Call(Runnable task) {
            this.task = task;
        }

        @Override
        void applyTo(QueueState state) {
            task.run();
        }
    }

    /** The time for which the queue wanted to be woken has come. */
    static final class Wake extends QueueCommand {
        @Override
        void applyTo(QueueState state) {
            state.wake();
        }
    }

    /** Nothing but another turn of handing over. */
    static final class Turn extends QueueCommand {
        @Override
        void applyTo(QueueState state) {
            // the turn comes after the commands
        }
    }

    /** The queue ends. */
    static final class Delete extends QueueCommand {
        private final long lsn;

        Delete(long lsn) {
            this.lsn = lsn;
        }

        @Override
        void applyTo(QueueState state) {
            state.delete(lsn);
        }
    }
}
