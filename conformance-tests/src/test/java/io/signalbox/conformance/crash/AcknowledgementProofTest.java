package io.signalbox.conformance.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An acknowledgement counts as durable with the third probe, and not before. */
final class AcknowledgementProofTest {

    private final Journal journal = new Journal();
    private final TargetJournal queue = journal.addTarget("queue");
    private final Journal.Producer producer = journal.addProducer(queue);
    private final List<Marker> sent = new ArrayList<>();
    private final AcknowledgementProof proof =
            new AcknowledgementProof(body -> sent.add(Marker.of(body)), journal.addProducer(queue), queue);

    private void deliver(Marker marker) {
        queue.delivered("consumer", marker, TargetJournal.Mark.FIRST);
    }

    private Marker acknowledge() {
        Marker marker = producer.next();
        producer.confirmed(marker);
        deliver(marker);
        queue.settling(marker);
        proof.acknowledged(List.of(marker));
        return marker;
    }

    private void advance(int probes) throws JMSException {
        proof.advance();
        assertEquals(probes, sent.size());
    }

    @Test
    void whereNothingIsToBeProvenNothingIsSent() throws JMSException {
        advance(0);
    }

    @Test
    void aProbeWaitsForTheOneBeforeIt() throws JMSException {
        acknowledge();
        advance(1);
        advance(1);
        deliver(sent.get(0));
        advance(2);
        advance(2);
    }

    @Test
    void theThirdProbeProvesWhatWasAcknowledgedBeforeTheFirstAndNothingElse() throws JMSException {
        acknowledge();
        advance(1);
        acknowledge();
        deliver(sent.get(0));
        advance(2);
        assertEquals(0, queue.counts().settled());
        deliver(sent.get(1));
        advance(3);
        assertEquals(1, queue.counts().settled());
        deliver(sent.get(2));
        advance(4);
        assertEquals(2, queue.counts().settled());
    }

    @Test
    void whatIsProvenMayNotReturnAndWhatIsNotMay() throws JMSException {
        Marker proven = acknowledge();
        advance(1);
        Marker unproven = acknowledge();
        deliver(sent.get(0));
        advance(2);
        deliver(sent.get(1));
        advance(3);
        journal.newRun();
        queue.delivered("consumer", unproven, TargetJournal.Mark.REDELIVERED);
        assertEquals(0, queue.counts().returned());
        queue.delivered("another", proven, TargetJournal.Mark.REDELIVERED);
        assertEquals(1, queue.counts().returned());
    }
}
