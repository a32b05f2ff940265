package io.signalbox.broker.retained;

import io.signalbox.broker.Loop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which loops are between looking for a retained message's targets and showing it to new subscribers. Whoever makes a
 * binding and then waits for the passages of that moment misses no message: one that ended is shown, one that begins later
 * finds the binding. Thread-safe; each counter is changed on its loop only.
 */
final class Passages {

    private final IdentityHashMap<Loop, Counter> byLoop = new IdentityHashMap<>();

    private static final class Counter {
        /** Odd while the loop is in a passage. */
        final AtomicLong turns = new AtomicLong();

        /** Passages within passages; confined to the loop. */
        int depth;
    }

    /** What was under way at one moment. Confined to who asked. */
    final class Moment {
        private final long[] turns = new long[byLoop.size()];

        private Moment() {
            int at = 0;
            for (Counter counter : byLoop.values()) turns[at++] = counter.turns.get();
        }

        /** Whether all that was under way has ended. */
        boolean hasPassed() {
            int at = 0;
            for (Counter counter : byLoop.values()) {
                long then = turns[at++];
                if ((then & 1) != 0 && counter.turns.get() == then) return false;
            }
            return true;
        }
    }

    Passages(List<Loop> loops) {
        for (Loop loop : loops) byLoop.put(loop, new Counter());
    }

    void begin(Loop loop) {
        Counter counter = counter(loop);
        if (counter.depth++ == 0) counter.turns.incrementAndGet();
    }

    void end(Loop loop) {
        Counter counter = counter(loop);
        if (--counter.depth == 0) counter.turns.incrementAndGet();
    }

    Moment now() {
        return new Moment();
    }

    private Counter counter(Loop loop) {
        Counter counter = byLoop.get(loop);
        if (counter == null) throw new IllegalArgumentException("not one of this broker's loops");
        return counter;
    }
}
