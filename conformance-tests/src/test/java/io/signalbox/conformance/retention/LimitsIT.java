package io.signalbox.conformance.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies of a definitions file, as clients of both protocols meet them, over a kill -9 too. */
final class LimitsIT {

    private static final String DEFINITIONS = """
            {
              "queues": [{"name": "newest"}, {"name": "full"}, {"name": "short"}],
              "bindings": [{"exchange": "topics", "queue": "full", "key": "to/full"}],
              "policies": [
                {"name": "keep-3", "pattern": "newest", "max-length": 3},
                {"name": "refuse", "pattern": "f*l", "max-length": 2, "overflow": "reject-publish"},
                {"name": "two-seconds", "pattern": "short", "message-ttl": 2000},
                {"name": "away", "pattern": "*", "apply-to": "subscriptions", "max-length": 3}
              ]
            }
            """;

    private BrokerProcess broker;

    @BeforeEach
    void start() throws Exception {
        BrokerOptions options = BrokerOptions.fresh();
        Path file = Files.writeString(options.dataDirectory().resolve("definitions.json"), DEFINITIONS);
        broker = BrokerProcess.start(options.with("definitions.file", file.toString()));
    }

    @AfterEach
    void stop() {
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    private void send(String queue, String... texts) throws JMSException {
        try (Connection connection = JmsClient.connect(broker)) {
            Session session = connection.createSession();
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            for (String text : texts) producer.send(session.createTextMessage(text));
        }
    }

    private List<String> receiveAll(String queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        long depth = broker.control().depth(queue);
        try (Connection connection = JmsClient.connect(broker)) {
            Session session = connection.createSession();
            var consumer = session.createConsumer(session.createQueue(queue));
            for (int i = 0; i < depth; i++) texts.add(text(consumer.receive(10_000)));
        }
        return texts;
    }

    /** What MQTT clients publish comes as bytes. */
    private static String text(Message message) throws JMSException {
        return message.isBodyAssignableTo(String.class)
                ? message.getBody(String.class)
                : new String(message.getBody(byte[].class), UTF_8);
    }

    @Test
    void theNewestStayAlsoAfterAKill() throws Exception {
        send("newest", "1", "2", "3", "4", "5");
        assertEquals(3, broker.control().depth("newest"));
        assertEquals(2, metric("signalbox_queue_messages_over_length"));
        send("newest", "6"); // which waits for the force, so that those before are settled
        broker.kill();
        broker = broker.restart();
        Await.until("it is cut again", () -> broker.control().depth("newest") == 3);
        assertEquals(List.of("4", "5", "6"), receiveAll("newest"));
    }

    @Test
    void aFullQueueRefusesJmsAndMqttInWordsUntilThereIsRoom() throws Exception {
        Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "publisher");
        publisher.connect();
        Mqtt5Publish publish = Mqtt5Publish.builder()
                .topic("to/full")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("by topic".getBytes(UTF_8))
                .build();
        publisher.publish(publish);
        send("full", "by queue");
        JMSException refused = assertThrows(JMSException.class, () -> send("full", "too many"));
        assertTrue(refused instanceof ResourceAllocationException, refused.toString());
        assertTrue(String.valueOf(refused.getMessage()).contains("The queue full holds as much as the policy refuse"));
        Mqtt5PubAckException refusedToo = assertThrows(Mqtt5PubAckException.class, () -> publisher.publish(publish));
        assertEquals(
                Mqtt5PubAckReasonCode.QUOTA_EXCEEDED,
                refusedToo.getMqttMessage().getReasonCode());
        assertEquals(2, metric("signalbox_messages_refused_queue_limit_total"));
        assertEquals(2, broker.control().depth("full"));
        assertEquals(List.of("by topic", "by queue"), receiveAll("full"));
        Await.until("they are settled", () -> broker.control().depth("full") == 0);
        publisher.publish(publish);
        assertEquals(1, broker.control().depth("full"));
        publisher.disconnect();
    }

    @Test
    void whatWaitsForTooLongGoes() throws Exception {
        send("short", "1", "2");
        long before = System.nanoTime();
        send("short", "3");
        Await.until("they have waited for too long", () -> broker.control().depth("short") == 0);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
        assertTrue(millis >= 1_900, "the last went after " + millis + " ms"); // two clocks are read
        assertEquals(3, metric("signalbox_queue_messages_over_ttl"));
    }

    @Test
    void aSessionThatIsAwayKeepsTheNewestIfAPolicySaysSo() throws Exception {
        Mqtt5BlockingClient subscriber = MqttClients.mqtt5(broker, "away");
        subscriber.connectWith().sessionExpiryInterval(3600).send();
        subscriber
                .subscribeWith()
                .topicFilter("news")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        subscriber.disconnect();
        Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "publisher");
        publisher.connect();
        for (int i = 1; i <= 5; i++) {
            publisher
                    .publishWith()
                    .topic("news")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(("" + i).getBytes(UTF_8))
                    .send();
        }
        publisher.disconnect();
        try (var publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
            subscriber
                    .connectWith()
                    .cleanStart(false)
                    .sessionExpiryInterval(3600)
                    .send();
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Mqtt5Publish next = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
                texts.add(new String(next.getPayloadAsBytes(), UTF_8));
            }
            assertEquals(List.of("3", "4", "5"), texts);
        }
        subscriber.disconnect();
    }

    private double metric(String name) throws Exception {
        return Metrics.of(broker.http()).value(name);
    }
}
