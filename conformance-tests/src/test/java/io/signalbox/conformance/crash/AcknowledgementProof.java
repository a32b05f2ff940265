package io.signalbox.conformance.crash;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * When an acknowledgement of JMS is durable. Nobody says so: Qpid JMS settles with its acknowledgement, and
 * {@code acknowledge()} returns when that is written, so a crash may take it back until the next force. What proves that this
 * force is over are probes, sent on the consumer's connection to where it consumes from: the first leaves after the
 * acknowledgement; when it has come back the queue has come to both, and the second leaves; when that has come back the
 * third leaves, and when it is confirmed all that the log took before it has been forced. Confined to the consumer's thread.
 */
final class AcknowledgementProof {

    /** Sends a probe, and returns when it is confirmed. */
    interface Sender {
        void send(byte[] body) throws JMSException;
    }

    private final Journal.Producer probes;
    private final TargetJournal target;
    private final Sender sender;

    /** Acknowledged since the latest probe; between it and the one before; before that one. */
    private List<Marker> fresh = new ArrayList<>();

    private List<Marker> older = new ArrayList<>();
    private List<Marker> oldest = new ArrayList<>();
    private Optional<Marker> latestProbe = Optional.empty();

    /** @param probes a row of its own, which reaches the target */
    AcknowledgementProof(Sender sender, Journal.Producer probes, TargetJournal target) {
        this.sender = sender;
        this.probes = probes;
        this.target = target;
    }

    /** Probes for a consumer of this connection. */
    static AcknowledgementProof on(JmsLink link, Destination destination, Journal.Producer probes, TargetJournal target)
            throws JMSException {
        Session session = link.session(Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(destination);
        return new AcknowledgementProof(body -> producer.send(JmsLink.message(session, body)), probes, target);
    }

    /** {@code acknowledge()} has returned, or a later message has come to a listener. */
    void acknowledged(List<Marker> markers) {
        fresh.addAll(markers);
    }

    /** Sends the next probe if the latest has come back and there is something to prove. */
    void advance() throws JMSException {
        if (fresh.isEmpty() && older.isEmpty() && oldest.isEmpty()) return;
        if (!latestProbe.map(target::hasCome).orElse(true)) return;
        Marker probe = probes.next();
        sender.send(probe.body(new Random(0), 0));
        probes.confirmed(probe);
        oldest.forEach(target::settled);
        oldest = older;
        older = fresh;
        fresh = new ArrayList<>();
        latestProbe = Optional.of(probe);
    }
}
