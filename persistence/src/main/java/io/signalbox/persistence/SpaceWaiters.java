package io.signalbox.persistence;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who was told "full" or was refused, and waits for room. Each is run once; for any thread. */
final class SpaceWaiters {

    private static final Logger LOGGER = LoggerFactory.getLogger(SpaceWaiters.class);

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    void add(Runnable waiter) {
        waiting.add(waiter);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Runs those who wait now; one who is told "full" again and comes back waits for the next time. */
    void runAll() {
        if (waiting.isEmpty()) return;
        Runnable last = () -> {};
        waiting.add(last);
        for (Runnable next = waiting.poll(); next != null && next != last; next = waiting.poll()) run(next);
    }

    private static void run(Runnable waiter) {
        try {
            waiter.run();
        } catch (RuntimeException e) {
            // Whoever waits may fail alone: the log goes on.
            LOGGER.error("A waiter for log space failed", e);
        }
    }
}
