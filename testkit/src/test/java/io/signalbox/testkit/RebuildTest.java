package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Findings;
import io.signalbox.persistence.Rebuilt;
import io.signalbox.persistence.StoreInspection;
import io.signalbox.persistence.StoreMaintenance;
import io.signalbox.persistence.Surroundings;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A store that does not start for damage, after histories with settlements, cleaned segments, tables and crashes, is rebuilt. */
class RebuildTest {
    private static final int HISTORIES = Integer.getInteger("signalbox.histories", 80);
    private static final int DAMAGES = 6;
    private static final int MOST_BATCH_BYTES = 24 << 10;
    private static final Predicate<EntryName> NOTHING = name -> false;

    private long rebuilt;
    private long returned;
    private long leftovers;
    private long crashed;

    private interface Trial {
        void with(StoreHistory history, SimulatedDisk disk, Random random) throws Exception;
    }

    /** Each with a few lives behind it, the last one going on or ended. */
    private static void overHistories(Trial trial) throws Exception {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
            history.run(1 + (int) (seed % 3), 300);
            history.begin();
            if (seed % 2 == 0) history.live(300);
            Random random = new Random(seed);
            SimulatedDisk disk = history.store().disk().crash(random);
            history.model().promise(history.store().engine().durableLsn());
            try {
                trial.with(history, disk, random);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static List<String> files(SimulatedDisk disk, String prefix) {
        return disk.list().stream()
                .filter(name -> name.startsWith(prefix) && !name.endsWith(".damaged") && !name.endsWith(".tmp"))
                .toList();
    }

    private static SimulatedStore start(SimulatedDisk disk) {
        return new SimulatedStore(disk, Variation.NONE, () -> 1);
    }

    private static String refusal(SimulatedDisk disk) {
        StoreException refused =
                assertThrows(StoreException.class, () -> start(disk.kill()).recover());
        return String.valueOf(refused.getMessage());
    }

    private static Rebuilt rebuild(SimulatedDisk disk) throws StoreException {
        long[] nanos = {1};
        Surroundings surroundings = new Surroundings(
                () -> nanos[0],
                () -> {
                    throw new AssertionError("a store gets another name");
                },
                Checksum.CRC32C,
                disk);
        StoreMaintenance maintenance = new StoreMaintenance(
                disk,
                SimulatedStore.SMALL,
                SimulatedFormat.ONLY,
                surroundings,
                idle -> nanos[0] += Math.min(idle, 50_000_000));
        List<Rebuilt> told = new ArrayList<>();
        maintenance.rebuild(store -> new StoredEntries(), told::add);
        return told.get(0);
    }

    /** Of a bit each, or all of their first pages; then no start takes one of them. */
    private static void damageCheckpoints(SimulatedDisk disk, Random random) {
        for (String name : files(disk, "checkpoint-")) {
            if (random.nextInt(4) == 0) {
                for (int i = 0; i < Math.min(64, disk.sizeOf(name)); i++) disk.flipBit(name, i, random.nextInt(8));
                continue;
            }
            // The first half is in no copy of the tables at the end.
            disk.flipBit(name, random.nextInt((int) disk.sizeOf(name) / 2), random.nextInt(8));
        }
    }

    @Test
    void withoutAWholeCheckpointTheLogHasAllThatWasConfirmedAndTheTablesAsTheyWere() throws Exception {
        overHistories((history, disk, random) -> {
            if (files(disk, "checkpoint-").isEmpty()) return;
            damageCheckpoints(disk, random);
            String why = refusal(disk);
            assertTrue(why.contains("signalbox data rebuild"), why);
            Rebuilt said = rebuild(disk);
            assertEquals(Rebuilt.TableSource.WHOLE, said.tables());
            assertEquals(0, said.unreadableBytes());
            assertEquals(
                    said.setAside().size(),
                    disk.list().stream()
                            .filter(name -> name.endsWith(".damaged"))
                            .count());
            SimulatedStore again = start(disk);
            StoreContents contents = again.recover();
            assertEquals(said.entries(), contents.entries().size());
            history.model().checkRebuilt(contents, said.mayReturn(), said.tables(), NOTHING);
            rebuilt++;
            returned += said.mayReturn();
            again.engine().close();
            assertThrows(StoreException.class, () -> rebuild(disk), "there is nothing to rebuild any more");
        });
        assertTrue(rebuilt > HISTORIES / 2, rebuilt + " were rebuilt");
        assertTrue(returned > HISTORIES, returned + " may have returned");
    }

    @Test
    void withoutAnyCheckpointNothingThatWasConfirmedIsLost() throws Exception {
        overHistories((history, disk, random) -> {
            if (files(disk, "checkpoint-").isEmpty()) return;
            for (String name : files(disk, "checkpoint-")) {
                for (int i = 0; i < disk.sizeOf(name); i++) disk.flipBit(name, i, random.nextInt(8));
            }
            Rebuilt said = rebuild(disk);
            StoreContents contents = start(disk).recover();
            history.model().checkRebuilt(contents, said.mayReturn(), said.tables(), NOTHING);
            if (said.tables() == Rebuilt.TableSource.LEFTOVERS) leftovers++;
        });
        assertTrue(leftovers > HISTORIES / 8, leftovers + " had only parts of the tables");
    }

    @Test
    void damageInTheLogTakesOnlyAlongWhatLayThere() throws Exception {
        overHistories((history, disk, random) -> {
            for (int i = 0; i < DAMAGES; i++) rebuildDamagedLog(history, disk.kill(), random);
        });
        assertTrue(rebuilt > HISTORIES / 2, rebuilt + " were rebuilt");
        assertTrue(returned > HISTORIES, returned + " may have returned");
    }

    /** What it said its name and its batches say, too; one without a whole batch has nothing that was confirmed. */
    @Test
    void aSegmentWhoseHeaderIsDamagedKeepsWhatItHas() throws Exception {
        long[] mended = {0};
        overHistories((history, disk, random) -> {
            List<String> names = files(disk, "seg-");
            String name = names.get(random.nextInt(names.size()));
            disk.flipBit(name, random.nextInt(72), random.nextInt(8));
            refusal(disk);
            Rebuilt said = rebuild(disk);
            boolean isMended = said.newHeaders().equals(List.of(name));
            assertEquals(!isMended, said.setAside().contains(name));
            StoreContents contents = start(disk).recover();
            history.model().checkRebuilt(contents, said.mayReturn(), said.tables(), NOTHING);
            rebuilt++;
            if (isMended) mended[0]++;
        });
        assertTrue(mended[0] > rebuilt / 2 && mended[0] > HISTORIES / 2, mended[0] + " of " + rebuilt);
    }

    private void rebuildDamagedLog(StoreHistory history, SimulatedDisk disk, Random random) throws StoreException {
        List<String> names = files(disk, "seg-");
        String name = names.get(names.size() - 1 - random.nextInt(Math.min(2, names.size())));
        int size = (int) disk.sizeOf(name);
        int offset = random.nextInt(size);
        for (int i = 0; i < 300 && disk.byteAt(name, offset) == 0; i++) offset = random.nextInt(size);
        disk.flipBit(name, offset, random.nextInt(8));
        try {
            start(disk.kill()).recoverFlags(SimulatedCore.SILENT);
            return; // it lay below the checkpoints, or behind what was written
        } catch (StoreException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("signalbox data rebuild"), e.getMessage());
            rebuilt++;
        }
        Findings found;
        try (StoreInspection inspection = StoreInspection.open(disk, SimulatedCore.SILENT)) {
            found = inspection.verify((done, total) -> {});
        }
        boolean headerIsGone = offset < 512;
        // A batch at the very end that is damaged looks like one that was never confirmed; that of what it settled the
        // segment is gone has told.
        long lsn = Long.parseLong(name.substring(4, 20), 16) + offset;
        boolean looksTorn = found.damages().stream().noneMatch(each -> lsn >= each.fromLsn() && lsn < each.toLsn());
        Rebuilt said = rebuild(disk);
        returned += said.mayReturn();
        StoreContents contents = start(disk).recover();
        history.model()
                .checkRebuilt(
                        contents,
                        said.mayReturn(),
                        Rebuilt.TableSource.LEFTOVERS,
                        entry -> isHit(found, entry)
                                || !said.setAside().isEmpty() && headerIsGone
                                || looksTorn && entry.lsn() > lsn - MOST_BATCH_BYTES);
    }

    /** It lies there, or one of its pieces does. */
    private static boolean isHit(Findings found, EntryName entry) {
        return found.damages().stream()
                .anyMatch(each -> entry.lsn() >= each.fromLsn() && entry.lsn() < each.toLsn()
                        || each.hits().stream().anyMatch(hit -> hit.lsns().contains(entry.lsn())));
    }

    @Test
    void aCrashInTheMiddleLeavesAStoreThatStartsOrCanBeRebuilt() throws Exception {
        overHistories((history, disk, random) -> {
            if (files(disk, "checkpoint-").isEmpty()) return;
            damageCheckpoints(disk, random);
            SimulatedDisk whole = disk.kill();
            int[] operations = {0};
            whole.observe(operation -> operations[0]++);
            Rebuilt said = rebuild(whole);
            int crashAt = random.nextInt(operations[0]);
            disk.observe(operation -> {
                if (crashAt == operations[0]++) throw new SimulatedCrash(operation);
            });
            operations[0] = 0;
            assertThrows(SimulatedCrash.class, () -> rebuild(disk));
            SimulatedDisk left = random.nextBoolean() ? disk.kill() : disk.crash(random);
            if (!starts(left)) {
                crashed++;
                said = rebuild(left);
            }
            StoreContents contents = start(left).recover();
            history.model().checkRebuilt(contents, said.mayReturn(), Rebuilt.TableSource.WHOLE, NOTHING);
            rebuilt++;
        });
        assertTrue(crashed > HISTORIES / 10 && rebuilt - crashed > HISTORIES / 20, crashed + " of " + rebuilt);
    }

    private static boolean starts(SimulatedDisk disk) throws IOException {
        try {
            start(disk.kill()).recover();
            return true;
        } catch (StoreException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("data rebuild"), e.getMessage());
            return false;
        }
    }

    @Test
    void nothingChangesIfItIsNotWanted() throws Exception {
        overHistories((history, disk, random) -> {
            if (files(disk, "checkpoint-").isEmpty()) return;
            damageCheckpoints(disk, random);
            List<String> before = files(disk, "checkpoint-");
            StoreMaintenance maintenance = new StoreMaintenance(
                    disk,
                    SimulatedStore.SMALL,
                    SimulatedFormat.ONLY,
                    new Surroundings(() -> 1, () -> new StoreId(1, 1), Checksum.CRC32C, disk),
                    idle -> {});
            assertThrows(StoreException.class, () -> maintenance.rebuild(store -> new StoredEntries(), said -> false));
            assertEquals(before, files(disk, "checkpoint-"));
            refusal(disk);
        });
    }
}
