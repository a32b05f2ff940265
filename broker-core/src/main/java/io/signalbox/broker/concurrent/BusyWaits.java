package io.signalbox.broker.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How many threads of a process may wait busily at the same time: they take processors from those who work, among them whoever
 * they wait for. A thread that others wait for may keep a place while it works, and comes before those who look. Thread-safe.
 */
public final class BusyWaits {

    /** All threads sleep when they wait. */
    public static final BusyWaits NONE = new BusyWaits(0);

    private final boolean any;
    private final AtomicInteger free;

    private BusyWaits(int most) {
        this.any = most > 0;
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
        return new BusyWait(this, any ? mostNanos : 0, nanoTime);
    }

    boolean enter() {
        if (free.get() <= 0) return false;
        if (free.decrementAndGet() >= 0) return true;
        free.incrementAndGet();
        return false;
    }

    /** Takes a place that there may not be; whoever looks gives way. */
    void takePlace() {
        free.decrementAndGet();
    }

    boolean isCrowded() {
        return free.get() < 0;
    }

    void leave() {
        free.incrementAndGet();
    }
}
