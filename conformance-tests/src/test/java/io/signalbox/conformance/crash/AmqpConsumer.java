package io.signalbox.conformance.crash;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Consumes over AMQP, holds some deliveries, and settles the oldest with confirmation. Works on its peer's thread.
 */
final class AmqpConsumer implements TrafficClient {

    private record Held(SettlingReceiver.Received delivery, Marker marker) {}

    private final String name;
    private final TargetJournal journal;
    private final AmqpPeer peer;
    private final SettlingReceiver receiver;
    private final Deque<Held> held = new ArrayDeque<>();
    private volatile int heldLimit;
    private int awaitingConfirmation;
    private volatile boolean idle;

    AmqpConsumer(BrokerProcess broker, String queue, String name, TargetJournal journal, TrafficLimits limits) {
        this.name = name;
        this.journal = journal;
        this.heldLimit = limits.held();
        this.peer = AmqpPeer.connect(broker.amqp(), "consumer " + name);
        this.receiver = SettlingReceiver.attach(peer, queue, limits.credit(), this::received);
        peer.call(session -> peer.onTurn(this::settleOldest));
    }

    private void received(SettlingReceiver.Received delivery) {
        Marker marker = Marker.of(delivery.body());
        journal.delivered(
                name,
                marker,
                delivery.isMarkedRedelivered() ? TargetJournal.Mark.REDELIVERED : TargetJournal.Mark.FIRST);
        held.add(new Held(delivery, marker));
    }

    private void settleOldest() {
        while (held.size() > heldLimit) {
            Held oldest = held.remove();
            journal.settling(oldest.marker);
            awaitingConfirmation++;
            oldest.delivery.accept(() -> {
                awaitingConfirmation--;
                journal.settled(oldest.marker);
            });
        }
        idle = held.isEmpty() && awaitingConfirmation == 0;
    }

    @Override
    public CompletableFuture<Void> drain() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        peer.call(session -> receiver.drain(() -> drained.complete(null)));
        return drained;
    }

    @Override
    public void finish() {
        heldLimit = 0;
    }

    @Override
    public boolean isFinished() {
        return idle;
    }

    @Override
    public CompletableFuture<String> ended() {
        return peer.ended();
    }

    @Override
    public void close() {
        peer.close();
    }
}
