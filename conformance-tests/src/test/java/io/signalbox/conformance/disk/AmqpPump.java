package io.signalbox.conformance.disk;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;

/** Sends durable messages to a queue over AMQP and consumes them from it, each with confirmation. Works on its peers' threads. */
final class AmqpPump implements AutoCloseable {

    private static final int IN_FLIGHT = 128;
    private static final int CREDIT = 128;

    private final AmqpPeer producing;
    private final AmqpPeer consuming;
    private final DurableSender sender;
    private final byte[] body;
    private final long messages;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long sent;

    AmqpPump(BrokerProcess broker, String queue, byte[] body, long messages) {
        this.body = body;
        this.messages = messages;
        consuming = AmqpPeer.connect(broker.amqp(), "pump consumer");
        SettlingReceiver.attach(consuming, queue, CREDIT, received -> received.accept(this::settled));
        producing = AmqpPeer.connect(broker.amqp(), "pump producer");
        sender = DurableSender.attach(producing, queue);
        for (AmqpPeer peer : new AmqpPeer[] {producing, consuming}) {
            peer.ended().thenAccept(reason -> done.completeExceptionally(new AssertionError("AMQP ended: " + reason)));
        }
        producing.call(session -> producing.onTurn(this::send));
    }

    private void send() {
        while (sent < messages
                && sender.isSendable()
                && sender.inFlight() < IN_FLIGHT
                && sent - settled.get() < 4 * IN_FLIGHT) {
            sent++;
            sender.send(body, outcome -> {
                if (outcome instanceof Accepted) {
                    accepted.incrementAndGet();
                } else {
                    done.completeExceptionally(new AssertionError("a message was answered with " + outcome));
                }
            });
        }
    }

    private void settled() {
        if (settled.incrementAndGet() == messages) done.complete(null);
    }

    /** Messages published and consumed, both confirmed. */
    long through() {
        return Math.min(accepted.get(), settled.get());
    }

    /** Completes when all messages have gone through. */
    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void close() {
        producing.close();
        consuming.close();
    }
}
