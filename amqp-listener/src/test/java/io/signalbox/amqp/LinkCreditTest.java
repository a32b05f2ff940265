package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

class LinkCreditTest {

    private final LinkCredit credit = new LinkCredit();

    @Test
    void creditCountsFromTheDeliveriesTheReceiverHasSeen() {
        credit.onFlowBeforeAttach(10, false);
        assertEquals(10, credit.queueLimit());
        credit.sent();
        credit.sent();
        credit.onFlow(1, 10, false); // one delivery crosses the flow
        assertEquals(11, credit.queueLimit());
        assertEquals(9, credit.linkCredit());
    }

    @Test
    void creditThatIsTakenBackNeverGoesBelowWhatWasSent() {
        credit.onFlow(0, 5, false);
        for (int i = 0; i < 3; i++) credit.sent();
        credit.onFlow(0, 1, false);
        assertEquals(3, credit.queueLimit());
        assertEquals(0, credit.linkCredit());
    }

    @Test
    void aDrainedLinkHasUsedUpItsCredit() {
        credit.onFlow(0, 5, true);
        credit.sent();
        credit.drained();
        assertEquals(5, credit.deliveryCount());
        assertEquals(0, credit.linkCredit());
    }

    /** What is settled when it is sent cannot be given back when it crosses a flow that takes credit away. */
    @Test
    void drainingNeverCountsDeliveriesBack() {
        credit.onFlow(0, 5, false);
        credit.onFlow(0, 1, true);
        for (int i = 0; i < 3; i++) credit.sent();
        credit.drained();
        assertEquals(3, credit.deliveryCount());
        assertEquals(0, credit.linkCredit());
    }

    @Clause({"AMQP-2.8.10-1", "AMQP-2.6.7-2"})
    @Test
    void theDeliveryCountWrapsOnTheWireOnly() {
        credit.onFlow(0, 0xffff_ffffL, true);
        credit.drained(); // delivery-count is now 2^32-1
        assertEquals(-1, credit.deliveryCount());
        credit.onFlow(-1, 3, false);
        credit.sent();
        credit.sent();
        assertEquals(1, credit.deliveryCount());
        assertEquals(1, credit.linkCredit());
        assertEquals(2, credit.queueDeliveries());
        assertEquals(3, credit.queueLimit());
        credit.onFlow(0, 3, false); // the receiver has seen one of the two
        assertEquals(2, credit.linkCredit());
    }

    @Test
    void whatTheQueueGetsBackUnsentIsNotCountedOnTheWire() {
        credit.onFlow(0, 5, false);
        credit.sent();
        credit.onFlow(1, 0, false); // credit is taken back while a delivery is on its way from the queue
        assertFalse(credit.isAvailable());
        credit.returned();
        assertEquals(1, credit.deliveryCount());
        credit.onFlow(1, 2, false);
        assertEquals(4, credit.queueLimit());
    }
}
