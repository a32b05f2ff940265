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

    private final Arrivals arrivals = new Arrivals(Sources.first(2));
    private final Arrivals.Member consumer = arrivals.join();

    @Test
    void everythingInOrderLeavesNothingMissing() {
        for (int i = 0; i < 100; i++) {
            assertTrue(consumer.arrived(0, i));
            assertTrue(consumer.arrived(1, i));
        }
        assertEquals(0, arrivals.missing(0, 100) + arrivals.missing(1, 100));
        assertEquals(0, arrivals.late() + arrivals.duplicates());
        assertEquals(200, arrivals.received());
    }

    @Test
    void aGapIsMissingUntilItIsFilledAndThenLate() {
        consumer.arrived(0, 0);
        consumer.arrived(0, 3);
        assertEquals(2, arrivals.missing(0, 4));
        consumer.arrived(0, 1);
        assertEquals(1, arrivals.missing(0, 4));
        assertEquals(1, arrivals.late());
    }

    @Test
    void theSameMessageTwiceIsADuplicateAndNotLate() {
        consumer.arrived(0, 0);
        consumer.arrived(0, 1);
        consumer.arrived(0, 0);
        assertEquals(1, arrivals.duplicates());
        assertEquals(0, arrivals.late());
    }

    @Test
    void whatDoesNotComeAtTheEndIsMissing() {
        consumer.arrived(1, 0);
        assertEquals(4, arrivals.missing(1, 5));
        assertEquals(0, arrivals.missing(0, 0));
    }

    @Test
    void aSourceThatDoesNotExistIsRefused() {
        assertFalse(consumer.arrived(2, 0));
        assertFalse(consumer.arrived(-1, 0));
        assertFalse(consumer.arrived(0, -1));
        assertEquals(0, arrivals.received());
    }

    @Test
    void membersShareWhatComesAndEachOfThemHasItInOrder() {
        Arrivals.Member other = arrivals.join();
        consumer.arrived(0, 0);
        other.arrived(0, 3);
        consumer.arrived(0, 1);
        other.arrived(0, 4);
        consumer.arrived(0, 2);
        assertEquals(0, arrivals.missing(0, 5) + arrivals.late() + arrivals.duplicates());
        other.arrived(0, 1);
        assertEquals(1, arrivals.duplicates());
        other.arrived(0, 6);
        other.arrived(0, 5);
        assertEquals(1, arrivals.late());
    }

    @Test
    void sourcesOfOthersAreNoneOfTheirs() {
        Arrivals some = new Arrivals(new Sources(2, 2));
        Arrivals.Member member = some.join();
        assertFalse(member.arrived(1, 0));
        assertFalse(member.arrived(4, 0));
        assertTrue(member.arrived(2, 0) && member.arrived(3, 1));
        assertEquals(0, some.missing(1, 10));
        assertEquals(1, some.missing(3, 2));
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
        for (long sequence : coming) consumer.arrived(0, sequence);
        assertEquals(lost, arrivals.missing(0, sent), "seed " + seed);
        assertEquals(repeated, arrivals.duplicates(), "seed " + seed);
        assertEquals(coming.size(), arrivals.received(), "seed " + seed);
    }
}
