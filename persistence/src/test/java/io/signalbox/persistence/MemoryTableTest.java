package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTableTest {
    private static final byte[] KEY = {1};
    private final MemoryTable table = new MemoryTable("t");

    @Test
    void theHigherLsnWinsWhicheverComesFirst() {
        table.change(KEY, new byte[] {20}, 20);
        table.change(KEY.clone(), new byte[] {10}, 10);
        assertArrayEquals(new byte[] {20}, table.get(KEY).orElseThrow());
        table.change(KEY, null, 30);
        table.change(KEY, new byte[] {25}, 25);
        assertTrue(table.get(KEY).isEmpty(), "an older change does not undo a removal");
        assertEquals(0, table.size());
    }

    @Test
    void aForgottenRemovalLeavesNothingAndAPairStays() throws Exception {
        table.change(KEY, null, 30);
        table.change(new byte[] {2}, new byte[] {2}, 5);
        table.forgetRemovalsBelow(30);
        table.change(KEY, new byte[] {9}, 29);
        assertTrue(table.get(KEY).isEmpty(), "the removal is not forgotten yet");
        table.forgetRemovalsBelow(31);
        List<byte[]> keys = new ArrayList<>();
        assertEquals(5, table.forEachVersion((key, value, lsn) -> keys.add(key)));
        assertEquals(1, keys.size());
    }

    @Test
    void aRemovalCountsAmongTheVersionsThoughItHasNoPair() throws Exception {
        table.change(KEY, new byte[] {1}, 10);
        table.change(KEY, null, 30);
        // A snapshot that misses the pair because of the removal must not be seen before the removal is durable.
        assertEquals(30, table.forEachVersion((key, value, lsn) -> {
            throw new AssertionError("there is no pair");
        }));
    }

    @Test
    void withinOneBatchTheLastChangeOfAKeyCounts() {
        table.change(KEY, new byte[] {1}, 10);
        table.change(KEY, null, 10);
        table.change(KEY, new byte[] {3}, 10);
        assertArrayEquals(new byte[] {3}, table.get(KEY).orElseThrow());
        assertEquals(1, table.size());
    }
}
