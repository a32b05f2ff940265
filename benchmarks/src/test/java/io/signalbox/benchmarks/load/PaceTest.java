package io.signalbox.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long MILLI = 1_000_000;

    @Test
    void intendedTimesDoNotDriftWithRates() {
        Pace pace = new Pace(3, 1000); // a third of a second has no end in nanoseconds
        for (int i = 0; i < 3_000_000; i++) pace.advance();
        assertEquals(1000 + 1_000_000L * 1_000_000_000L, pace.nextNanos(), 1000);
    }

    @Test
    void aMessageIsDueFromItsIntendedTimeOnAlsoAcrossTheWrapOfTheClock() {
        Pace pace = new Pace(1000, Long.MAX_VALUE - MILLI / 2);
        pace.advance();
        assertFalse(pace.isDue(Long.MAX_VALUE));
        assertTrue(pace.isDue(Long.MIN_VALUE + MILLI));
    }

    @Test
    void aRateOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Pace(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Pace(Double.NaN, 0));
    }

    @Test
    void aStallCountsForEveryMessageThatItHeldUp() {
        // A peer that answers at once, and for one second of ten not at all; the sender is held up with it.
        Pace pace = new Pace(1000, 0);
        Latencies corrected = new Latencies();
        Latencies naive = new Latencies();
        corrected.begin();
        naive.begin();
        long now = 0;
        for (int i = 0; i < 10_000; i++) {
            now = Math.max(now, pace.nextNanos());
            long sent = now;
            if (i == 5000) now += 1000 * MILLI;
            corrected.record(now - pace.nextNanos());
            naive.record(now - sent);
            pace.advance();
        }
        assertEquals(0, naive.micros(99.9), 1);
        // A tenth of the messages was meant to be sent in that second and waited 0 to 1000 ms.
        assertEquals(0, corrected.micros(89.9), 1);
        assertEquals(500_000, corrected.micros(95), 5_000);
        assertEquals(900_000, corrected.micros(99), 9_000);
    }
}
