package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All connections of one loop, and their time limits on one timer: a ring of slots, one for each tick, each a chain of the
 * connections that are due then, and beside it the chain of those that never are. Setting and ending a limit costs a few writes and no
 * memory. Stands still while nobody is watched. Confined to its loop.
 */
final class KeepAliveWheel {

    static final long TICK_MILLIS = 250;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int SLOTS = 1024;

    /** Beside the ring. */
    private static final int RESTING_SLOT = SLOTS;

    private final EventLoop eventLoop;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final @Nullable Watched[] slots = new Watched[SLOTS + 1];
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
        link(limit, tickOf(nanoTime() + nanos) + 1);
        watched++;
    }

    /** {@link Watched#due} is never called. */
    void addResting(Watched unlimited) {
        link(unlimited, Watched.RESTING);
    }

    private void link(Watched limit, int dueTick) {
        int slot = slotOf(dueTick);
        limit.dueTick = dueTick;
        limit.next = slots[slot];
        if (limit.next != null) limit.next.previous = limit;
        slots[slot] = limit;
    }

    private static int slotOf(int dueTick) {
        return dueTick == Watched.RESTING ? RESTING_SLOT : dueTick & (SLOTS - 1);
    }

    void remove(Watched limit) {
        if (limit.dueTick == Watched.NOT_WATCHED) return;
        Watched before = limit.previous;
        Watched after = limit.next;
        if (before == null) slots[slotOf(limit.dueTick)] = after;
        else before.next = after;
        if (after != null) after.previous = before;
        if (limit.dueTick != Watched.RESTING) watched--;
        limit.previous = null;
        limit.next = null;
        limit.dueTick = Watched.NOT_WATCHED;
    }

    /** Those that are on it at this moment. */
    List<Watched> all() {
        List<Watched> all = new ArrayList<>();
        for (Watched first : slots) {
            for (Watched each = first; each != null; each = each.next) all.add(each);
        }
        return all;
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
