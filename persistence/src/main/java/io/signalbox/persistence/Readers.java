package io.signalbox.persistence;

import java.util.concurrent.atomic.AtomicInteger;

/** Those who are to read from a segment, as long as they may come in. Thread-safe. */
final class Readers {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger count = new AtomicInteger();

    /** One more, until {@link #leave}; false if nobody may come in any more. */
    boolean enter() {
        return count.updateAndGet(now -> now == CLOSED ? CLOSED : now + 1) != CLOSED;
    }

    void leave() {
        count.decrementAndGet();
    }

    /** Lets nobody in any more, if nobody is there. */
    boolean close() {
        return count.compareAndSet(0, CLOSED) || count.get() == CLOSED;
    }
}
