package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LongSetTest {

    @Test
    void itAnswersAsAnyOtherSetWould() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            LongSet set = new LongSet();
            Set<Long> expected = new HashSet<>();
            for (int i = 0; i < 20_000; i++) {
                // First mostly additions, then mostly removals, in a range dense enough for long probe runs.
                long value = random.nextInt(3000) * 32L;
                boolean adds = random.nextInt(10) < (i < 10_000 ? 7 : 3);
                boolean changed = adds ? set.add(value) : set.remove(value);
                assertEquals(adds ? expected.add(value) : expected.remove(value), changed, "seed " + seed);
                assertEquals(expected.size(), set.size(), "seed " + seed);
                long other = random.nextInt(3000) * 32L;
                assertEquals(expected.contains(other), set.contains(other), "seed " + seed);
            }
        }
    }
}
