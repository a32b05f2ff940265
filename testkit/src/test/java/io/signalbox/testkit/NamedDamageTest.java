package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Findings;
import io.signalbox.persistence.StoreInspection;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a verification says of damage is what a start meets: whether it stops, and which messages cannot be read. */
class NamedDamageTest {
    private static final int HISTORIES = Integer.getInteger("signalbox.histories", 120);
    private static final int DAMAGES = 12;

    private long starts;
    private long stops;
    private long lostMessages;
    private long harmless;

    @Test
    void aVerificationNamesExactlyWhatAStartCannotRead() throws Exception {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
            history.run(1 + (int) (seed % 3), 250);
            boolean isAlive = seed % 2 == 0; // then there is much log above the checkpoints
            history.begin();
            if (isAlive) history.live(250);
            Random random = new Random(seed);
            for (int i = 0; i < DAMAGES; i++) {
                SimulatedDisk image = history.store().disk().crash(random);
                String place = damage(image, random);
                try {
                    compare(image);
                } catch (StoreException | RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", " + i + ": " + place + ": " + e.getMessage(), e);
                }
            }
        }
        // Otherwise the histories would not show what they are for.
        assertTrue(
                stops > HISTORIES / 2 && starts > HISTORIES && harmless > HISTORIES / 2,
                stops + ", " + starts + ", " + harmless);
        assertTrue(lostMessages > HISTORIES, lostMessages + " messages were hit");
    }

    /** A bit, or a few sectors. */
    private static String damage(SimulatedDisk image, Random random) {
        List<String> names = new ArrayList<>(image.list());
        names.removeIf(name -> image.sizeOf(name) == 0 || name.startsWith("spare-"));
        String name = names.get(random.nextInt(names.size()));
        int size = (int) image.sizeOf(name);
        int offset = random.nextInt(size);
        for (int tries = 0; tries < 50 && image.byteAt(name, offset) == 0; tries++) offset = random.nextInt(size);
        int bytes = random.nextInt(3) == 0 ? 1 + random.nextInt(3000) : 1;
        for (int i = 0; i < bytes && offset + i < size; i++) image.flipBit(name, offset + i, random.nextInt(8));
        return name + " at " + offset + ", " + bytes + " bytes";
    }

    private void compare(SimulatedDisk image) throws StoreException {
        SimulatedStore start = new SimulatedStore(image.kill(), Variation.NONE, () -> 1);
        TreeSet<EntryName> unreadable = new TreeSet<>();
        boolean stopped = false;
        try {
            for (EntryName entry : start.recoverFlags(SimulatedCore.SILENT).keySet())
                if (!isReadable(start, entry)) unreadable.add(entry);
        } catch (StoreException e) {
            stopped = true;
        }
        try (StoreInspection inspection = StoreInspection.open(image, SimulatedCore.SILENT)) {
            Findings found = inspection.verify((done, total) -> assertTrue(done <= total, done + " of " + total));
            boolean saysSo = found.damages().stream()
                            .anyMatch(each ->
                                    each.effect() != Findings.Effect.MESSAGES && each.effect() != Findings.Effect.NONE)
                    || !inspection.unreadableFiles().isEmpty()
                    || found.start().checkpoint().isEmpty()
                            && !found.checkpoints().isEmpty();
            assertEquals(stopped, saysSo, () -> "whether a start stops: " + found + inspection.unreadableFiles());
            if (stopped) {
                stops++;
                return;
            }
            starts++;
            TreeSet<EntryName> named = new TreeSet<>();
            for (Findings.Damage damage : found.damages()) {
                if (damage.effect() == Findings.Effect.NONE) harmless++;
                for (Findings.Hit hit : damage.hits()) {
                    for (long lsn : hit.lsns()) named.add(new EntryName(hit.queueId(), lsn));
                }
            }
            lostMessages += named.size();
            assertEquals(unreadable, named, found::toString);
        }
    }

    private static boolean isReadable(SimulatedStore store, EntryName entry) {
        try {
            for (Message message : store.readAll(entry.lsn()).values()) store.wholeBody(message);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }
}
