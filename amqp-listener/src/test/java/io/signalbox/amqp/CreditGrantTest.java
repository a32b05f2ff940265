package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CreditGrantTest {

    private final CreditGrant credit = new CreditGrant(-2);

    private void receive(int messages, int bytes) {
        for (int i = 0; i < messages; i++) {
            assertTrue(credit.received());
            credit.awaitsAnswer(bytes);
        }
    }

    @Test
    void creditIsGivenUpToABoundAndCountsFromThePeersCount() {
        assertFalse(credit.received());
        assertTrue(credit.wantsToGrant());
        credit.grant();
        assertEquals(CreditGrant.MAX_MESSAGES, credit.credit());
        assertFalse(credit.wantsToGrant());
        receive(3, 10);
        assertEquals(1, credit.deliveryCount()); // -2, -1, 0 have passed
    }

    @Test
    void whatIsNotAnsweredCountsAgainstIt() {
        credit.grant();
        receive(CreditGrant.MAX_MESSAGES, 10);
        assertFalse(credit.wantsToGrant());
        for (int i = 0; i < 600; i++) credit.answered(10);
        assertTrue(credit.wantsToGrant());
        credit.grant();
        assertEquals(600, credit.credit());
    }

    @Test
    void largeMessagesGetFewerAndOneIsAlwaysPossible() {
        credit.grant();
        receive(200, 1 << 20);
        for (int i = 0; i < 200; i++) credit.answered(1 << 20);
        receive(800, 1 << 20);
        assertFalse(credit.wantsToGrant());
        for (int i = 0; i < 800; i++) credit.answered(1 << 20);
        assertTrue(credit.wantsToGrant());
        credit.grant();
        assertTrue(credit.credit() <= CreditGrant.MAX_BYTES >> 20, "credit " + credit.credit());
        receive(credit.credit(), 64 << 20);
        while (credit.credit() > 0) receive(1, 1);
        assertFalse(credit.wantsToGrant());
    }
}
