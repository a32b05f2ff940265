package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SurvivorsTest {
    private static final int BYTES = 1 << 16;

    private static Segment segment(long base) {
        return new Segment(new SegmentHeader(new StoreId(0, 1), 1, base, BYTES, 0, 0));
    }

    @Test
    void aRecordIsThereOnceHoweverManyQueuesHaveItAndOthersSegmentsAreNotLookedAt() {
        Survivors survivors = new Survivors(List.of(segment(BYTES), segment(4L * BYTES), segment(5L * BYTES)));
        TreeSet<Long> expected = new TreeSet<>();
        long[] living = new long[3];
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            long lsn = 32L * random.nextInt(7 * BYTES / 32);
            survivors.accept(lsn);
            long segment = lsn / BYTES;
            if (segment != 1 && segment != 4 && segment != 5) continue;
            living[segment == 1 ? 0 : (int) segment - 3]++;
            expected.add(lsn);
        }
        survivors.sort();
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < survivors.size(); i++) found.add(survivors.lsn(i));
        assertEquals(List.copyOf(expected), found);
        for (int i = 0; i < living.length; i++) assertEquals(living[i], survivors.living(i));
    }
}
