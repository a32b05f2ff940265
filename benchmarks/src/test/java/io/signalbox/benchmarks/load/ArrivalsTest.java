package io.signalbox.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(2);

    @Test
    void everythingInOrderLeavesNothingMissing() {
        for (int i = 0; i < 100; i++) {
            assertTrue(arrivals.arrived(0, i));
            assertTrue(arrivals.arrived(1, i));
        }
        assertEquals(0, arrivals.missing(0, 100) + arrivals.missing(1, 100));
        assertEquals(0, arrivals.late() + arrivals.duplicates());
        assertEquals(200, arrivals.received());
    }

    @Test
    void aGapIsMissingUntilItIsFilledAndThenLate() {
        arrivals.arrived(0, 0);
        arrivals.arrived(0, 3);
        assertEquals(2, arrivals.missing(0, 4));
        arrivals.arrived(0, 1);
        assertEquals(1, arrivals.missing(0, 4));
        assertEquals(1, arrivals.late());
    }

    @Test
    void theSameMessageTwiceIsADuplicateAndNotLate() {
        arrivals.arrived(0, 0);
        arrivals.arrived(0, 1);
        arrivals.arrived(0, 0);
        assertEquals(1, arrivals.duplicates());
        assertEquals(0, arrivals.late());
    }

    @Test
    void whatDoesNotComeAtTheEndIsMissing() {
        arrivals.arrived(1, 0);
        assertEquals(4, arrivals.missing(1, 5));
        assertEquals(0, arrivals.missing(0, 0));
    }

    @Test
    void aSourceThatDoesNotExistIsRefused() {
        assertFalse(arrivals.arrived(2, 0));
        assertFalse(arrivals.arrived(-1, 0));
        assertFalse(arrivals.arrived(0, -1));
        assertEquals(0, arrivals.received());
    }

    @Test
    void shuffledDuplicatedAndLostMessagesAreCountedAsTheyAre() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int sent = 1000;
        List<Long> coming = new ArrayList<>();
        int lost = 0;
        int repeated = 0;
        for (long i = 0; i < sent; i++) {
            if (random.nextInt(10) == 0) {
                lost++;
                continue;
            }
            coming.add(i);
            if (random.nextInt(10) == 0) {
                coming.add(i);
                repeated++;
            }
        }
        Collections.shuffle(coming, random);
        for (long sequence : coming) arrivals.arrived(0, sequence);
        assertEquals(lost, arrivals.missing(0, sent), "seed " + seed);
        assertEquals(repeated, arrivals.duplicates(), "seed " + seed);
        assertEquals(coming.size(), arrivals.received(), "seed " + seed);
    }
}
