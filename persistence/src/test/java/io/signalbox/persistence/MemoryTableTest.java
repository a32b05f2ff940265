package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
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
        // A checkpoint that misses the pair because of the removal must not be seen before the removal is durable.
        assertEquals(30, table.forEachVersion((key, value, lsn) -> {
            throw new AssertionError("there is no pair");
        }));
    }

    @Test
    void onlyManyRemovalsAreWorthALookAtTheTable() {
        for (int i = 0; i < 50_000; i++) {
            table.change(key(i), new byte[1], 2 * i + 1);
            table.change(key(i), null, 2 * i + 2);
            table.change(key(i), null, 2 * i + 2);
        }
        assertTrue(table.isForgettingDue());
        table.forgetRemovalsBelow(70_000);
        assertFalse(table.isForgettingDue(), "15,001 removals are few");
        for (int i = 0; i < 50_000; i++) table.change(key(i), new byte[1], 200_000 + i);
        table.forgetRemovalsBelow(300_000);
        for (int i = 0; i < 20_000; i++) table.change(key(i), null, 300_000 + i);
        assertTrue(table.isForgettingDue());
        for (int i = 0; i < 10_000; i++) table.change(key(i), new byte[1], 400_000 + i);
        assertFalse(table.isForgettingDue(), "what came back is no removal any more");
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
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
