package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * An operation of the disk fails, of each kind, at any moment of a history made from a seed: for good, or for want of room. {@code
 * -Dsignalbox.faultPoints} says how many of each, {@code -Dsignalbox.seed} which is the first.
 */
class DiskFaultsTest {
    private static final long FIRST_SEED = Long.getLong("signalbox.seed", 1);
    private static final int POINTS = Integer.getInteger("signalbox.faultPoints", 150);
    private static final int STEPS = 600;

    /** Which operations fail, and how often such a one comes in a history of {@link #STEPS}. */
    private record Kind(String operation, int often) {}

    private static final List<Kind> ANY = List.of(
            new Kind("force seg-", 40),
            new Kind("write seg-", 40),
            new Kind("force fresh-", 2),
            new Kind("grow fresh-", 2),
            new Kind("create ", 6),
            new Kind("grow checkpoint-", 6),
            new Kind("force checkpoint-", 4),
            new Kind("rename ", 6),
            new Kind("force directory", 6),
            new Kind("delete ", 2));

    /** Those that need room. What is in a segment has it already. */
    private static final List<Kind> NEEDING_ROOM = List.of(
            new Kind("force fresh-", 2),
            new Kind("grow fresh-", 2),
            new Kind("create ", 6),
            new Kind("grow checkpoint-", 6),
            new Kind("force checkpoint-", 4),
            new Kind("rename ", 6));

    /** What a start does in any case. */
    private static final List<Kind> AT_START = List.of(
            new Kind("force seg-", 4),
            new Kind("write s", 4), // of a segment or of a spare file that becomes one
            new Kind("rename ", 1),
            new Kind("force directory", 3),
            new Kind("delete ", 2));

    /** From the n-th operation of a kind on so many fail. */
    private static final class Fault implements SimulatedDisk.Faults {
        private final Kind kind;
        private final boolean full;
        private final int last;
        private int left;
        int met;

        Fault(Kind kind, int after, int times, boolean full) {
            this.kind = kind;
            this.left = after;
            this.last = -times;
            this.full = full;
        }

        @Override
        public void meet(String operation) throws IOException {
            if (!operation.startsWith(kind.operation) || --left >= 0 || left < last) return;
            met++;
            String what = operation + " (simulated)";
            throw full
                    ? new DiskFullException("No space left on device: " + what)
                    : new IOException("I/O error: " + what);
        }
    }

    /** What happens at one seed; the answer is how often the fault was met. */
    private interface History {
        int live(long seed, Kind kind) throws Exception;
    }

    private static void forEach(List<Kind> kinds, History history) {
        Map<String, Integer> met = new TreeMap<>();
        int points = 0;
        for (long seed = FIRST_SEED; points < POINTS; seed++) {
            Kind kind = kinds.get((int) (seed % kinds.size()));
            try {
                int here = history.live(seed, kind);
                met.merge(kind.operation, here, Integer::sum);
                points += Math.min(1, here);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", " + kind.operation + ": " + e.getMessage(), e);
            }
            assertTrue(seed < FIRST_SEED + 20L * POINTS, "too few faults are met: " + met);
        }
        for (Kind kind : kinds) {
            int times = met.getOrDefault(kind.operation, 0);
            assertTrue(times >= POINTS / kinds.size() / 4, "of " + points + " faults too few are of a kind: " + met);
        }
    }

    private static StoreHistory begun(long seed) throws StoreException {
        StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
        history.begin();
        return history;
    }

    /** Whether it lived to the end: a history may crash soon after it has begun. */
    private static boolean lives(StoreHistory history) throws StoreException {
        try {
            history.live(STEPS);
            return true;
        } catch (SimulatedCrash crash) {
            history.crash();
            history.begin();
            return false;
        }
    }

    @Test
    void anOperationThatFailsEndsTheStoreAndLosesNothingPromised() {
        forEach(ANY, (seed, kind) -> {
            Random random = new Random(seed);
            StoreHistory history = begun(seed);
            Fault fault = new Fault(kind, random.nextInt(kind.often), 1, false);
            history.store().disk().failBy(fault);
            if (!lives(history)) return 0;
            LogEngine engine = history.store().engine();
            assertEquals(
                    fault.met > 0,
                    engine.failure().isPresent(),
                    engine.failure().toString());
            if (fault.met > 0) {
                assertTrue(engine.failure().orElseThrow().getMessage().contains("Check the disk, then restart."));
                assertRefusesEverything(engine);
                assertEquals(0, history.waiters(), "waiters are released");
            }
            history.crash();
            history.begin();
            return fault.met;
        });
    }

    private static void assertRefusesEverything(LogEngine engine) {
        long durable = engine.durableLsn();
        WriteBatch batch = new WriteBatch().put(engine.table("t"), new byte[1], new byte[1]);
        assertEquals(MessageStore.FAILED, engine.append(batch));
        for (int i = 0; i < 5; i++) {
            engine.logStep();
            engine.housekeepingStep();
        }
        assertEquals(durable, engine.durableLsn(), "nothing is tried again");
    }

    @Test
    void wantOfRoomEndsNothingAndIsOverByItself() {
        forEach(NEEDING_ROOM, (seed, kind) -> {
            Random random = new Random(seed);
            StoreHistory history = begun(seed);
            Fault fault = new Fault(kind, random.nextInt(kind.often), 1 + random.nextInt(20), true);
            history.store().disk().failBy(fault);
            if (!lives(history)) return 0;
            LogEngine engine = history.store().engine();
            assertFalse(engine.failure().isPresent(), engine.failure().toString());
            history.store().disk().failBy(SimulatedDisk.Faults.NONE);
            history.quiesce();
            assertFalse(engine.shortage().isPresent(), engine.shortage().toString());
            long before = engine.durableLsn();
            history.live(50);
            history.quiesce();
            assertTrue(engine.durableLsn() > before, "it goes on");
            assertFalse(engine.failure().isPresent(), engine.failure().toString());
            history.crash();
            history.begin();
            return fault.met;
        });
    }

    @Test
    void aStartThatFailsOrHasNoRoomLosesNothing() {
        forEach(AT_START, (seed, kind) -> {
            Random random = new Random(seed);
            StoreHistory history = begun(seed);
            if (!lives(history)) return 0;
            history.crash();
            boolean full = random.nextBoolean();
            Fault fault = new Fault(kind, random.nextInt(kind.often), full ? 100 : 1, full);
            history.store().disk().failBy(fault);
            try {
                history.begin();
            } catch (StoreException refused) {
                assertTrue(fault.met > 0, refused.toString());
            }
            history.crash();
            history.begin();
            return fault.met;
        });
    }
}
