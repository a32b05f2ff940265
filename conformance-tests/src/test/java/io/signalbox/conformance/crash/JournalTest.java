package io.signalbox.conformance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The journal finds what the campaign looks for: each rule broken once. */
final class JournalTest {

    private final Journal journal = new Journal();
    private final TargetJournal queue = journal.addTarget("queue");
    private final Journal.Producer producer = journal.addProducer(queue);

    private Marker sentAndConfirmed() {
        Marker marker = producer.next();
        producer.confirmed(marker);
        return marker;
    }

    private void deliver(Marker marker) {
        queue.delivered("consumer", marker, TargetJournal.Mark.FIRST);
    }

    private void redeliver(Marker marker) {
        queue.delivered("consumer", marker, TargetJournal.Mark.REDELIVERED);
    }

    @Test
    void aConfirmedUnsettledMessageIsDueAfterAKillUntilItComes() {
        Marker marker = sentAndConfirmed();
        deliver(marker);
        journal.newRun();
        assertEquals(1, journal.missing());
        redeliver(marker);
        assertEquals(0, journal.missing());
        assertEquals(List.of(), journal.violations());
    }

    @Test
    void whatDoesNotComeIsLost() {
        sentAndConfirmed();
        journal.newRun();
        queue.countMissingAsLost();
        assertEquals(1, queue.counts().lost());
        assertEquals(1, queue.neverDelivered());
        assertEquals(1, journal.violations().size());
    }

    @Test
    void neitherUnconfirmedMessagesNorUnconfirmedSettlementsAreDue() {
        producer.next();
        Marker settling = sentAndConfirmed();
        deliver(settling);
        queue.settling(settling);
        journal.newRun();
        assertEquals(0, journal.missing());
        redeliver(settling);
        assertEquals(List.of(), journal.violations());
    }

    @Test
    void aConfirmedSettlementThatReturnsIsFound() {
        Marker marker = sentAndConfirmed();
        deliver(marker);
        queue.settling(marker);
        queue.settled(marker);
        journal.newRun();
        deliver(marker);
        assertEquals(1, queue.counts().returned());
    }

    @Test
    void aRedeliveryWithoutAMarkIsFound() {
        Marker marker = sentAndConfirmed();
        deliver(marker);
        journal.newRun();
        deliver(marker);
        assertEquals(1, queue.counts().redeliveredUnmarked());
        assertEquals(1, journal.violations().size());
    }

    @Test
    void aRowOutOfOrderAndADoubleAreFound() {
        Marker first = sentAndConfirmed();
        Marker second = sentAndConfirmed();
        deliver(second);
        deliver(first);
        assertEquals(1, queue.counts().disordered());
        deliver(first);
        assertEquals(2, queue.counts().disordered());
    }

    @Test
    void aMessageThatNobodySentIsFound() {
        deliver(new Marker(0, 7));
        assertTrue(journal.violations().get(0).contains("never sent"));
    }

    @Test
    void unsettledCountsConfirmedMessagesOfWhichNoSettlementWasSent() {
        Marker early = producer.next();
        deliver(early); // delivered and settled before the producer hears of it
        queue.settling(early);
        producer.confirmed(early);
        sentAndConfirmed();
        assertEquals(1, queue.unsettled());
    }
}
