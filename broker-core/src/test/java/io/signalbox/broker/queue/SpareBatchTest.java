package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.WriteBatch;
import org.junit.jupiter.api.Test;

class SpareBatchTest {

    @Test
    void whatWasGivenBackIsLentAgainAndEmpty() {
        WriteBatch batch = SpareBatch.take();
        batch.settle(1, 2).lazy();
        SpareBatch.giveBack(batch);
        assertSame(batch, SpareBatch.take());
        assertTrue(batch.isEmpty());
        assertFalse(batch.isLazy());
    }

    /** A queue is drained within another's drain. */
    @Test
    void nobodyGetsABatchThatSomebodyHas() {
        WriteBatch outer = SpareBatch.take();
        WriteBatch inner = SpareBatch.take();
        assertNotSame(outer, inner);
        SpareBatch.giveBack(inner);
        assertNotSame(outer, SpareBatch.take());
    }
}
