package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** Segments that are made ready on a disk that is full for a moment. */
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

    private static void check(SimulatedDisk disk) throws StoreException {
        List<SegmentHeader> found = new FileLogStore(disk).open().headers();
        found.forEach(header -> assertEquals(SEGMENT_BYTES, header.sizeBytes()));
        assertTrue(found.size() <= 1, found::toString);
    }
}
