package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PageSpaceTest {
    private static final int STEPS = 20_000;
    private static final int MOST_PAGES = 400;
    private static final int MOST_BYTES = 20_000;

    @Test
    void pagesNeverOverlapAndWhatIsFreeIsUsedAgain() {
        for (long seed = 1; seed <= 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PageSpace space = new PageSpace();
            List<Long> pages = new ArrayList<>();
            BitSet used = new BitSet();
            int claimed = 0;
            for (int step = 0; step < STEPS; step++) {
                boolean more = pages.isEmpty() || (pages.size() < MOST_PAGES && random.nextBoolean());
                long handle;
                if (more) {
                    int bytes = 1 + random.nextInt(MOST_BYTES);
                    handle = space.claim(bytes);
                    assertTrue(PageSpace.capacity(handle) >= bytes && PageSpace.capacity(handle) < bytes + 512);
                    pages.add(handle);
                    claimed++;
                } else {
                    handle = pages.remove(random.nextInt(pages.size()));
                    space.free(handle);
                }
                int first = (int) (PageSpace.position(handle) / PageSpace.BLOCK_BYTES);
                int end = first + PageSpace.capacity(handle) / PageSpace.BLOCK_BYTES;
                int other = more ? used.nextSetBit(first) : used.nextClearBit(first);
                assertTrue(other < 0 || other >= end, "seed " + seed + ", step " + step);
                used.set(first, end, more);
                assertEquals((long) used.length() * PageSpace.BLOCK_BYTES, space.bytes());
            }
            assertTrue(claimed > STEPS / 4);
            long most = 2L * MOST_PAGES * MOST_BYTES;
            assertTrue(space.bytes() < most, space.bytes() + " bytes for at most " + most / 4 + " on average");
            for (long handle : pages) space.free(handle);
            assertEquals(0, space.bytes());
        }
    }

    @Test
    void aPageIsGivenBackOnce() {
        PageSpace space = new PageSpace();
        long handle = space.claim(600);
        assertTrue(space.free(handle));
        assertThrows(IllegalStateException.class, () -> space.free(handle));
    }

    @Test
    void nothingIsTakenThatNoPageCanHold() {
        assertEquals(0, new PageSpace().claim(512L << 16));
    }
}
