package io.signalbox.server.node;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the event loops turn: each notes the time every second, and how late it was. Written by the loops, read by any
 * thread.
 */
final class LoopWatch {

    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private final List<Beat> beats = new ArrayList<>();

    LoopWatch(EventLoopGroup group, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (EventExecutor loop : group) {
            Beat beat = new Beat(nanoTime.getAsLong());
            beats.add(beat);
            // A loop that is shut down drops the task with it.
            var unused = loop.scheduleAtFixedRate(beat, BEAT_NANOS, BEAT_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /** How long the loop that has been silent for longest has been silent beyond its beat, in nanoseconds. */
    long worstLagNanos() {
        long now = nanoTime.getAsLong();
        long worst = 0;
        for (Beat beat : beats) worst = Math.max(worst, now - beat.lastNanos - BEAT_NANOS);
        return worst;
    }

    private final class Beat implements Runnable {
        private volatile long lastNanos;

        Beat(long now) {
            lastNanos = now;
        }

        @Override
        public void run() {
            lastNanos = nanoTime.getAsLong();
        }
    }
}
