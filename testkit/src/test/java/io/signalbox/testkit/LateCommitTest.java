package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
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
