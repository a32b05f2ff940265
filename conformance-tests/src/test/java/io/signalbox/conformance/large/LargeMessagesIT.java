package io.signalbox.conformance.large;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.StreamReceiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages of some megabytes through a process with a small heap, in and out by both protocols, and over a kill -9. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LargeMessagesIT {

    private static final LargeContent CONTENT = new LargeContent(1, (20 << 20) + 12_345);
    private static final LargeContent OF_MQTT = new LargeContent(2, (9 << 20) + 1);

    private BrokerProcess broker;

    @BeforeEach
    void start() {
        broker = BrokerProcess.start(
                BrokerOptions.fresh().withJvmOptions("-Xmx64m").with("data.segment-size", "64MiB"));
    }

    @AfterEach
    void stop() {
        broker.stop();
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    private static void assertAccepted(DeliveryState state) {
        assertEquals(DeliveryState.Type.ACCEPTED, state.getType());
    }

    @Test
    void anAmqpClientStreamsInAndOut() throws Exception {
        try (AmqpStreams producer = new AmqpStreams(broker);
                AmqpStreams consumer = new AmqpStreams(broker)) {
            assertAccepted(producer.send("q", CONTENT, at -> {}));
            consumer.receive(consumer.receiver("q"), CONTENT, at -> {});
            Await.until("the queue is empty", () -> broker.control().depth("q") == 0);
        }
    }

    @Test
    void anMqttClientStreamsInAndOut() throws Exception {
        try (MqttStream subscriber = MqttStream.connect(broker, "s");
                MqttStream atMostOnce = MqttStream.connect(broker, "n");
                MqttStream publisher = MqttStream.connect(broker, "p")) {
            subscriber.subscribe("large", 1);
            atMostOnce.subscribe("large", 0);
            publisher.publish("large", OF_MQTT, at -> {});
            subscriber.receive(OF_MQTT, at -> {});
            atMostOnce.receive(OF_MQTT, at -> {});
        }
    }

    @Test
    void theProtocolsMeet() throws Exception {
        try (AmqpStreams amqp = new AmqpStreams(broker);
                MqttStream mqtt = MqttStream.connect(broker, "m")) {
            StreamReceiver receiver = amqp.receiver("topic://large");
            mqtt.subscribe("large/+", 1);
            mqtt.publish("large", OF_MQTT, at -> {});
            amqp.receive(receiver, OF_MQTT, at -> {});
            assertAccepted(amqp.send("topic://large/a", CONTENT, at -> {}));
            mqtt.receive(CONTENT, at -> {});
        }
    }

    @Test
    void twoConsumersOfOneReadAtTheirOwnPace() throws Exception {
        try (AmqpStreams fast = new AmqpStreams(broker);
                MqttStream slow = MqttStream.connect(broker, "slow")) {
            StreamReceiver receiver = fast.receiver("topic://large");
            slow.subscribe("large", 1);
            assertAccepted(fast.send("topic://large", CONTENT, at -> {}));
            fast.receive(receiver, CONTENT, at -> {});
            slow.receive(CONTENT, at -> {});
        }
    }

    @Test
    void whatWasConfirmedIsThereAfterAKillAndWhatWasNotIsNot() throws Exception {
        try (AmqpStreams producer = new AmqpStreams(broker);
                AmqpStreams interrupted = new AmqpStreams(broker);
                MqttStream session = MqttStream.connectPersistent(broker, "s");
                MqttStream publisher = MqttStream.connect(broker, "p");
                MqttStream cutOff = MqttStream.connect(broker, "c")) {
            session.subscribe("large", 1);
            interrupted.sendBeginning("q", CONTENT, CONTENT.bytes() / 2);
            cutOff.publishBeginning("large", OF_MQTT, OF_MQTT.bytes() - 1);
            assertAccepted(producer.send("q", CONTENT, at -> {}));
            publisher.publish("large", OF_MQTT, at -> {});
            broker.kill();
        }
        BrokerProcess killed = broker;
        broker = killed.restart();
        try (AmqpStreams consumer = new AmqpStreams(broker);
                MqttStream session = MqttStream.connectPersistent(broker, "s")) {
            assertEquals(1, broker.control().depth("q"));
            consumer.receive(consumer.receiver("q"), CONTENT, at -> {});
            session.receive(OF_MQTT, at -> {});
            Await.until("the queue is empty", () -> broker.control().depth("q") == 0);
        }
    }

    @Test
    void aKillInTheMiddleOfADeliveryBringsItAgainFromTheBeginning() throws Exception {
        try (AmqpStreams producer = new AmqpStreams(broker);
                AmqpStreams consumer = new AmqpStreams(broker)) {
            assertAccepted(producer.send("q", CONTENT, at -> {}));
            CompletableFuture<Void> half = new CompletableFuture<>();
            StreamReceiver receiver = consumer.receiver("q");
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
                try {
                    consumer.receive(receiver, CONTENT, at -> {
                        if (at > CONTENT.bytes() / 2) half.complete(null);
                    });
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            Await.get("half of the message", half);
            broker.kill();
            Await.until("the reader hears of it", reading::isDone);
        }
        broker = broker.restart();
        try (AmqpStreams consumer = new AmqpStreams(broker)) {
            consumer.receive(consumer.receiver("q"), CONTENT, at -> {});
        }
    }

    @Test
    void theLogGivesTheRoomBack() throws Exception {
        try (AmqpStreams producer = new AmqpStreams(broker);
                AmqpStreams consumer = new AmqpStreams(broker)) {
            StreamReceiver receiver = consumer.receiver("q");
            LargeContent larger = new LargeContent(5, 100 << 20);
            for (int i = 0; i < 5; i++) {
                assertAccepted(producer.send("q", larger, at -> {}));
                consumer.receive(receiver, larger, at -> {});
            }
            Await.until("segments are given back", () -> diskBytes() < 350 << 20);
        }
    }

    private double diskBytes() {
        try {
            return Metrics.of(broker.http()).value("signalbox_store_disk_bytes");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
