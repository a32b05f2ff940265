package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.FileLogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Segments that are made ready, in parts or on a disk that is full for a moment, and what becomes of their files. */
class PreparedSegmentTest {

    private static final int SEGMENT_BYTES = 16 * 1024;
    private static final int CRASHES = 40;

    private static SegmentHeader header(long base) {
        return new SegmentHeader(new StoreId(1, 2), 3, base, SEGMENT_BYTES, 0, 0);
    }

    /** Its header is in a file that waits to be used again when there is no room for its name: that file is gone for good before the next try. */
    @Test
    void oneThatFoundNoRoomForItsNameHasNoTwin() throws Exception {
        Random random = new Random(1);
        SimulatedDisk disk = new SimulatedDisk();
        FileLogStore store = new FileLogStore(disk);
        store.open();
        store.prepare(header(SEGMENT_BYTES));
        store.compact(List.of((long) SEGMENT_BYTES)).publish(); // its file waits now
        disk.failBy(operation -> {
            if (operation.startsWith("rename ")) throw new DiskFullException("No space left on device (simulated)");
        });
        assertThrows(DiskFullException.class, () -> store.prepare(header(3 * SEGMENT_BYTES)));
        disk.failBy(SimulatedDisk.Faults.NONE);
        List<SimulatedDisk> crashed = new ArrayList<>();
        disk.observe(operation -> {
            for (int i = 0; i < CRASHES; i++) crashed.add(disk.crash(random));
        });
        store.prepare(header(3 * SEGMENT_BYTES));
        disk.observe(operation -> {});
        assertTrue(crashed.size() > 5 * CRASHES);
        for (SimulatedDisk each : crashed) check(each);
    }

    /** What a force has to bring down is what everybody's force waits for. */
    @Test
    void oneThatIsMadeInPartsIsForcedInParts() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        FileLogStore store = new FileLogStore(disk);
        store.open();
        List<Long> forced = new ArrayList<>();
        disk.observe(operation -> {
            if (operation.startsWith("forced fresh-")) forced.add(disk.sizeOf(operation.substring(7)));
        });
        long part = SEGMENT_BYTES / 4;
        while (store.upkeep().prepareSome(SEGMENT_BYTES, part)) assertEquals(forced.size() * part, last(forced));
        assertEquals(List.of(part, 2 * part, 3 * part, 4 * part), forced);
        assertEquals(SEGMENT_BYTES, store.room().occupiedBytes());
        store.prepare(header(SEGMENT_BYTES));
        assertEquals(4, forced.stream().distinct().count(), "nothing is written again");
        assertEquals(SEGMENT_BYTES, store.room().occupiedBytes());
        assertEquals(0, store.room().occupiedBytes() - store.room().heldBytes());
        assertEquals(List.of("seg-0000000000004000.log"), disk.list());
    }

    private static long last(List<Long> sizes) {
        return sizes.get(sizes.size() - 1);
    }

    @Test
    void whatWasBegunIsFinishedAtOnceWhenItIsNeeded() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        FileLogStore store = new FileLogStore(disk);
        store.open();
        assertTrue(store.upkeep().prepareSome(SEGMENT_BYTES, SEGMENT_BYTES / 4));
        store.prepare(header(SEGMENT_BYTES));
        assertEquals(List.of("seg-0000000000004000.log"), disk.list());
        assertEquals(SEGMENT_BYTES, disk.sizeOf("seg-0000000000004000.log"));
        assertEquals(SEGMENT_BYTES, store.room().occupiedBytes());
    }

    @Test
    void aPartThatFindsNoRoomLeavesNothing() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        FileLogStore store = new FileLogStore(disk);
        store.open();
        assertTrue(store.upkeep().prepareSome(SEGMENT_BYTES, SEGMENT_BYTES / 4));
        disk.limitTo(SEGMENT_BYTES / 2);
        while (store.upkeep().prepareSome(SEGMENT_BYTES, SEGMENT_BYTES / 4))
            assertTrue(disk.occupiedBytes() <= SEGMENT_BYTES / 2);
        assertEquals(List.of(), disk.list());
        assertEquals(0, store.room().occupiedBytes());
        assertThrows(DiskFullException.class, () -> store.prepare(header(SEGMENT_BYTES)));
    }

    /** The first to be given back waits to be used again, the second has its room taken away bit by bit. */
    @Test
    void whatIsGivenBackInPartsHasNoNameInAnyCrash() throws Exception {
        int large = 5 << 20;
        Random random = new Random(2);
        SimulatedDisk disk = new SimulatedDisk();
        FileLogStore store = new FileLogStore(disk);
        store.open();
        for (long base = large; base <= 2 * large; base += large)
            store.prepare(new SegmentHeader(new StoreId(1, 2), 3, base, large, 0, 0));
        store.compact(List.of((long) large)).publish();
        List<Long> sizes = new ArrayList<>();
        disk.observe(operation -> {
            for (int i = 0; i < 4; i++) {
                SimulatedDisk crashed = disk.crash(random);
                for (String name : crashed.list()) sizes.add(crashed.sizeOf(name));
            }
        });
        store.compact(List.of(2L * large)).publish();
        assertEquals(2 * large, store.room().occupiedBytes());
        assertEquals(large, store.room().heldBytes(), "what is about to be free counts as room, the reserve does not");
        assertTrue(store.upkeep().freeSome());
        assertEquals(2 * large - (4 << 20), store.room().occupiedBytes());
        assertTrue(store.upkeep().freeSome());
        assertEquals(large, store.room().occupiedBytes());
        assertFalse(store.upkeep().freeSome());
        assertTrue(sizes.size() > 20, sizes::toString);
        for (long size : sizes) assertEquals(large, size);
    }

    private static void check(SimulatedDisk disk) throws StoreException {
        List<SegmentHeader> found = new FileLogStore(disk).open().headers();
        found.forEach(header -> assertEquals(SEGMENT_BYTES, header.sizeBytes()));
        assertTrue(found.size() <= 1, found::toString);
    }
}
