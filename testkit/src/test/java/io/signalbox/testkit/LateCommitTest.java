package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.Findings;
import io.signalbox.persistence.StoreInspection;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction that is committed when its messages lie far below both checkpoints, and the power goes. */
class LateCommitTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedCore core = new SimulatedCore(new Random(1));
    private long nanos = 1;
    private final SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> nanos);
    private String segment = "";
    private WriteBatch part = new WriteBatch();
    private long partLsn;

    private static WriteBatch publish(long queueId, int bodyBytes) {
        Message message =
                new Message(Envelope.of("a", true, 1), SimulatedFormat.BYTES, Body.Inline.of(new byte[bodyBytes]));
        return new WriteBatch().message(message).enqueueTo(queueId, 0);
    }

    private long append(WriteBatch batch) {
        long lsn = store.engine().append(batch);
        assertTrue(lsn > 0, "there is space");
        core.appended(batch, lsn);
        return lsn;
    }

    private void turn() {
        store.engine().logStep();
        for (int i = 0; i < 3; i++) store.engine().housekeepingStep();
        core.step();
        nanos += 60_000_000;
    }

    @BeforeEach
    void commitLate() throws Exception {
        core.begin(store.recover(core));
        segment = disk.list().stream()
                .filter(name -> name.startsWith("seg-"))
                .findFirst()
                .orElseThrow();
        Transaction transaction = store.engine().begin();
        part = publish(2, 100);
        assertTrue(transaction.add(part) > 0);
        partLsn = part.enqueueLsn();
        for (int i = 0; i < 400; i++) {
            long lsn = append(publish(1, 500));
            turn();
            append(new WriteBatch().settle(1, lsn));
            turn();
        }
        assertTrue(transaction.commit() > 0);
        core.appended(part, partLsn);
        store.engine().logStep();
    }

    @Test
    void aStartReadsThemWhereTheyLie() throws Exception {
        SimulatedStore next = new SimulatedStore(disk.kill(), Variation.NONE, () -> nanos);
        assertEquals(Set.of(new EntryName(2, partLsn)), next.recover().entries().keySet());
    }

    /** A copy has each record behind a head that says which it is. */
    @Test
    void aStartDoesNotTakeThemForEndedWhereTheHeadsOfTheirCopiesAreLost() throws Exception {
        String copy = disk.list().stream()
                .filter(name -> name.startsWith("cold-"))
                .findFirst()
                .orElseThrow();
        SimulatedDisk image = disk.kill();
        image.flipBit(copy, headOf(partLsn, image, copy), 3);
        SimulatedStore start = new SimulatedStore(image.kill(), Variation.NONE, () -> nanos);
        String why = assertThrows(StoreException.class, start::recover).getMessage();
        assertTrue(why.contains(copy) && why.contains("LSN " + partLsn) && why.contains("data rebuild"), why);
        try (StoreInspection inspection = StoreInspection.open(image, SimulatedCore.SILENT)) {
            Findings found = inspection.verify((done, total) -> {});
            assertEquals(1, found.damages().size(), found::toString);
            Findings.Damage damage = found.damages().get(0);
            assertEquals(Findings.Effect.STOPS_START, damage.effect());
            assertTrue(damage.fromLsn() <= partLsn && partLsn < damage.toLsn(), damage::toString);
        }
    }

    private static int headOf(long lsn, SimulatedDisk image, String copy) {
        for (int at = 0; at < image.sizeOf(copy); at += 32) {
            long found = 0;
            for (int i = 0; i < Long.BYTES; i++) found = found << 8 | image.byteAt(copy, at + i) & 0xff;
            if (found == lsn) return at;
        }
        throw new AssertionError("no copy of the record at LSN " + lsn);
    }

    @Test
    void theyMayBeGoneWhenTheyHaveEnded() throws Exception {
        append(new WriteBatch().settle(2, partLsn));
        store.engine().logStep();
        for (int i = 0; i < 3; i++) store.engine().housekeepingStep();
        boolean isGone = disk.list().stream().noneMatch(segment::equals)
                && disk.list().stream().noneMatch(name -> name.startsWith("cold-"));
        assertTrue(isGone, disk.list()::toString);
        SimulatedStore next = new SimulatedStore(disk.kill(), Variation.NONE, () -> nanos);
        assertFalse(next.recover().entries().containsKey(new EntryName(2, partLsn)));
    }
}
