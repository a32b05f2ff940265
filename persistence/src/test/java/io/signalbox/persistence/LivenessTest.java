package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LivenessTest {
    private final Liveness liveness = new Liveness(4096);

    @Test
    void aSettlementThatComesTwiceCountsOnce() {
        liveness.enqueued(1, 8192);
        liveness.enqueued(2, 8192);
        liveness.settled(1, 8192);
        liveness.settled(1, 8192);
        assertEquals(1, liveness.unsettled());
        assertTrue(liveness.isUnsettled(2, 8192));
        assertFalse(liveness.isUnsettled(1, 8192));
    }

    @Test
    void aDroppedQueueLeavesTheOthers() {
        for (int i = 1; i <= 100; i++) {
            liveness.enqueued(1, 4096 + 32L * i);
            liveness.enqueued(-2, 4096 + 32L * i);
        }
        liveness.dropped(1);
        liveness.settled(1, 4096 + 32);
        assertEquals(100, liveness.unsettled());
        assertFalse(liveness.isUnsettled(1, 4096 + 64));
        liveness.enqueued(3, 4096 + 32);
        assertEquals(101, liveness.unsettled());
        liveness.dropped(-2);
        assertEquals(1, liveness.unsettled());
    }

    @Test
    void whatIsSettledUnknownIsIgnored() {
        liveness.settled(7, 8192);
        liveness.dropped(7);
        assertEquals(0, liveness.unsettled());
    }
}
