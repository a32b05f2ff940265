package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.Await;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Consumes with a MessageListener of an AUTO_ACKNOWLEDGE session: Qpid JMS acknowledges each message when the listener has
 * returned. Receiving without a listener would be acknowledged before anybody has seen the message. Works on the session's
 * thread.
 */
final class JmsListener implements TrafficClient {

    private final String name;
    private final JmsLink link;
    private final TargetJournal journal;
    private final AcknowledgementProof proof;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private Optional<Marker> previous = Optional.empty();
    private boolean gone;
    private volatile boolean finishing;

    JmsListener(JmsLink link, MessageConsumer consumer, TargetJournal journal, AcknowledgementProof proof)
            throws JMSException {
        this.name = "jms listener " + journal.name();
        this.link = link;
        this.journal = journal;
        this.proof = proof;
        // On a thread of its own: whoever tells of the loss must not wait for the listener.
        var unused = link.lost().thenAcceptAsync(this::end);
        consumer.setMessageListener(this::received);
    }

    private synchronized void received(Message message) {
        if (gone) return; // handed over before the connection was lost; the next run starts with a clean sheet
        try {
            Marker marker = JmsLink.marker(message);
            journal.delivered(name, marker, JmsLink.mark(message));
            journal.settling(marker);
            previous.ifPresent(acknowledged -> proof.acknowledged(List.of(acknowledged)));
            previous = Optional.of(marker);
            if (!finishing) proof.advance();
        } catch (JMSException e) {
            if (!link.isLostSoon()) ended.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    private synchronized void end(String reason) {
        gone = true;
        ended.complete(reason);
    }

    @Override
    public void finish() {
        finishing = true;
    }

    /** Whatever has come is acknowledged; that all has come the journal knows. */
    @Override
    public boolean isFinished() {
        return finishing;
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void close() {
        link.close();
        Await.get("the end of " + name, ended);
    }
}
