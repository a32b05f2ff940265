package io.signalbox.server.net;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.TimeUnit;

/**
 * How the connections of one loop that have more to read than they are given divide its turn among them: whoever has only little
 * to say comes up again when the turn is over. Confined to that loop.
 */
final class TurnShare {

    /**
     * What a few of them together may take of a turn. Long beside what a turn costs by itself, so that little is lost; short
     * beside what the machine takes to wake somebody up, so that nobody notices.
     */
    static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** What each of them gets however many they are: less would go into system calls and not into messages. */
    static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private static final FastThreadLocal<TurnShare> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected TurnShare initialValue() {
            return new TurnShare();
        }
    };

    private int eagerBefore;
    private int eager;

    static TurnShare ofThisLoop() {
        return OF_LOOP.get();
    }

    void turnBegins() {
        eagerBefore = eager;
        eager = 0;
    }

    /** A connection has filled what it was given. */
    void addEager() {
        eager++;
    }

    /** The share of the next one to be read: as many as in the turn before are expected, or there are more already. */
    long nanos() {
        return Math.max(LEAST_NANOS, TURN_NANOS / Math.max(eagerBefore, eager + 1));
    }
}
