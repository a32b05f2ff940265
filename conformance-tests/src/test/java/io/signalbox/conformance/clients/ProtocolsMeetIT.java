package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP and MQTT clients exchange messages through the same topics and queues. */
@ExtendWith(SharedBroker.class)
final class ProtocolsMeetIT {

    private static final long RECEIVE_SECONDS = 10;

    private BrokerUnderTest broker;
    private String name;
    private Connection connection;
    private Session session;
    private Mqtt5BlockingClient mqtt;

    @BeforeEach
    void connect(BrokerUnderTest shared, TestInfo test) throws JMSException {
        broker = shared;
        name = "meet/" + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        mqtt = MqttClients.mqtt5(broker, name.replace('/', '-'));
        mqtt.connect();
    }

    @AfterEach
    void close() throws JMSException {
        mqtt.disconnect();
        connection.close();
    }

    private void publish(String topic, MqttQos qos, String payload) {
        mqtt.publishWith()
                .topic(topic)
                .qos(qos)
                .payload(payload.getBytes(UTF_8))
                .send();
    }

    private Mqtt5Publishes subscribe(String filter) {
        Mqtt5Publishes publishes = mqtt.publishes(MqttGlobalPublishFilter.ALL);
        mqtt.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
        return publishes;
    }

    private static Mqtt5Publish next(Mqtt5Publishes publishes) throws InterruptedException {
        return publishes
                .receive(RECEIVE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message within " + RECEIVE_SECONDS + " s"));
    }

    private static String bytesAsText(MessageConsumer consumer) throws JMSException {
        return new String(receive(consumer).getBody(byte[].class), UTF_8);
    }

    @Test
    void whatADevicePublishesReachesAnAmqpReceiverWithWildcards() throws JMSException {
        MessageConsumer prefixed = session.createConsumer(session.createQueue("topic://" + name + "/+/temperature"));
        MessageConsumer byCapability = session.createConsumer(session.createTopic(name + "/#"));
        publish(name + "/attic/temperature", MqttQos.AT_LEAST_ONCE, "19.5");
        publish(name + "/attic/humidity", MqttQos.AT_MOST_ONCE, "40");
        publish(name + "/cellar/temperature", MqttQos.AT_MOST_ONCE, "12");
        assertEquals("19.5", bytesAsText(prefixed));
        assertEquals("12", bytesAsText(prefixed));
        assertEquals(
                List.of("19.5", "40", "12"),
                List.of(bytesAsText(byCapability), bytesAsText(byCapability), bytesAsText(byCapability)));
    }

    @Test
    void whatAnAmqpSenderSendsToATopicReachesADevice() throws Exception {
        Mqtt5Publishes publishes = subscribe(name + "/+");
        Topic topic = session.createTopic(name + "/commands");
        JmsClient.sendTexts(session, topic, "open", "close");
        BytesMessage bytes = session.createBytesMessage();
        bytes.writeBytes(new byte[] {0, 1, 2, (byte) 0xff});
        session.createProducer(session.createQueue("topic://" + name + "/raw")).send(bytes);
        Mqtt5Publish first = next(publishes);
        assertEquals("open", new String(first.getPayloadAsBytes(), UTF_8));
        assertEquals(name + "/commands", first.getTopic().toString());
        assertEquals(MqttQos.AT_LEAST_ONCE, first.getQos());
        assertEquals("close", new String(next(publishes).getPayloadAsBytes(), UTF_8));
        Mqtt5Publish raw = next(publishes);
        assertArrayEquals(new byte[] {0, 1, 2, (byte) 0xff}, raw.getPayloadAsBytes());
        assertEquals(name + "/raw", raw.getTopic().toString());
    }

    @Test
    void aQueueBoundToATopicCollectsForAnAmqpConsumerWhoComesLater() throws JMSException {
        String queue = name.replace('/', '.');
        broker.control().addQueue(queue);
        broker.control().bindQueue(queue, name + "/#");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add("reading " + i);
            publish(name + "/sensor/" + i % 2, MqttQos.AT_LEAST_ONCE, "reading " + i);
        }
        assertEquals(20, broker.control().depth(queue));
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 20; i++) received.add(bytesAsText(consumer));
        assertEquals(sent, received);
    }

    @Test
    void oneMessageReachesSubscribersOfBothProtocolsAndABoundQueue() throws Exception {
        String queue = name.replace('/', '.');
        broker.control().addQueue(queue);
        broker.control().bindQueue(queue, name);
        Mqtt5Publishes publishes = subscribe(name);
        MessageConsumer ofTopic = session.createConsumer(session.createTopic(name));
        MessageConsumer ofQueue = session.createConsumer(session.createQueue(queue));
        publish(name, MqttQos.AT_LEAST_ONCE, "to all three");
        assertEquals("to all three", new String(next(publishes).getPayloadAsBytes(), UTF_8));
        assertEquals("to all three", bytesAsText(ofTopic));
        assertEquals("to all three", bytesAsText(ofQueue));
    }

    @Test
    void userPropertiesBecomeApplicationPropertiesAndBack() throws Exception {
        MessageConsumer consumer = session.createConsumer(session.createTopic(name));
        Mqtt5Publishes publishes = subscribe(name);
        mqtt.publishWith()
                .topic(name)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("x".getBytes(UTF_8))
                .contentType("text/plain")
                .correlationData("c-1".getBytes(UTF_8))
                .userProperties()
                .add("room", "attic")
                .applyUserProperties()
                .send();
        assertEquals("attic", receive(consumer).getStringProperty("room"));
        next(publishes);

        var message = session.createTextMessage("y");
        message.setStringProperty("room", "cellar");
        session.createProducer(session.createTopic(name)).send(message);
        Mqtt5Publish received = next(publishes);
        assertTrue(
                received.getUserProperties().asList().stream()
                        .anyMatch(property -> property.getName().toString().equals("room")
                                && property.getValue().toString().equals("cellar")),
                () -> "user properties " + received.getUserProperties());
    }

    @Test
    void aDeviceSendsToAQueueByNameAndAnAmqpConsumerSettles() throws Exception {
        String queue = name.replace('/', '.');
        mqtt.publishWith()
                .topic("$queue/" + queue)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("job 1".getBytes(UTF_8))
                .correlationData("c-1".getBytes(UTF_8))
                .userProperties()
                .add("room", "attic")
                .applyUserProperties()
                .send();
        assertEquals(1, broker.control().depth(queue));
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        var received = receive(consumer);
        assertEquals("job 1", new String(received.getBody(byte[].class), UTF_8));
        assertEquals("attic", received.getStringProperty("room"));
        Await.until("it is settled", () -> broker.control().depth(queue) == 0);
    }

    @Test
    void aDeviceCompetesWithAnAmqpConsumerForAQueue() throws Exception {
        String queue = name.replace('/', '.');
        Mqtt5Publishes publishes = subscribe("$queue/" + queue);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) sent.add("job " + i);
        JmsClient.sendTexts(session, session.createQueue(queue), sent.toArray(new String[0]));
        List<String> received = new ArrayList<>();
        int byAmqp = 0;
        for (int rounds = 0; received.size() < 20 && rounds < 100; rounds++) {
            for (var one = consumer.receive(50); one != null; one = consumer.receive(50)) {
                received.add(one.getBody(String.class));
                byAmqp++;
            }
            for (var one = publishes.receive(50, TimeUnit.MILLISECONDS);
                    one.isPresent();
                    one = publishes.receive(50, TimeUnit.MILLISECONDS)) {
                assertEquals("$queue/" + queue, one.get().getTopic().toString());
                received.add(new String(one.get().getPayloadAsBytes(), UTF_8));
            }
        }
        assertTrue(byAmqp > 0 && byAmqp < 20, "the AMQP consumer got " + byAmqp + " of " + received);
        Collections.sort(sent);
        Collections.sort(received);
        assertEquals(sent, received);
        Await.until("all are settled", () -> broker.control().depth(queue) == 0);
    }
}
