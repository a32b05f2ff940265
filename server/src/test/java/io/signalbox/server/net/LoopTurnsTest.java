package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.concurrent.BusyWaits;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class LoopTurnsTest {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    @Test
    void aTaskThatHoldsItsLoopIsALongTurn() throws Exception {
        try (Transport transport = Transport.open(BusyWaits.NONE)) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch turnedAgain = new CountDownLatch(1);
            var loop = transport.group().next();
            loop.execute(() -> {
                long until = System.nanoTime() + LoopTurns.LONG_NANOS;
                while (System.nanoTime() - until < 0) Thread.onSpinWait();
                held.countDown();
            });
            held.await();
            // Due in a later turn, so that the long one is over by then.
            var unused = loop.schedule(turnedAgain::countDown, 1, TimeUnit.MILLISECONDS);
            turnedAgain.await();
            assertTrue(transport.longestTurnNanos() >= LoopTurns.LONG_NANOS, transport.longestTurnNanos() + " ns");
            assertTrue(transport.longTurns().sum() >= 1);
        }
    }

    @Test
    void theLongestIsForgottenAfterTwoMinutes() {
        LongAdder longTurns = new LongAdder();
        LoopTurns turns = new LoopTurns(longTurns, 0);
        turns.add(LoopTurns.LONG_NANOS, 1);
        turns.add(7, 2);
        assertEquals(LoopTurns.LONG_NANOS, turns.longestNanos());
        turns.add(8, MINUTE);
        assertEquals(LoopTurns.LONG_NANOS, turns.longestNanos());
        turns.add(9, 2 * MINUTE);
        assertEquals(9, turns.longestNanos());
        assertEquals(1, longTurns.sum());
    }
}
