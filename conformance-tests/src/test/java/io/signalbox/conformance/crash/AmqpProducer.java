package io.signalbox.conformance.crash;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.qpid.protonj2.types.messaging.Accepted;

/** Publishes over AMQP as fast as answers and backlog allow. Works on its peer's thread. */
final class AmqpProducer implements TrafficClient {

    private final Journal.Producer journal;
    private final TrafficLimits limits;
    private final Random random;
    private final AmqpPeer peer;
    private final DurableSender sender;
    private volatile boolean publishing = true;
    private volatile boolean idle;

    AmqpProducer(BrokerProcess broker, String address, Journal.Producer journal, TrafficLimits limits, Random random) {
        this.journal = journal;
        this.limits = limits;
        this.random = random;
        this.peer = AmqpPeer.connect(broker.amqp(), "producer " + address + " " + random.nextInt());
        this.sender = DurableSender.attach(peer, address);
        peer.call(session -> peer.onTurn(this::publish));
    }

    private void publish() {
        while (publishing
                && sender.isSendable()
                && sender.inFlight() < limits.inFlight()
                && journal.backlogIsBelow(limits.backlog())) {
            Marker marker = journal.next();
            sender.send(marker.body(random, random.nextInt(limits.bodyBytes())), outcome -> {
                if (outcome instanceof Accepted) {
                    journal.confirmed(marker);
                } else {
                    journal.refused(marker, String.valueOf(outcome));
                }
            });
        }
        idle = !publishing && sender.inFlight() == 0;
    }

    @Override
    public void finish() {
        publishing = false;
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
