package io.signalbox.benchmarks.load;

/**
 * The intended send times of a fixed rate. They do not move when a sender or a broker is late, so that what had to wait counts
 * with all its waiting. Confined to one thread.
 */
public final class Pace {

    private final double intervalNanos;
    private final long startNanos;
    private long index;

    public Pace(double perSecond, long startNanos) {
        if (!(perSecond > 0)) throw new IllegalArgumentException("a rate of " + perSecond + "/s sends nothing");
        this.intervalNanos = 1e9 / perSecond;
        this.startNanos = startNanos;
    }

    /** When the next message is meant to be sent, as {@link System#nanoTime()} counts. */
    public long nextNanos() {
        return startNanos + (long) (index * intervalNanos);
    }

    public boolean isDue(long nowNanos) {
        return nextNanos() - nowNanos <= 0;
    }

    public void advance() {
        index++;
    }
}
