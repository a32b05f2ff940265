package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.StoreException;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Bits that change on the medium after they were written: always reported, never silently lost or believed. */
class StoreDamageTest {
    private static final int HISTORIES = 20;
    private static final int FLIPS = Integer.getInteger("signalbox.flips", 250);

    /** A store that was stopped in good order, so that a seal testifies for all of it. */
    private static StoreHistory stopped(long seed) throws StoreException {
        StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
        history.begin();
        history.live(250);
        history.quiesce();
        history.end();
        return history;
    }

    @Test
    void aFlippedBitStopsTheStartOrIsWithoutEffect() throws Exception {
        long reported = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = stopped(seed);
            Random random = new Random(seed);
            for (int i = 0; i < FLIPS; i++) {
                SimulatedDisk image = history.store().disk().crash(random);
                String place = flip(image, random);
                try {
                    history.model().check(new SimulatedStore(image, Variation.NONE, () -> 1).recover());
                } catch (StoreException e) {
                    reported++;
                    String name = place.substring(0, place.indexOf(' '));
                    boolean placed =
                            e.getMessage().contains("offset") || e.getMessage().contains("missing");
                    assertTrue(placed, "seed " + seed + ": " + name + ": " + e.getMessage());
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ", flip " + i + " in " + place + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(reported > HISTORIES * FLIPS / 20, "only " + reported + " were reported");
    }

    private static String flip(SimulatedDisk image, Random random) {
        List<String> names = new ArrayList<>(image.list());
        names.removeIf(empty -> image.sizeOf(empty) == 0);
        String name = names.get(random.nextInt(names.size()));
        long size = image.sizeOf(name);
        long offset = random.nextInt((int) size);
        // Most of a file is empty: look for a place that is not, as a rule.
        for (int tries = 0; tries < 50 && image.byteAt(name, offset) == 0; tries++) {
            offset = random.nextInt((int) (tries % 2 == 0 ? size : Math.min(size, 8192)));
        }
        image.flipBit(name, offset, random.nextInt(8));
        return name + " at " + offset;
    }

    @Test
    void aBodyThatChangedOnTheMediumIsNotHandedOut() throws Exception {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = stopped(seed);
            SimulatedStore store = history.store();
            StoreContents contents = store.recover();
            Random random = new Random(seed);
            for (int i = 0; i < FLIPS; i++) {
                String place = flip(store.disk(), random);
                for (StoreContents.EntryName entry : contents.entries().keySet()) {
                    try {
                        StoreContents.Entry expected = contents.entries().get(entry);
                        for (Message message : store.readAll(entry.lsn()).values()) {
                            byte[] body = store.wholeBody(message);
                            StoreContents.Entry read = StoreContents.Entry.of(expected.flags(), message, body);
                            assertTrue(read.equals(expected), () -> "wrong body after a flip in " + place);
                        }
                    } catch (StoreException e) {
                        assertTrue(e.getMessage().contains("damaged in segment"), e.getMessage());
                    }
                }
                i += 24;
            }
        }
    }

    @Test
    void aSegmentThatIsMissingInTheMiddleStopsTheStart() throws Exception {
        int missing = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            StoreHistory history = stopped(seed);
            Map<String, SimulatedDisk> images = new TreeMap<>();
            Random random = new Random(seed);
            List<String> segments = history.store().disk().list().stream()
                    .filter(name -> name.startsWith("seg-") || name.startsWith("cold-"))
                    .sorted()
                    .toList();
            for (String name : segments.subList(0, segments.size() - 1)) {
                SimulatedDisk image = history.store().disk().crash(random);
                image.delete(name);
                images.put(name, image);
            }
            for (Map.Entry<String, SimulatedDisk> image : images.entrySet()) {
                try {
                    history.model().check(new SimulatedStore(image.getValue(), Variation.NONE, () -> 1).recover());
                } catch (StoreException e) {
                    missing++;
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + " without " + image.getKey() + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(missing > HISTORIES / 2, "only " + missing + " were missed");
    }
}
