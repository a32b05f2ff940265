package io.signalbox.broker.concurrent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Lets an event be told once a minute and counts the others, so that peers cannot fill a log by repeating themselves.
 * Thread-safe.
 */
public final class Throttle {

    /** Answer of {@link #pass}: this one is not told. */
    public static final long HELD_BACK = -1;

    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private final AtomicLong nextNanos;
    private final LongAdder heldBack = new LongAdder();

    public Throttle() {
        this(System::nanoTime);
    }

    Throttle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.nextNanos = new AtomicLong(nanoTime.getAsLong());
    }

    /** How many were held back since the last that was told; {@link #HELD_BACK} if this one is too. */
    public long pass() {
        long now = nanoTime.getAsLong();
        long next = nextNanos.get();
        if (now - next >= 0 && nextNanos.compareAndSet(next, now + PERIOD_NANOS)) return heldBack.sumThenReset();
        heldBack.increment();
        return HELD_BACK;
    }
}
