package io.signalbox.server.net;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long one event loop's turns take: whatever shares the loop with a long one has waited for it. Written by the loop, read
 * by any thread.
 */
public final class LoopTurns {

    /** From here on a turn is long: people notice it. */
    public static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long SPAN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongAdder longTurns;
    private long spanEnd;
    private volatile long longestNow;
    private volatile long longestBefore;

    /**
     * @param longTurns counts turns of {@link #LONG_NANOS} or more
     * @param now of {@link System#nanoTime}
     */
    LoopTurns(LongAdder longTurns, long now) {
        this.longTurns = longTurns;
        this.spanEnd = now + SPAN_NANOS;
    }

    /** The longest turn of the last one to two minutes in which the loop had anything to do, in nanoseconds. */
    public long longestNanos() {
        return Math.max(longestNow, longestBefore);
    }

    /** A turn has ended, at {@code now}. */
    void add(long turnNanos, long now) {
        if (turnNanos >= LONG_NANOS) longTurns.increment();
        if (now - spanEnd >= 0) {
            longestBefore = longestNow;
            longestNow = 0;
            spanEnd = now + SPAN_NANOS;
        }
        if (turnNanos > longestNow) longestNow = turnNanos;
    }
}
