package io.signalbox.conformance.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient.Mqtt3Publishes;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAck;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MQTT 3.1.1 with the HiveMQ client. */
@ExtendWith(SharedBroker.class)
final class Mqtt3IT {

    private static final long RECEIVE_SECONDS = 10;
    private static final long SHORT_RECEIVE_MILLIS = 150;

    private final List<Mqtt3BlockingClient> clients = new ArrayList<>();
    private BrokerUnderTest broker;
    private String name;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo test) {
        broker = shared;
        name = "mqtt3/" + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void disconnect() {
        for (Mqtt3BlockingClient client : clients) {
            if (client.getState().isConnected()) client.disconnect();
        }
    }

    private Mqtt3BlockingClient client(String role) {
        Mqtt3BlockingClient client = MqttClients.mqtt3(broker, name.replace('/', '-') + "-" + role);
        clients.add(client);
        return client;
    }

    private Mqtt3BlockingClient connected(String role) {
        Mqtt3BlockingClient client = client(role);
        client.connect();
        return client;
    }

    private static Mqtt3ConnAck resume(Mqtt3BlockingClient client) {
        return client.connectWith().cleanSession(false).send();
    }

    private static void subscribe(Mqtt3BlockingClient client, String filter, MqttQos qos) {
        client.subscribeWith().topicFilter(filter).qos(qos).send();
    }

    private static void publish(Mqtt3BlockingClient client, String topic, MqttQos qos, String payload) {
        client.publishWith()
                .topic(topic)
                .qos(qos)
                .payload(payload.getBytes(UTF_8))
                .send();
    }

    private static Mqtt3Publish receive(Mqtt3Publishes publishes) throws InterruptedException {
        return publishes
                .receive(RECEIVE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message within " + RECEIVE_SECONDS + " s"));
    }

    private static List<String> receiveTexts(Mqtt3Publishes publishes, int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) texts.add(new String(receive(publishes).getPayloadAsBytes(), UTF_8));
        return texts;
    }

    private static void assertNothingMore(Mqtt3Publishes publishes) throws InterruptedException {
        Optional<Mqtt3Publish> more = publishes.receive(SHORT_RECEIVE_MILLIS, TimeUnit.MILLISECONDS);
        assertTrue(more.isEmpty(), () -> "one more: " + more);
    }

    @Test
    void everyQosArrives() throws InterruptedException {
        Mqtt3BlockingClient subscriber = connected("subscriber");
        Mqtt3Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name, MqttQos.EXACTLY_ONCE);
        Mqtt3BlockingClient publisher = connected("publisher");
        for (MqttQos qos : MqttQos.values()) {
            publish(publisher, name, qos, "hello");
            assertEquals(qos, receive(publishes).getQos());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void aMessageWithoutSubscriberIsAcknowledged(MqttQos qos) {
        publish(connected("publisher"), name, qos, "to nobody");
    }

    /** §4.3.3: a client that has lost its own half of the session gets what it had not acknowledged, and no more. */
    @Test
    void unacknowledgedMessagesOfQos2ComeAgainOnResumption() throws InterruptedException {
        Mqtt3BlockingClient first = client("subscriber");
        Mqtt3Publishes manual = first.publishes(MqttGlobalPublishFilter.ALL, true);
        resume(first);
        subscribe(first, name, MqttQos.EXACTLY_ONCE);
        Mqtt3BlockingClient publisher = connected("publisher");
        for (String text : List.of("a", "b", "c")) publish(publisher, name, MqttQos.EXACTLY_ONCE, text);
        receive(manual).acknowledge();
        receive(manual);
        receive(manual);
        first.disconnect();

        Mqtt3BlockingClient second = client("subscriber");
        Mqtt3Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertTrue(resume(second).isSessionPresent());
        assertEquals(List.of("b", "c"), receiveTexts(publishes, 2)); // MQTT-4.4.0-1
        assertNothingMore(publishes);
    }

    @Test
    void aPersistentSessionKeepsSubscriptionAndMessagesWhileDisconnected() throws InterruptedException {
        Mqtt3BlockingClient first = client("subscriber");
        assertFalse(resume(first).isSessionPresent());
        subscribe(first, name + "/+", MqttQos.AT_LEAST_ONCE);
        first.disconnect();

        Mqtt3BlockingClient publisher = connected("publisher");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            expected.add("m" + i);
            publish(publisher, name + "/" + i % 3, MqttQos.AT_LEAST_ONCE, "m" + i);
        }

        Mqtt3BlockingClient second = client("subscriber");
        Mqtt3Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertTrue(resume(second).isSessionPresent()); // MQTT-3.2.2-2
        assertEquals(expected, receiveTexts(publishes, 50));
        assertNothingMore(publishes);
    }

    @Test
    void aCleanSessionForgets() throws InterruptedException {
        Mqtt3BlockingClient first = client("subscriber");
        resume(first);
        subscribe(first, name, MqttQos.AT_LEAST_ONCE);
        first.disconnect();
        publish(connected("publisher"), name, MqttQos.AT_LEAST_ONCE, "for the old session");

        Mqtt3BlockingClient second = client("subscriber");
        Mqtt3Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertFalse(second.connectWith().cleanSession(true).send().isSessionPresent());
        assertNothingMore(publishes);
        second.disconnect();

        Mqtt3BlockingClient third = client("subscriber");
        assertFalse(resume(third).isSessionPresent()); // MQTT-3.1.2-6: the clean session left nothing
    }

    @Test
    void wildcardsMatchWholeLevels() throws InterruptedException {
        Mqtt3BlockingClient subscriber = connected("subscriber");
        Mqtt3Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name + "/+/state", MqttQos.AT_MOST_ONCE);
        subscribe(subscriber, name + "/doors/#", MqttQos.AT_MOST_ONCE);
        Mqtt3BlockingClient publisher = connected("publisher");
        for (String topic : List.of("/lamp/state", "/lamp/power", "/doors", "/doors/left/lock")) {
            publish(publisher, name + topic, MqttQos.AT_MOST_ONCE, topic);
        }
        assertEquals(List.of("/lamp/state", "/doors", "/doors/left/lock"), receiveTexts(publishes, 3));
        assertNothingMore(publishes);
    }
}
