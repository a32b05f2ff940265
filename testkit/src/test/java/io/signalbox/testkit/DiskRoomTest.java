package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskSpace;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** When publishers are refused because the disk fills, and when they are taken again. */
class DiskRoomTest {
    private static final long GIB = 1L << 30;

    private long usable = 100 * GIB;
    private long nanos;

    /** A store on a file system of which the test says how much is free. */
    private LogEngine open(long totalBytes, DiskLimits limits, LongSupplier free) throws StoreException {
        Variation disk = new Variation() {
            @Override
            public Disk wrap(Disk simulated) {
                return new ForwardingDisk(simulated) {
                    @Override
                    public DiskSpace space() {
                        return new DiskSpace(totalBytes, free.getAsLong());
                    }
                };
            }
        };
        StoreSettings settings = SimulatedStore.SMALL.limitedTo(limits);
        SimulatedStore store = new SimulatedStore(new SimulatedDisk(), disk, () -> nanos, settings);
        store.recover();
        return store.engine();
    }

    private LogEngine open(long totalBytes) throws StoreException {
        return open(totalBytes, DiskLimits.DEFAULT, () -> usable);
    }

    private boolean isShort(LogEngine engine, long nowUsable) {
        usable = nowUsable;
        engine.housekeepingStep();
        return engine.shortage().isPresent();
    }

    @Test
    void onALargeDiskAGibibyteHasToBeFreeAndAHalfMoreBeforePublishersAreTakenAgain() throws Exception {
        LogEngine engine = open(252 * GIB);
        assertFalse(isShort(engine, 80 * GIB));
        assertFalse(isShort(engine, GIB));
        assertTrue(isShort(engine, GIB - (1 << 20)));
        assertTrue(isShort(engine, GIB + GIB / 2 - (1 << 20)), "between the marks it stays as it is");
        assertFalse(isShort(engine, GIB + GIB / 2));
        assertFalse(isShort(engine, GIB), "between the marks it stays as it is");
    }

    @Test
    void onASmallDiskATwentiethHasToBeFree() throws Exception {
        LogEngine engine = open(GIB);
        assertFalse(isShort(engine, GIB / 20));
        assertTrue(isShort(engine, GIB / 20 - (1 << 20)));
        assertFalse(isShort(engine, GIB / 13));
    }

    @Test
    void whatHasToBeFreeCanBeSaidAndThatNothingHasToBe() throws Exception {
        LogEngine engine =
                open(252 * GIB, new DiskLimits(OptionalLong.of(50 * GIB), OptionalLong.empty()), () -> usable);
        assertFalse(isShort(engine, 50 * GIB));
        assertTrue(isShort(engine, 49 * GIB));
        assertTrue(
                engine.shortage().orElseThrow().contains("50176 MiB are free and 51200 MiB have to be (data.min-free)"),
                engine.shortage().toString());
        assertTrue(isShort(engine, 74 * GIB));
        assertFalse(isShort(engine, 75 * GIB));

        LogEngine careless = open(252 * GIB, new DiskLimits(OptionalLong.of(0), OptionalLong.empty()), () -> usable);
        assertFalse(isShort(careless, 1 << 20));
    }

    @Test
    void aStoreThatHasAsMuchAsItMayRefusesAndConsumptionAloneEndsIt() throws Exception {
        long most = 6 * SimulatedStore.SMALL.segmentBytes();
        SimulatedCore core = new SimulatedCore(new Random(1));
        SimulatedStore store = new SimulatedStore(
                new SimulatedDisk(),
                Variation.NONE,
                () -> nanos,
                SimulatedStore.SMALL.limitedTo(new DiskLimits(OptionalLong.empty(), OptionalLong.of(most))));
        core.begin(store.recover(core));
        LogEngine engine = store.engine();
        StoreHistory messages = new StoreHistory(1, 0, Variation.NONE);
        WriteBatch settlements = new WriteBatch();
        for (int i = 0; i < 10_000 && engine.shortage().isEmpty(); i++) {
            WriteBatch batch = messages.batches().publish();
            long lsn = engine.append(batch);
            if (lsn > 0) {
                core.appended(batch, lsn);
                for (int t = 0; t < batch.targets(); t++) settlements.settle(batch.targetQueueId(t), lsn);
            }
            pump(engine, core);
        }
        assertTrue(
                engine.shortage().orElseThrow().contains("data.max-size"),
                engine.shortage().toString());
        assertTrue(engine.status().diskBytes() <= most, engine.status() + " is more than " + most);
        assertTrue(settlements.settlements() > 100, settlements.settlements() + " entries were taken");
        int[] told = {0};
        engine.whenRoom(() -> told[0]++);
        pump(engine, core);
        assertEquals(0, told[0]);

        core.appended(settlements, engine.append(settlements));
        for (int i = 0; i < 20; i++) pump(engine, core);
        assertFalse(engine.shortage().isPresent(), engine.shortage().toString());
        assertEquals(1, told[0]);
        engine.whenRoom(() -> told[0]++);
        assertEquals(2, told[0], "at once while there is room");
        assertTrue(engine.append(messages.batches().publish()) > 0);
    }

    private void pump(LogEngine engine, SimulatedCore core) {
        for (int i = 0; i < 6; i++) {
            engine.logStep();
            engine.housekeepingStep();
            core.step();
            nanos += 20_000_000;
        }
    }
}
