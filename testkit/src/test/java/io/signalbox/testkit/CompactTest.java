package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Compacted;
import io.signalbox.persistence.StoreMaintenance;
import io.signalbox.persistence.Surroundings;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A store is compacted without a broker: it becomes about as small as what lives, and a crash at any moment loses nothing. */
class CompactTest {
    private static final int HISTORIES = Integer.getInteger("signalbox.histories", 80);
    private static final int CRASHES = 6;

    /** The segment that is written, and the next, which these small stores have soon. */
    private static final long SEGMENTS = 32_768 + 40_960;

    /** Of a file with copies: the front, a small directory. */
    private static final long FRONT = 4_200;

    private static StoreHistory history(long seed) throws StoreException {
        StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
        history.run(1 + (int) (seed % 3), 350);
        return history;
    }

    /** The most that was told to have been copied. */
    private long copied;

    private Compacted compact(SimulatedDisk disk) throws StoreException {
        long[] nanos = {1};
        Surroundings surroundings = new Surroundings(
                () -> nanos[0],
                () -> {
                    throw new AssertionError("a store gets another name");
                },
                Checksum.CRC32C,
                disk);
        return new StoreMaintenance(
                        disk,
                        SimulatedStore.SMALL,
                        SimulatedFormat.ONLY,
                        surroundings,
                        idle -> nanos[0] += Math.min(idle, 50_000_000))
                .compact(store -> new StoredEntries(), (done, total) -> {
                    assertTrue(done <= total, done + " of " + total);
                    copied = Math.max(copied, done);
                });
    }

    private static long fileBytes(SimulatedDisk disk) {
        return disk.list().stream()
                .filter(name -> !name.endsWith(".damaged"))
                .mapToLong(disk::sizeOf)
                .sum();
    }

    @Test
    void theDiskHasAboutWhatLivesAndAllOfThatIsThere() throws Exception {
        long before = 0;
        long after = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = history(seed);
            SimulatedDisk disk = history.store().disk().crash(new Random(seed));
            long files = fileBytes(disk);
            try {
                Compacted said = compact(disk);
                assertEquals(fileBytes(disk), said.bytesAfter());
                assertEquals(files, said.bytesBefore());
                long bound = said.livingBytes() * 5 / 4 + SEGMENTS + bytes(disk, "checkpoint-") + FRONT * copies(disk);
                assertTrue(said.bytesAfter() <= bound, said + ": more than " + bound);
                before += bytes(history.store().disk(), "seg-")
                        + bytes(history.store().disk(), "cold-");
                after += bytes(disk, "cold-");
                history.model().check(start(disk));
                Compacted again = compact(disk);
                assertTrue(again.bytesAfter() <= bound, "a second time: " + again);
                history.model().check(start(disk));
            } catch (StoreException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(after * 2 < before, after + " of " + before);
        assertTrue(copied > 10_000, "told was that " + copied + " bytes were copied");
    }

    private static long bytes(SimulatedDisk disk, String prefix) {
        return disk.list().stream()
                .filter(name -> name.startsWith(prefix))
                .mapToLong(disk::sizeOf)
                .sum();
    }

    private static long copies(SimulatedDisk disk) {
        return disk.list().stream().filter(name -> name.startsWith("cold-")).count();
    }

    private static StoreContents start(SimulatedDisk disk) throws StoreException {
        return new SimulatedStore(disk.kill(), Variation.NONE, () -> 1).recover();
    }

    @Test
    void aCrashAtAnyMomentLosesNothingAndNothingReturns() throws Exception {
        long crashes = 0;
        long copied = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = history(seed);
            Random random = new Random(seed);
            SimulatedDisk whole = history.store().disk().kill();
            int[] operations = {0};
            int[] renames = {0};
            whole.observe(operation -> {
                operations[0]++;
                if (operation.startsWith("renamed cold-")) renames[0]++;
            });
            compact(whole);
            copied += renames[0];
            for (int i = 0; i < CRASHES; i++) {
                SimulatedDisk disk = history.store().disk().kill();
                int[] left = {random.nextInt(operations[0])};
                String[] last = {""};
                disk.observe(operation -> {
                    last[0] = operation;
                    if (left[0]-- == 0) throw new SimulatedCrash(operation);
                });
                assertThrows(SimulatedCrash.class, () -> compact(disk));
                crashes++;
                SimulatedDisk after = random.nextBoolean() ? disk.kill() : disk.crash(random);
                try {
                    history.model().check(start(after));
                    if (i == 0) {
                        compact(after);
                        history.model().check(start(after));
                    }
                } catch (StoreException | RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", at: " + last[0] + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(crashes == (long) CRASHES * HISTORIES && copied > HISTORIES, crashes + ", " + copied);
    }

    @Test
    void withoutRoomForACopyItSaysSoAndNothingIsLost() throws Exception {
        int refused = 0;
        Random random = new Random(1);
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = history(seed);
            SimulatedDisk disk = history.store().disk().kill();
            disk.limitTo(disk.occupiedBytes() + 33_000 + random.nextInt(20_000)); // a first segment and a little
            try {
                compact(disk);
            } catch (StoreException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("room"), e.getMessage());
                refused++;
            }
            disk.limitTo(Long.MAX_VALUE);
            history.model().check(start(disk));
        }
        assertTrue(refused > 5 && refused < HISTORIES, refused + " were refused");
    }
}
