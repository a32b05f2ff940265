package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of all connections of one loop on one timer: a ring of slots, one for each tick, each a chain of the
 * connections that are due then. Setting and ending a limit costs a few writes and no memory. Stands still while nobody is
 * watched. Confined to its loop.
 */
final class KeepAliveWheel {

    static final long TICK_MILLIS = 250;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int SLOTS = 1024;

    private final EventLoop eventLoop;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final @Nullable Watched[] slots = new Watched[SLOTS];
    private final List<Watched> due = new ArrayList<>();
    private int watched;
    private boolean ticking;

    /** The last tick whose slot has been looked at. */
    private int tick;

    /** @param nanoClock a monotonic clock, as {@link System#nanoTime} */
    KeepAliveWheel(EventLoop eventLoop, LongSupplier nanoClock) {
        this.eventLoop = eventLoop;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    /** {@link Watched#due} is called after so much time, up to two ticks later, unless it is removed before. */
    void add(Watched limit, long nanos) {
        if (!ticking) start();
        int dueTick = tickOf(nanoTime() + nanos) + 1;
        int slot = dueTick & (SLOTS - 1);
        limit.dueTick = dueTick;
        limit.next = slots[slot];
        if (limit.next != null) limit.next.previous = limit;
        slots[slot] = limit;
        watched++;
    }

    void remove(Watched limit) {
        if (limit.dueTick == Watched.NOT_WATCHED) return;
        Watched before = limit.previous;
        Watched after = limit.next;
        if (before == null) slots[limit.dueTick & (SLOTS - 1)] = after;
        else before.next = after;
        if (after != null) after.previous = before;
        limit.previous = null;
        limit.next = null;
        limit.dueTick = Watched.NOT_WATCHED;
        watched--;
    }

    private int tickOf(long nanos) {
        return (int) ((nanos - startNanos) / TICK_NANOS);
    }

    private void start() {
        tick = tickOf(nanoTime());
        scheduleTick();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it is never cancelled
    private void scheduleTick() {
        ticking = true;
        eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        int reached = tickOf(nanoTime());
        // After a long pause each slot is looked at once.
        for (int i = Math.max(tick + 1, reached - SLOTS + 1); i <= reached; i++) collect(i & (SLOTS - 1), reached);
        tick = reached;
        try {
            for (Watched limit : due) limit.due();
        } finally {
            due.clear();
            ticking = false;
            if (watched > 0) scheduleTick();
        }
    }

    /** A slot also holds what is due in a later round. */
    private void collect(int slot, int reached) {
        for (Watched limit = slots[slot]; limit != null; ) {
            Watched next = limit.next;
            if (limit.dueTick <= reached) {
                remove(limit);
                due.add(limit);
            }
            limit = next;
        }
    }
}
