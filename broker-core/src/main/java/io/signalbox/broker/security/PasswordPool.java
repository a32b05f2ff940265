package io.signalbox.broker.security;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The few threads on which passwords are checked, since that takes long on purpose. What waits for them is bounded: who comes
 * when it is full is told so at once. Threads end when nobody logs in. Thread-safe.
 */
public final class PasswordPool implements AutoCloseable {

    /** Checks that may wait for one thread: about six seconds' work, within the time a peer has to log in. */
    private static final int WAITING_PER_THREAD = 32;

    private static final long IDLE_SECONDS = 10;

    private final Semaphore places;
    private final ThreadPoolExecutor threads;

    /** @param threadCount how many passwords are checked at a time */
    public PasswordPool(int threadCount) {
        this(threadCount, WAITING_PER_THREAD * threadCount);
    }

    PasswordPool(int threadCount, int waiting) {
        places = new Semaphore(threadCount + waiting);
        AtomicInteger made = new AtomicInteger();
        // The places bound the queue, which takes no lock on the event loops that fill it.
        threads = new ThreadPoolExecutor(
                threadCount, threadCount, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedTransferQueue<>(), task -> {
                    Thread thread = new Thread(task, "signalbox-password-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Half of the processors, so that logins never take the place of traffic. */
    public static PasswordPool ofThisMachine() {
        return new PasswordPool(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    /** Runs a check soon; false if the pool is full, and then never. */
    boolean offer(Runnable check) {
        if (!places.tryAcquire()) return false;
        try {
            threads.execute(() -> {
                try {
                    check.run();
                } finally {
                    places.release();
                }
            });
            return true;
        } catch (RejectedExecutionException e) { // the pool is closed, and so is the broker soon
            places.release();
            return false;
        }
    }

    /** Whoever still waits gets no verdict. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
