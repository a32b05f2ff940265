package io.signalbox.server.net;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.TimeUnit;

/**
 * How the connections of one loop that have more to read than they are given divide its turn among them: whoever has only little
 * to say comes up again when the turn is over. Confined to that loop.
 */
final class TurnShare {

    /**
     * What a few of them together may take of a turn. A tenth of a millisecond cost one busy publisher of small messages a third
     * of its speed; with this, only bytes that are dear, as packets of two bytes are, come in smaller pieces than
     * {@link FairReads#MOST_BYTES}.
     */
    static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** What each of them gets however many they are: less would go into system calls and not into messages. */
    static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private static final FastThreadLocal<TurnShare> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected TurnShare initialValue() {
            return new TurnShare();
        }
    };

    /** When the bytes that are being worked on were read: those of one connection at a time. */
    long readAtNanos;

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
