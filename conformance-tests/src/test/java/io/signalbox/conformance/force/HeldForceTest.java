package io.signalbox.conformance.force;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.MqttBurst;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.Control;
import io.signalbox.conformance.process.EmbeddedBroker;
import io.signalbox.testkit.SimulatedDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole broker on a disk whose forces take as long as the test wants: no answer that confirms leaves before. */
@Execution(ExecutionMode.CONCURRENT)
class HeldForceTest {

    private static final Duration HELD = Duration.ofSeconds(2);
    private static final int MESSAGES = 100;

    @TempDir
    private Path directory;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger accepted = new AtomicInteger();
    private EmbeddedBroker broker;
    private AmqpPeer peer;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.startOn(disk, new BrokerOptions(directory, Map.of(), List.of(), List.of()));
        peer = AmqpPeer.connect(broker.amqp(), "held");
    }

    @AfterEach
    void stop() {
        disk.releaseForces();
        peer.close();
        broker.close();
        threads.shutdownNow();
    }

    private void send(DurableSender sender, int count) {
        peer.call(session -> {
            for (int i = 0; i < count; i++) {
                sender.send(new byte[100], outcome -> {
                    assertEquals(Accepted.getInstance(), outcome);
                    accepted.incrementAndGet();
                });
            }
        });
    }

    @Test
    void noAcceptedLeavesWhileTheForceIsHeld() {
        DurableSender sender = DurableSender.attach(peer, "orders");
        disk.holdForces();
        send(sender, MESSAGES);
        assertFalse(Await.holdsWithin(HELD, () -> accepted.get() > 0), "accepted before the force");
        disk.releaseForces();
        Await.until("all are accepted", () -> accepted.get() == MESSAGES);
    }

    @Test
    void noPubackLeavesWhileTheForceIsHeld() throws Exception {
        Control control = broker.control();
        control.addQueue("readings");
        control.bindQueue("readings", "sensors/#");
        try (MqttBurst device = MqttBurst.connect(broker.mqtt(), "device")) {
            disk.holdForces();
            Future<Integer> answered = threads.submit(() -> device.publish("sensors/1", List.of(new byte[100])));
            assertFalse(Await.holdsWithin(HELD, answered::isDone), "PUBACK before the force");
            disk.releaseForces();
            Await.get("the PUBACK", answered);
        }
        assertEquals(1, control.depth("readings"));
    }

    @Test
    void noSettlementIsConfirmedWhileTheForceIsHeld() {
        DurableSender sender = DurableSender.attach(peer, "orders");
        send(sender, MESSAGES);
        Await.until("all are accepted", () -> accepted.get() == MESSAGES);
        AtomicInteger received = new AtomicInteger();
        AtomicInteger confirmed = new AtomicInteger();
        disk.holdForces();
        SettlingReceiver.attach(peer, "orders", MESSAGES, delivery -> {
            received.incrementAndGet();
            delivery.accept(confirmed::incrementAndGet);
        });
        Await.until("all are received", () -> received.get() == MESSAGES);
        assertFalse(Await.holdsWithin(HELD, () -> confirmed.get() > 0), "a settlement confirmed before the force");
        disk.releaseForces();
        Await.until("all settlements are confirmed", () -> confirmed.get() == MESSAGES);
    }
}
