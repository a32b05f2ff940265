package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.StoreDamage;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * A running store looks at what it has: what the disk has changed is told once, with exactly the entries that nobody can read. That it
 * tells of nothing while segments come, go and are cleaned, all histories show, which end if it does.
 */
class ScrubTest {
    private static final int HISTORIES = Integer.getInteger("signalbox.histories", 120);

    private long nanos = 1;
    private long lost;
    private long harmless;
    private long inCopies;

    @Test
    void whatTheDiskHasChangedIsToldOnceWithAllThatItHasHit() throws Exception {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
            history.run(1 + (int) (seed % 3), 350);
            Random random = new Random(seed);
            SimulatedDisk disk = history.store().disk().crash(random);
            nanos = TimeUnit.DAYS.toNanos(seed);
            SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> nanos);
            StoredEntries core = new StoredEntries();
            store.engine().recover(core, core);
            work(store, 10, TimeUnit.SECONDS.toNanos(1)); // until all that is there lies below the checkpoints
            List<StoreDamage> before = List.copyOf(core.damages());
            assertEquals(List.of(), before, "seed " + seed);
            String place = damage(disk, random);
            try {
                Set<EntryName> unreadable = unreadable(new SimulatedStore(disk.kill(), Variation.NONE, () -> 1));
                long read = store.engine().status().scrubbedBytes();
                work(store, 30, TimeUnit.HOURS.toNanos(1));
                assertTrue(store.engine().status().scrubbedBytes() > read, "nothing was read in a day");
                check(core, unreadable);
                assertEquals(core.damages().size(), store.engine().status().damagedPlaces());
                List<StoreDamage> told = List.copyOf(core.damages());
                work(store, 60, TimeUnit.HOURS.toNanos(1));
                assertEquals(told, core.damages(), "something is told again");
                if (place.startsWith("cold-") && !unreadable.isEmpty()) inCopies++;
            } catch (StoreException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + place + ": " + e.getMessage(), e);
            }
        }
        assertTrue(
                lost > HISTORIES / 4 && harmless > 0 && inCopies > HISTORIES / 20,
                lost + ", " + harmless + ", " + inCopies);
    }

    /**
     * In a segment that is larger than what is read in one step, so that the way goes on in the middle of a batch; with pieces of a large
     * message all over it, which can be read.
     */
    @Test
    void aSectorThatCannotBeReadIsToldAndNothingBesideIt() throws Exception {
        StoreSettings large = StoreSettings.ofSegments(1 << 20)
                .limitedTo(SimulatedStore.TO_THE_END)
                .scrubbedAt(4 << 20);
        SimulatedDisk disk = new SimulatedDisk();
        fill(new SimulatedStore(disk, Variation.NONE, () -> nanos, large));
        SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> nanos, large);
        StoredEntries core = new StoredEntries();
        store.engine().recover(core, core);
        work(store, 10, TimeUnit.SECONDS.toNanos(1));
        String name = disk.list().stream()
                .filter(each -> each.startsWith("seg-") && disk.sizeOf(each) == large.segmentBytes())
                .findFirst()
                .orElseThrow();
        disk.breakSector(name, 600_000);
        Set<EntryName> unreadable = unreadable(new SimulatedStore(disk.kill(), Variation.NONE, () -> 1, large));
        assertFalse(unreadable.isEmpty());
        work(store, 30, TimeUnit.HOURS.toNanos(1));
        check(core, unreadable);
        assertEquals(1, core.damages().size(), core.damages()::toString);
    }

    private static void fill(SimulatedStore store) throws StoreException {
        store.recoverFlags(SimulatedCore.SILENT);
        byte[] body = new byte[1000];
        new Random(1).nextBytes(body);
        Message message = new Message(Envelope.of("q", true, 1), SimulatedFormat.BYTES, Body.Inline.of(body));
        LargeUpload upload = store.engine().upload();
        for (int i = 0; i < 3000; i++) {
            if (i % 100 == 0) untilTaken(store, () -> upload.append(body, 0, body.length));
            untilTaken(store, () -> publish(store, message));
        }
        Body.Large large = new Body.Large(Body.Inline.of(new byte[10]), upload.complete(), 30L * body.length);
        Message last = new Message(Envelope.of("q", true, 1), SimulatedFormat.BYTES, large);
        untilTaken(store, () -> publish(store, last));
        store.engine().close();
    }

    private static long publish(SimulatedStore store, Message message) {
        return store.engine().append(new WriteBatch().message(message).enqueueTo(1, 0));
    }

    private static void untilTaken(SimulatedStore store, LongSupplier append) {
        while (append.getAsLong() < 0) {
            store.engine().housekeepingStep();
            store.engine().logStep();
        }
    }

    private void work(SimulatedStore store, int times, long pauseNanos) {
        for (int i = 0; i < times; i++) {
            nanos += pauseNanos;
            for (int j = 0; j < 300; j++) {
                store.engine().logStep();
                store.engine().housekeepingStep();
                nanos += TimeUnit.MILLISECONDS.toNanos(20);
            }
        }
        assertEquals(0, store.engine().failure().stream().count());
    }

    /** A bit, some in a row, or a sector that cannot be read. */
    private static String damage(SimulatedDisk disk, Random random) {
        List<String> names = new ArrayList<>(disk.list());
        names.removeIf(name -> !name.startsWith("seg-") && !name.startsWith("cold-"));
        names.remove(names.size() - 1); // the one that is written
        if (names.isEmpty()) return "nothing";
        boolean isSector = names.size() > 1 && random.nextInt(4) == 0;
        if (isSector) names.remove(names.size() - 1); // a start reads where the log ends, and cannot go on without
        String name = names.get(random.nextInt(names.size()));
        int size = (int) disk.sizeOf(name);
        int offset = random.nextInt(size);
        for (int i = 0; i < 300 && (disk.byteAt(name, offset) == 0 || offset < 4096); i++)
            offset = random.nextInt(size);
        if (offset < 4096) return "nothing"; // nothing else is in it
        if (isSector) {
            disk.breakSector(name, offset);
            return name + " at " + offset + ", a sector";
        }
        int bytes = random.nextInt(3) == 0 ? 1 + random.nextInt(1500) : 1;
        for (int i = 0; i < bytes && offset + i < size; i++) disk.flipBit(name, offset + i, random.nextInt(8));
        return name + " at " + offset + ", " + bytes + " bytes";
    }

    private static Set<EntryName> unreadable(SimulatedStore store) throws StoreException {
        Set<EntryName> unreadable = new TreeSet<>();
        for (EntryName name : store.recoverFlags(SimulatedCore.SILENT).keySet()) {
            try {
                for (Message message : store.readAll(name.lsn()).values()) store.wholeBody(message);
            } catch (StoreException e) {
                unreadable.add(name);
            }
        }
        return unreadable;
    }

    private void check(StoredEntries core, Set<EntryName> unreadable) {
        Set<EntryName> told = new TreeSet<>();
        Set<Long> places = new HashSet<>();
        for (StoreDamage damage : core.damages()) {
            assertTrue(damage.place().contains(" at offset "), damage.place());
            assertTrue(places.add(damage.fromLsn()), damage + " is told twice");
            if (damage.entries().isEmpty()) harmless++;
            damage.entries().forEach((queueId, lsns) -> lsns.forEach(lsn -> told.add(new EntryName(queueId, lsn))));
        }
        assertEquals(unreadable, told);
        lost += told.size();
    }
}
