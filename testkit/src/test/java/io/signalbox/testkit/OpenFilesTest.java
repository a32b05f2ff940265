package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A file that was deleted and is still open has its room, though no name tells of it; so none is kept open. */
class OpenFilesTest {

    private static final int HISTORIES = 20;
    private static final String DELETED = "deleted ";

    /** Knows which file each handle is of. */
    private static final class WatchedDisk extends ForwardingDisk {
        private final Map<DiskFile, String> open = new IdentityHashMap<>();
        int deleted;

        WatchedDisk(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile create(String name) throws IOException {
            return watched(name, super.create(name));
        }

        @Override
        public DiskFile open(String name) throws IOException {
            return watched(name, super.open(name));
        }

        private DiskFile watched(String name, DiskFile file) {
            DiskFile handle = new ForwardingFile(file) {
                @Override
                public void close() throws IOException {
                    open.remove(this);
                    super.close();
                }
            };
            open.put(handle, name);
            return handle;
        }

        @Override
        public void rename(String from, String to) throws IOException {
            super.rename(from, to);
            open.replaceAll((handle, name) -> name.equals(from) ? to : name);
        }

        @Override
        public void delete(String name) throws IOException {
            super.delete(name);
            deleted++;
            open.replaceAll((handle, known) -> known.equals(name) ? DELETED + name : known);
        }
    }

    @Test
    void whatIsDeletedIsNotOpen() throws Exception {
        int deleted = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            WatchedDisk[] disk = new WatchedDisk[1];
            StoreHistory history = new StoreHistory(seed, 0, new Variation() {
                @Override
                public Disk wrap(Disk simulated) {
                    return disk[0] = new WatchedDisk(simulated);
                }
            });
            for (int life = 0; life < 3; life++) {
                try {
                    deleted += live(history, disk);
                } catch (SimulatedCrash crash) {
                    history.crash();
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(deleted > HISTORIES * 10, "only " + deleted + " were deleted");
    }

    /** @return how many files were deleted */
    private static int live(StoreHistory history, WatchedDisk[] disk) throws StoreException {
        history.begin();
        WatchedDisk watched = disk[0];
        history.live(400);
        history.quiesce();
        List<String> open = watched.open.values().stream()
                .filter(name -> name.startsWith(DELETED))
                .toList();
        assertEquals(List.of(), open);
        history.end();
        return watched.deleted;
    }
}
