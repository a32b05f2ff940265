package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

class SessionWindowTest {

    @Test
    void aPeerMaySendAsManyFramesAsTheWindowHas() {
        SessionWindow window = new SessionWindow(4, 100, 10);
        assertTrue(window.receivedTransfer());
        assertFalse(window.wantsToReopen());
        assertTrue(window.receivedTransfer());
        assertTrue(window.wantsToReopen());
        assertTrue(window.receivedTransfer());
        assertTrue(window.receivedTransfer());
        assertFalse(window.receivedTransfer());
        assertEquals(104, window.nextIncomingId());
        window.reopen();
        assertEquals(4, window.incomingWindow());
    }

    @Test
    void thePeersWindowIsWhatItSaidLessWhatIsUnderWay() {
        SessionWindow window = new SessionWindow(4, 0, 2);
        window.sentTransfer();
        assertTrue(window.maySend());
        window.sentTransfer();
        assertFalse(window.maySend());
        window.onFlow(1, 2, 0); // it has seen one of the two
        assertTrue(window.maySend());
        window.sentTransfer();
        assertFalse(window.maySend());
    }

    @Clause("AMQP-2.8.10-1")
    @Test
    void transferIdsWrap() {
        SessionWindow window = new SessionWindow(4, -1, 0xffff_ffff);
        for (int i = 0; i < 5; i++) window.sentTransfer();
        window.onFlow(3, 3, -1);
        window.sentTransfer();
        assertFalse(window.maySend());
        assertTrue(window.receivedTransfer());
        assertEquals(0, window.nextIncomingId());
    }

    @Test
    void aFlowThatCountsMoreThanWasSentOpensNoNegativeWindow() {
        SessionWindow window = new SessionWindow(4, 0, 5);
        for (int i = 0; i < 5; i++) window.sentTransfer();
        window.onFlow(0, 1, 0);
        assertFalse(window.maySend());
    }
}
