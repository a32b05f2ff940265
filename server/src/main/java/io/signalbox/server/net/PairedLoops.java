package io.signalbox.server.net;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives event loops to connections in turns, but two that come close together share one: most often they talk to each other, as
 * one who asks and one who answers do, and a message between them then wakes one thread and not two. Thread-safe.
 */
final class PairedLoops implements EventExecutorChooser {

    /** Connections that are further apart have nothing to do with each other. */
    static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventExecutor[] loops;
    private final LongSupplier nanoTime;
    private int turn;
    private boolean alone;
    private long since;

    /** @param nanoTime as {@link System#nanoTime} */
    PairedLoops(EventExecutor[] loops, LongSupplier nanoTime) {
        this.loops = loops.clone();
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized EventExecutor next() {
        long now = nanoTime.getAsLong();
        boolean joins = alone && now - since < TOGETHER_NANOS;
        alone = !joins;
        since = now;
        if (!joins) turn = (turn + 1) % loops.length;
        return loops[turn];
    }
}
