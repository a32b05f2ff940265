package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A disk that fails, and one that is full. */
class StoreFaultsTest {
    private static final int SEEDS = 60;

    /** As queues have it. */
    private static final int SETTLEMENTS_PER_RECORD = 1024;

    @Test
    void aForceThatFailsEndsTheStoreAndLosesNothingPromised() throws Exception {
        int failures = 0;
        for (long seed = 1; seed <= 500; seed++) {
            try {
                StoreHistory history = new StoreHistory(seed, 0, Variation.NONE);
                history.begin();
                history.store().disk().failForceAfter(seed % 60, new Random(seed));
                history.live(400);
                LogEngine engine = history.store().engine();
                if (engine.failure().isPresent()) {
                    failures++;
                    assertRefusesEverything(engine);
                    assertEquals(0, history.waiters(), "waiters are released");
                }
                history.crash();
                history.begin();
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(failures > 300, "only " + failures + " forces failed");
    }

    private static void assertRefusesEverything(LogEngine engine) {
        long durable = engine.durableLsn();
        WriteBatch batch = new WriteBatch().put(engine.table("t"), new byte[1], new byte[1]);
        assertEquals(MessageStore.FAILED, engine.append(batch));
        engine.logStep();
        engine.housekeepingStep();
        assertEquals(durable, engine.durableLsn(), "a failed force is not repeated");
    }

    @Test
    void onAFullDiskPublishersWaitSettlementsGoOnAndConsumptionMakesRoom() throws Exception {
        for (long seed = 1; seed <= SEEDS; seed++) {
            FullDisk full = new FullDisk(seed);
            full.fill();
            long before = full.engine.durableLsn();
            assertTrue(full.entries.size() > 20, "seed " + seed + ": it held " + full.entries.size());
            assertEquals(MessageStore.FULL, full.engine.append(full.publish()), "seed " + seed);
            assertTrue(full.engine.shortage().isPresent(), "seed " + seed);
            full.settleAll();
            assertTrue(full.engine.durableLsn() > before, "seed " + seed + ": settlements go on");
            assertTrue(full.isPublishTaken(), "seed " + seed + ": room came by consumption alone");
            assertFalse(full.engine.shortage().isPresent(), "seed " + seed);
            assertTrue(full.spaceTold > 0, "seed " + seed + ": publishers were told");
        }
    }

    @Test
    void onAFullDiskPublishingGoesOnWhenThereIsRoomAgain() throws Exception {
        for (long seed = 1; seed <= SEEDS; seed++) {
            FullDisk full = new FullDisk(seed);
            full.fill();
            assertFalse(full.engine.failure().isPresent(), "a full disk is not a failure");
            full.store.disk().limitTo(Long.MAX_VALUE);
            int before = full.entries.size();
            assertTrue(full.isPublishTaken(), "seed " + seed);
            StoreContents left = full.restart();
            assertEquals(before, left.entries().size(), "seed " + seed + ": what was confirmed is all there");
        }
    }

    /** Nothing else than consuming can make room where the broker's own messages have filled the disk. */
    @Test
    void aStoreThatHasFilledItsDiskStartsAgainAndConsumptionMakesRoom() throws Exception {
        StoreSettings large = StoreSettings.ofSegments(2 << 20).limitedTo(SimulatedStore.TO_THE_END);
        for (long seed = 1; seed <= 2; seed++) {
            SimulatedDisk disk = new SimulatedDisk();
            // The first segment is half as large as the others; what is left is less than that.
            disk.limitTo(large.segmentBytes() / 2 + 2 * large.segmentBytes() + large.segmentBytes() * 3 / 8);
            FullDisk before = new FullDisk(seed, disk, large);
            before.recover();
            before.fill();
            FullDisk full = new FullDisk(seed, before.store.disk().crash(new Random(seed)), large);
            assertEquals(before.entries.size(), full.recover().entries().size(), "seed " + seed);
            full.settleAll();
            assertTrue(full.isPublishTaken(), "seed " + seed + ": room came by consumption alone");
        }
    }

    /** A store on a disk that becomes full. */
    private static final class FullDisk {
        final SimulatedStore store;
        final LogEngine engine;
        final List<StoreContents.EntryName> entries = new ArrayList<>();
        private final SimulatedCore core;
        private final StoreHistory messages;
        long nanos;
        long spaceTold;

        /** One that has begun, and has room for three segments. */
        FullDisk(long seed) throws StoreException {
            this(seed, new SimulatedDisk(), SimulatedStore.SMALL);
            store.disk().limitTo(3 * SimulatedStore.SMALL.segmentBytes() + 4096);
            recover();
        }

        StoreContents recover() throws StoreException {
            StoreContents recovered = store.recover(core);
            core.begin(recovered);
            entries.addAll(recovered.entries().keySet());
            return recovered;
        }

        FullDisk(long seed, SimulatedDisk disk, StoreSettings settings) {
            messages = new StoreHistory(seed, 0, Variation.NONE);
            core = new SimulatedCore(new Random(seed));
            store = new SimulatedStore(disk, Variation.NONE, () -> nanos, settings);
            engine = store.engine();
        }

        WriteBatch publish() {
            return messages.batches().publish();
        }

        void fill() {
            for (int refusals = 0; refusals < 20; ) {
                WriteBatch batch = publish();
                long lsn = engine.append(batch);
                if (lsn > 0) {
                    core.appended(batch, lsn);
                    for (int i = 0; i < batch.targets(); i++) {
                        entries.add(new StoreContents.EntryName(batch.targetQueueId(i), lsn));
                    }
                } else {
                    refusals++;
                    engine.whenSpace(() -> spaceTold++);
                }
                pump();
            }
            spaceTold = 0;
            engine.whenSpace(() -> spaceTold++);
        }

        /** A large message may be refused once, until there is a buffer for it. */
        boolean isPublishTaken() {
            for (int i = 0; i < 5; i++) {
                pump();
                WriteBatch batch = publish();
                long lsn = engine.append(batch);
                if (lsn <= 0) continue;
                core.appended(batch, lsn);
                return true;
            }
            return false;
        }

        void settleAll() {
            WriteBatch batch = new WriteBatch();
            for (StoreContents.EntryName entry : entries) {
                batch.settle(entry.queueId(), entry.lsn());
                if (batch.settlements() == SETTLEMENTS_PER_RECORD) batch = appendSettlements(batch);
            }
            appendSettlements(batch);
        }

        private WriteBatch appendSettlements(WriteBatch batch) {
            long lsn = engine.append(batch);
            assertTrue(lsn > 0, "settlements are taken");
            core.appended(batch, lsn);
            pump();
            return new WriteBatch();
        }

        void pump() {
            for (int i = 0; i < 6; i++) {
                engine.logStep();
                engine.housekeepingStep();
                core.step();
                nanos += 20_000_000;
            }
        }

        StoreContents restart() throws StoreException {
            SimulatedDisk image = store.disk().crash(new Random(1));
            return new SimulatedStore(image, Variation.NONE, () -> nanos).recover();
        }
    }
}
