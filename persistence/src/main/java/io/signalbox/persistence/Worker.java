package io.signalbox.persistence;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A thread that calls a step again and again, and rests for as long as the step says or until it is woken. {@link #wake}
 * is for any thread and costs one read if the worker is awake and knows.
 */
final class Worker {
    private final Thread thread;
    private final long spinNanos;
    private volatile boolean signalled;
    private volatile boolean parked;
    private volatile boolean stopping;

    /**
     * @param spinNanos how long it looks for a signal, after a step that did something, before it parks
     * @param died told what a step threw; there is no other step then
     */
    Worker(String name, long spinNanos, LongSupplier step, Consumer<Throwable> died) {
        this.spinNanos = spinNanos;
        thread = new Thread(() -> run(step, died), name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void wake() {
        if (signalled) return;
        signalled = true;
        if (parked) LockSupport.unpark(thread);
    }

    /** Returns when the last step is over. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void run(LongSupplier step, Consumer<Throwable> died) {
        try {
            boolean worked = false;
            while (!stopping) {
                signalled = false;
                long nanos = step.getAsLong();
                if (nanos > 0) rest(nanos, worked);
                worked = nanos == 0;
            }
        } catch (Throwable e) {
            died.accept(e);
        }
    }

    private void rest(long nanos, boolean worked) {
        if (worked && spinNanos > 0 && isSignalledSoon()) return;
        parked = true;
        // Whoever signals reads the flag after, so either it unparks us or we see the signal here.
        if (!signalled && !stopping) LockSupport.parkNanos(this, nanos);
        parked = false;
    }

    /** To be woken costs both sides more than a short look does. */
    private boolean isSignalledSoon() {
        long deadline = System.nanoTime() + spinNanos;
        while (System.nanoTime() < deadline) {
            if (signalled || stopping) return true;
            Thread.onSpinWait();
        }
        return false;
    }
}
