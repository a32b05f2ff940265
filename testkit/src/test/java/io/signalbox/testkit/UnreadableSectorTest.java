package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A sector that a disk cannot read is damage like a bit that it has changed: the messages there are lost, those beside them are not, and
 * nothing ends. That a running store finds it, and goes on, {@link ScrubTest} shows.
 */
class UnreadableSectorTest {

    private static final int HISTORIES = 30;
    private static final int SECTORS = 10;
    private static final int SECTOR_BYTES = 512;

    private int lost;
    private int lostInCopies;

    /** Whoever reads is told of each message there, as of one that is damaged, and gets all others. */
    @Test
    void onlyTheMessagesInItAreLost() throws Exception {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
            history.run(1, 500);
            Random random = new Random(seed);
            for (int i = 0; i < SECTORS; i++) readWithout(history.store().disk().kill(), random);
        }
        assertTrue(lost > HISTORIES / 2 && lostInCopies > 0, lost + ", " + lostInCopies);
    }

    private void readWithout(SimulatedDisk disk, Random random) throws Exception {
        SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> 1);
        long[] lsns = store.recoverFlags(SimulatedCore.SILENT).keySet().stream()
                .mapToLong(EntryName::lsn)
                .distinct()
                .sorted()
                .toArray();
        List<String> names = new ArrayList<>(disk.list());
        names.removeIf(name -> !name.startsWith("seg-") && !name.startsWith("cold-"));
        String name = names.get(random.nextInt(names.size()));
        disk.breakSector(name, 4096 + random.nextInt((int) Math.max(1, disk.sizeOf(name) - 4096)));
        List<Long> unread = read(store, lsns);
        lost += unread.size();
        if (name.startsWith("cold-")) lostInCopies += unread.size();
        // As many as may begin in one sector, those that name their bodies, and one that reaches into it.
        assertTrue(unread.size() <= SECTOR_BYTES / 32, name + ": " + unread);
    }

    private static List<Long> read(SimulatedStore store, long[] lsns) {
        List<Long> unread = new ArrayList<>();
        List<Long> read = new ArrayList<>();
        List<StoreException> failed = new ArrayList<>();
        store.engine()
                .read(
                        lsns,
                        new MessageStore.ReadSink() {
                            @Override
                            public void loaded(long lsn, Message message) {
                                read.add(lsn);
                            }

                            @Override
                            public boolean damaged(long lsn, StoreException why) {
                                unread.add(lsn);
                                return true;
                            }
                        },
                        failed::add);
        while (store.engine().readStep() == 0) {}
        assertEquals(List.of(), failed);
        assertEquals(lsns.length, read.size() + unread.size());
        return unread;
    }

    @Test
    void aSectorThatIsWrittenAgainCanBeRead() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        DiskFile file = disk.create("file");
        file.write(0, ByteBuffer.allocate(4 * SECTOR_BYTES));
        disk.breakSector("file", SECTOR_BYTES);
        ByteBuffer target = ByteBuffer.allocate(SECTOR_BYTES);
        assertEquals(SECTOR_BYTES, file.read(0, target));
        assertThrows(IOException.class, () -> file.read(1, target.clear()));
        file.write(SECTOR_BYTES, ByteBuffer.allocate(SECTOR_BYTES));
        assertEquals(SECTOR_BYTES, file.read(1, target.clear()));
    }
}
