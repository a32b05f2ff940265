package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.Await;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Receives with Qpid JMS in a thread of its own, holds some messages and acknowledges: all that it holds at once, as
 * CLIENT_ACKNOWLEDGE has it, or one after the other, the oldest first.
 */
final class JmsConsumer implements TrafficClient {

    private static final long RECEIVE_MILLIS = 20;

    /** What {@code acknowledge()} settles. */
    enum Acknowledging {
        ALL_HELD,
        ONE
    }

    private record Held(Message message, Marker marker) {}

    private final String name;
    private final JmsLink link;
    private final MessageConsumer consumer;
    private final Acknowledging acknowledging;
    private final TargetJournal journal;
    private final AcknowledgementProof proof;
    private final int heldLimit;
    private final Deque<Held> held = new ArrayDeque<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile boolean draining;
    private volatile boolean finishing;
    private volatile boolean idle;

    /** @param consumer of a connection that looks at what has come only, when it receives with a limit */
    JmsConsumer(
            JmsLink link,
            MessageConsumer consumer,
            Acknowledging acknowledging,
            TargetJournal journal,
            AcknowledgementProof proof,
            int heldLimit) {
        this.name = "jms " + acknowledging + " " + journal.name();
        this.link = link;
        this.consumer = consumer;
        this.acknowledging = acknowledging;
        this.journal = journal;
        this.proof = proof;
        this.heldLimit = heldLimit;
        Thread thread = new Thread(this::consume, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void consume() {
        try {
            while (!link.isLost()) {
                boolean ending = finishing;
                Message message = draining ? consumer.receiveNoWait() : consumer.receive(RECEIVE_MILLIS);
                if (message != null) {
                    received(message);
                } else if (draining) {
                    drained.complete(null);
                }
                acknowledge(ending ? 0 : heldLimit);
                if (ending) {
                    idle = held.isEmpty();
                } else {
                    proof.advance();
                }
            }
            ended.complete("lost");
        } catch (JMSException e) {
            if (link.isLostSoon()) {
                ended.complete(e.toString());
            } else {
                ended.completeExceptionally(e);
            }
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    private void received(Message message) throws JMSException {
        idle = false;
        Marker marker = JmsLink.marker(message);
        journal.delivered(name, marker, JmsLink.mark(message));
        held.add(new Held(message, marker));
    }

    private void acknowledge(int limit) throws JMSException {
        while (held.size() > limit) {
            List<Held> settling = new ArrayList<>();
            do {
                settling.add(held.remove());
            } while (acknowledging == Acknowledging.ALL_HELD && !held.isEmpty());
            List<Marker> markers = settling.stream().map(Held::marker).toList();
            markers.forEach(journal::settling);
            settling.get(0).message.acknowledge();
            proof.acknowledged(markers);
        }
    }

    @Override
    public CompletableFuture<Void> drain() {
        draining = true;
        return drained;
    }

    @Override
    public void finish() {
        finishing = true;
    }

    @Override
    public boolean isFinished() {
        return idle;
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
