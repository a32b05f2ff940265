package io.signalbox.persistence;

import io.signalbox.broker.concurrent.BusyWait;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A thread that calls a step again and again, and rests for as long as the step says or until it is woken. {@link #wake}
 * is for any thread and costs one read if the worker is awake and knows.
 */
final class Worker {
    private final Thread thread;
    private final BusyWait busyWait;
    private volatile boolean signalled;
    private volatile boolean parked;
    private volatile boolean stopping;

    /**
     * @param died told what a step threw; there is no other step then
     */
    Worker(String name, BusyWait busyWait, LongSupplier step, Consumer<Throwable> died) {
        this.busyWait = busyWait;
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
            while (!stopping) {
                signalled = false;
                busyWait.works();
                long nanos = step.getAsLong();
                if (nanos > 0) rest(nanos);
            }
        } catch (Throwable e) {
            died.accept(e);
        } finally {
            busyWait.sleeps();
        }
    }

    private void rest(long nanos) {
        long begun = System.nanoTime();
        if (!busyWait.sees(this::isCalled)) {
            busyWait.sleeps();
            parked = true;
            // Whoever signals reads the flag after, so either it unparks us or we see the signal here.
            if (!isCalled()) LockSupport.parkNanos(this, nanos);
            parked = false;
        }
        busyWait.waited(System.nanoTime() - begun);
    }

    private boolean isCalled() {
        return signalled || stopping;
    }
}
