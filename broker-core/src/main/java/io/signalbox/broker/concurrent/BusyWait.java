package io.signalbox.broker.concurrent;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How one thread waits for what mostly comes within microseconds: it looks for it again and again before it sleeps, because to
 * fall asleep and be woken takes longer than that, and costs both sides. It does so while it pays: what it waited for has come
 * in time for the last few times. Confined to the thread that waits.
 */
public final class BusyWait {

    /** So many waits in a row have to be short ones before the next is a busy one: bursts alone are not worth a look. */
    private static final int ENOUGH = 4;

    private final BusyWaits all;
    private final long mostNanos;
    private final LongSupplier nanoTime;
    private int shortOnes;
    private boolean works;

    BusyWait(BusyWaits all, long mostNanos, LongSupplier nanoTime) {
        this.all = all;
        this.mostNanos = mostNanos;
        this.nanoTime = nanoTime;
    }

    /** Others wait for this thread: it keeps a place from now on, which it also looks from, until it {@link #sleeps}. */
    public void works() {
        if (works) return;
        works = true;
        all.takePlace();
    }

    /** This thread is about to sleep. */
    public void sleeps() {
        if (!works) return;
        works = false;
        all.leave();
    }

    /** Looks for what is waited for, if that may be worth it; whether it has come. */
    public boolean sees(BooleanSupplier come) {
        if (shortOnes < ENOUGH) return false;
        if (works) return looksFor(come);
        if (!all.enter()) return false;
        try {
            return looksFor(come);
        } finally {
            all.leave();
        }
    }

    // The scheduler decides nothing here: it may give the processor to whoever has work for it.
    @SuppressWarnings("ThreadPriorityCheck")
    private boolean looksFor(BooleanSupplier come) {
        long begun = nanoTime.getAsLong();
        do {
            if (come.getAsBoolean()) return true;
            Thread.yield();
        } while (nanoTime.getAsLong() - begun < mostNanos && (works || !all.isCrowded()));
        return false;
    }

    /** A wait is over, whether it was a busy one or not. */
    public void waited(long nanos) {
        if (nanos >= mostNanos) shortOnes = 0;
        else if (shortOnes < ENOUGH) shortOnes++;
    }
}
