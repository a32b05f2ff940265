package io.signalbox.conformance.process;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How tests wait: for a condition, with a limit, saying what they waited for. Thread-safe. */
public final class Await {

    private static final Duration USUAL_LIMIT = Duration.ofSeconds(20);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Await() {}

    /** Waits until the condition holds; fails with what was waited for after 20 s. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, USUAL_LIMIT, condition);
    }

    public static void until(String what, Duration limit, BooleanSupplier condition) {
        if (!holdsWithin(limit, condition)) throw new AssertionError("not within " + limit + ": " + what);
    }

    /** Whether the condition came to hold within the limit. */
    public static boolean holdsWithin(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) return condition.getAsBoolean();
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }

    /** The next element of a queue that others fill, if one comes within the limit. */
    public static <T> Optional<T> poll(BlockingQueue<T> queue, Duration limit) {
        try {
            return Optional.ofNullable(queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        }
    }

    /** The result of a future that completes within 20 s. */
    public static <T> T get(String what, Future<T> future) {
        return get(what, USUAL_LIMIT, future);
    }

    public static <T> T get(String what, Duration limit, Future<T> future) {
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not within " + limit + ": " + what, e);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + what + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what, e);
        }
    }
}
