package io.signalbox.broker.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How many threads of a process may wait busily at the same time: they take processors from those who work, among them whoever
 * they wait for. Thread-safe.
 */
public final class BusyWaits {

    /** All threads sleep when they wait. */
    public static final BusyWaits NONE = new BusyWaits(0);

    private final AtomicInteger free;

    private BusyWaits(int most) {
        this.free = new AtomicInteger(most);
    }

    /** For the processors that this process may use. */
    public static BusyWaits ofMachine() {
        return ofProcessors(Runtime.getRuntime().availableProcessors());
    }

    /** Half of them may look; where there is one, nobody does. */
    public static BusyWaits ofProcessors(int processors) {
        return new BusyWaits(processors / 2);
    }

    /**
     * How one thread waits.
     *
     * @param mostNanos what takes longer is slept for
     * @param nanoTime as {@link System#nanoTime}
     */
    public BusyWait upTo(long mostNanos, LongSupplier nanoTime) {
        return new BusyWait(this, mostNanos, nanoTime);
    }

    boolean enter() {
        if (free.get() <= 0) return false;
        if (free.decrementAndGet() >= 0) return true;
        free.incrementAndGet();
        return false;
    }

    void leave() {
        free.incrementAndGet();
    }
}
