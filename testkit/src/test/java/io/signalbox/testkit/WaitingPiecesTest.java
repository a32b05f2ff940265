package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.LogEngine;
import io.signalbox.testkit.SimulatedStore.Variation;
import org.junit.jupiter.api.Test;

/** Who waits when the next segment of the log takes longer to be made than this one to be filled. */
class WaitingPiecesTest {

    private long nanos;

    private LogEngine open(SimulatedDisk disk) throws Exception {
        SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> nanos);
        store.recover();
        return store.engine();
    }

    /** Writes pieces and forces them, while nobody makes the next segment, until there is no space for another. */
    private void fill(LogEngine engine, LargeUpload upload) {
        byte[] piece = new byte[engine.pieceBytes()];
        while (true) {
            if (upload.append(piece, 0, piece.length) > 0) continue;
            if (!force(engine)) return;
        }
    }

    /** Whether anything was. */
    private boolean force(LogEngine engine) {
        long before = engine.durableLsn();
        for (int i = 0; i < 2; i++) {
            engine.logStep();
            nanos += 60_000_000; // nobody waits for a piece, so it may wait
        }
        engine.logStep();
        return engine.durableLsn() > before;
    }

    private static WriteBatch small(LogEngine engine) {
        return new WriteBatch().put(engine.table("t"), new byte[8], new byte[8]).published();
    }

    @Test
    void piecesWaitForTheNextSegmentBeforeOthersDo() throws Exception {
        LogEngine engine = open(new SimulatedDisk());
        LargeUpload upload = engine.upload();
        fill(engine, upload);
        int taken = 0;
        while (engine.append(small(engine)) > 0) {
            taken++;
            force(engine);
        }
        assertTrue(taken > 1, taken + " more were taken");
        int[] woken = {0};
        engine.whenSpace(() -> woken[0]++);
        for (int i = 0; i < 20; i++) engine.housekeepingStep();
        engine.logStep();
        assertEquals(1, woken[0]);
        assertTrue(upload.append(new byte[16], 0, 16) > 0);
        assertTrue(engine.append(small(engine)) > 0);
    }

    /** Nobody makes a next segment then: what is left is for all who publish. */
    @Test
    void onAFullDiskPiecesGoOnAsLongAsOthersDo() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogEngine engine = open(disk);
        LargeUpload upload = engine.upload();
        fill(engine, upload);
        long held = engine.durableLsn();
        disk.limitTo(disk.occupiedBytes());
        for (int i = 0; i < 20; i++) engine.housekeepingStep();
        assertTrue(engine.shortage().isEmpty(), engine.shortage()::toString);
        engine.logStep();
        fill(engine, upload);
        assertTrue(engine.durableLsn() > held, "nothing more was taken");
        engine.housekeepingStep();
        assertTrue(engine.shortage().isPresent());
        assertEquals(MessageStore.FULL, engine.append(small(engine)));
    }
}
