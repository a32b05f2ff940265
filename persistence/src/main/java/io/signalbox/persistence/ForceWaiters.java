package io.signalbox.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for a force. {@link #add} is for any thread; the rest is the log thread's, except that a waiter may be run by
 * whoever sees first that it is due: each runs once.
 */
final class ForceWaiters {

    private static final Logger LOGGER = LoggerFactory.getLogger(ForceWaiters.class);

    private final Queue<Waiter> arrived = new ConcurrentLinkedQueue<>();
    private List<Waiter> waiting = new ArrayList<>();
    private List<Waiter> stillWaiting = new ArrayList<>();

    /** One waiter; run at most once. */
    static final class Waiter {
        private final long lsn;
        private final Runnable task;
        private final AtomicBoolean taken = new AtomicBoolean();

        private Waiter(long lsn, Runnable task) {
            this.lsn = lsn;
            this.task = task;
        }

        void run() {
            if (!taken.compareAndSet(false, true)) return;
            try {
                task.run();
            } catch (RuntimeException e) {
                // Whoever waits may fail alone: the log goes on.
                LOGGER.error("A waiter for LSN {} failed", lsn, e);
            }
        }
    }

    /** Whoever adds looks again afterwards whether the force has come, and then runs the waiter. */
    Waiter add(long lsn, Runnable task) {
        Waiter waiter = new Waiter(lsn, task);
        arrived.add(waiter);
        return waiter;
    }

    /** Runs all who wait for an LSN below {@code durableLsn}. */
    void forcedTo(long durableLsn) {
        for (Waiter next = arrived.poll(); next != null; next = arrived.poll()) waiting.add(next);
        List<Waiter> due = waiting;
        waiting = stillWaiting;
        for (Waiter waiter : due) {
            if (waiter.lsn < durableLsn) waiter.run();
            else waiting.add(waiter);
        }
        due.clear();
        stillWaiting = due;
    }
}
