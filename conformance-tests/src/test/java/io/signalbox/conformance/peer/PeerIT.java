package io.signalbox.conformance.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.concurrent.CompletableFuture;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A message goes from a sender to a receiver that settles in the second mode, both sides confirmed. */
@ExtendWith(SharedBroker.class)
final class PeerIT {

    @Clause({"AMQP-2.6.12-3", "AMQP-2.8.3-1"})
    @Test
    void bothSidesAreConfirmed(BrokerUnderTest broker) {
        String queue = "peer.bothSidesAreConfirmed";
        CompletableFuture<DeliveryState> outcome = new CompletableFuture<>();
        CompletableFuture<SettlingReceiver.Received> received = new CompletableFuture<>();
        CompletableFuture<Void> settled = new CompletableFuture<>();
        byte[] body = "hello".getBytes(UTF_8);
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "peer")) {
            DurableSender sender = DurableSender.attach(peer, queue);
            peer.call(session -> sender.send(body, outcome::complete));
            assertSame(Accepted.getInstance(), Await.get("the outcome", outcome));
            SettlingReceiver.attach(peer, queue, 10, received::complete);
            assertArrayEquals(body, Await.get("the delivery", received).body());
            peer.call(session -> received.join().accept(() -> settled.complete(null)));
            Await.get("the confirmed settlement", settled);
        }
        assertEquals(0, broker.control().depth(queue));
    }
}
