package io.signalbox.conformance.exactlyonce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Control;
import io.signalbox.conformance.process.EmbeddedBroker;
import io.signalbox.testkit.SimulatedDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** QoS 2 on a disk whose forces take as long as the test wants: none of the broker's four packets leaves before its own. */
@Execution(ExecutionMode.CONCURRENT)
final class Qos2HeldForceTest {

    private static final Duration HELD = Duration.ofSeconds(2);
    private static final String TOPIC = "sensors/1";
    private static final int SUBACK = 0x90;
    private static final int ID = 1;
    private static final int NUMBER = 17;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final BrokerOptions options = BrokerOptions.fresh();
    private final EmbeddedBroker broker = EmbeddedBroker.startOn(disk, options);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        disk.releaseForces();
        broker.close();
        threads.shutdownNow();
        BrokerProcess.deleteData(options.dataDirectory());
    }

    private Wire connect(String clientId) throws IOException {
        Wire wire = new Wire(broker.mqtt(), clientId);
        assertEquals(Wire.CONNACK, wire.read().first());
        return wire;
    }

    private Wire subscriber() throws IOException {
        Wire subscriber = connect("subscriber");
        subscriber.subscribe(TOPIC);
        assertEquals(SUBACK, subscriber.read().first());
        return subscriber;
    }

    private static Wire.Packet packet(int first) {
        return new Wire.Packet(first, ID, 0);
    }

    /** What does not come until the forces are released. */
    private Wire.Packet onlyAfterTheForce(String what, Callable<Wire.Packet> read) {
        Future<Wire.Packet> received = threads.submit(read);
        assertFalse(Await.holdsWithin(HELD, received::isDone), what + " before the force");
        disk.releaseForces();
        return Await.get(what, received);
    }

    /** MQTT-4.3.3-8: message and packet identifier are the broker's from here on. */
    @Test
    void noPubrecLeavesWhileTheForceIsHeld() throws Exception {
        Control control = broker.control();
        control.addQueue("readings");
        control.bindQueue("readings", TOPIC);
        try (Wire publisher = connect("publisher")) {
            disk.holdForces();
            publisher.publish(TOPIC, ID, NUMBER, false);
            assertEquals(packet(Wire.PUBREC), onlyAfterTheForce("PUBREC", publisher::read));
        }
        assertEquals(1, control.depth("readings"));
    }

    /** MQTT-4.3.3-12: after a crash the next message with this identifier would be taken for a repetition. */
    @Test
    void noPubcompLeavesWhileTheForceIsHeld() throws Exception {
        try (Wire publisher = connect("publisher")) {
            publisher.publish(TOPIC, ID, NUMBER, false);
            assertEquals(packet(Wire.PUBREC), publisher.read());
            disk.holdForces();
            publisher.acknowledge(Wire.PUBREL, ID);
            assertEquals(packet(Wire.PUBCOMP), onlyAfterTheForce("PUBCOMP", publisher::read));
        }
    }

    /** Nobody sees a message that would be another one if its publisher sent it again after a crash. */
    @Test
    void noPublishLeavesWhileTheForceOfTheMessageIsHeld() throws Exception {
        try (Wire subscriber = subscriber();
                Wire publisher = connect("publisher")) {
            disk.holdForces();
            publisher.publish(TOPIC, ID, NUMBER, false);
            assertEquals(NUMBER, onlyAfterTheForce("PUBLISH", subscriber::read).number());
        }
    }

    /** A client that knows an identifier takes what comes with it after a crash for the same message. */
    @Test
    void noPublishLeavesWhileTheForceOfItsPacketIdentifierIsHeld() throws Exception {
        try (Wire subscriber = subscriber();
                Wire publisher = connect("publisher")) {
            disk.observe(operation -> {
                if (operation.startsWith("forced")) disk.holdForces(); // that of the message is the last to end
            });
            publisher.publish(TOPIC, ID, NUMBER, false);
            assertEquals(packet(Wire.PUBREC), publisher.read());
            disk.observe(operation -> {});
            assertEquals(NUMBER, onlyAfterTheForce("PUBLISH", subscriber::read).number());
        }
    }

    /** MQTT-4.3.3-6: the client forgets the identifier with PUBREL, so the PUBLISH must never come again. */
    @Test
    void noPubrelLeavesWhileTheForceIsHeld() throws Exception {
        try (Wire subscriber = subscriber();
                Wire publisher = connect("publisher")) {
            publisher.publish(TOPIC, ID, NUMBER, false);
            assertEquals(new Wire.Packet(Wire.PUBLISH_QOS2, ID, NUMBER), subscriber.read());
            disk.holdForces();
            subscriber.acknowledge(Wire.PUBREC, ID);
            assertEquals(packet(Wire.PUBREL), onlyAfterTheForce("PUBREL", subscriber::read));
        }
    }
}
