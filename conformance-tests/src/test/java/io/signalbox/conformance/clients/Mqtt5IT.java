package io.signalbox.conformance.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos2Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MQTT 5.0 with the HiveMQ client. */
@ExtendWith(SharedBroker.class)
final class Mqtt5IT {

    private static final long RECEIVE_SECONDS = 10;
    private static final long SHORT_RECEIVE_MILLIS = 150;
    private static final long SESSION_SECONDS = 600;

    private final List<Mqtt5BlockingClient> clients = new ArrayList<>();
    private BrokerUnderTest broker;
    private String name;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo test) {
        broker = shared;
        name = "mqtt5/" + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void disconnect() {
        for (Mqtt5BlockingClient client : clients) {
            if (client.getState().isConnected()) client.disconnect();
        }
    }

    private Mqtt5BlockingClient client(String role) {
        Mqtt5BlockingClient client = MqttClients.mqtt5(broker, name.replace('/', '-') + "-" + role);
        clients.add(client);
        return client;
    }

    private Mqtt5BlockingClient connected(String role) {
        Mqtt5BlockingClient client = client(role);
        client.connect();
        return client;
    }

    private static Mqtt5ConnAck resume(Mqtt5BlockingClient client) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(SESSION_SECONDS)
                .send();
    }

    private static void subscribe(Mqtt5BlockingClient client, String filter, MqttQos qos) {
        client.subscribeWith().topicFilter(filter).qos(qos).send();
    }

    private static Mqtt5PublishResult publish(Mqtt5BlockingClient client, String topic, MqttQos qos, String payload) {
        return client.publishWith()
                .topic(topic)
                .qos(qos)
                .payload(payload.getBytes(UTF_8))
                .send();
    }

    private static Mqtt5Publish receive(Mqtt5Publishes publishes) throws InterruptedException {
        return publishes
                .receive(RECEIVE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message within " + RECEIVE_SECONDS + " s"));
    }

    private static String text(Mqtt5Publish publish) {
        return new String(publish.getPayloadAsBytes(), UTF_8);
    }

    private static List<String> receiveTexts(Mqtt5Publishes publishes, int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) texts.add(text(receive(publishes)));
        return texts;
    }

    private static void assertNothingMore(Mqtt5Publishes publishes) throws InterruptedException {
        Optional<Mqtt5Publish> more = publishes.receive(SHORT_RECEIVE_MILLIS, TimeUnit.MILLISECONDS);
        assertTrue(more.isEmpty(), () -> "one more: " + more);
    }

    @Clause("MQTT-3.8.4-8")
    @Test
    void qosOfADeliveryIsTheLesserOfPublicationAndSubscription() throws InterruptedException {
        for (MqttQos granted : MqttQos.values()) {
            Mqtt5BlockingClient subscriber = connected("subscriber" + granted.getCode());
            Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
            subscribe(subscriber, name, granted);
            Mqtt5BlockingClient publisher = connected("publisher" + granted.getCode());
            for (MqttQos sent : MqttQos.values()) {
                publish(publisher, name, sent, "sent at " + sent);
                Mqtt5Publish received = receive(publishes); // MQTT-3.8.4-8
                assertEquals("sent at " + sent, text(received));
                assertEquals(
                        Math.min(sent.getCode(), granted.getCode()),
                        received.getQos().getCode());
            }
        }
    }

    @Test
    void everyQosIsGrantedAsAsked() {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        List<Mqtt5SubAckReasonCode> granted = subscriber
                .subscribeWith()
                .addSubscription()
                .topicFilter(name + "/0")
                .qos(MqttQos.AT_MOST_ONCE)
                .applySubscription()
                .addSubscription()
                .topicFilter(name + "/1")
                .qos(MqttQos.AT_LEAST_ONCE)
                .applySubscription()
                .addSubscription()
                .topicFilter(name + "/2")
                .qos(MqttQos.EXACTLY_ONCE)
                .applySubscription()
                .send()
                .getReasonCodes();
        assertEquals(
                List.of(
                        Mqtt5SubAckReasonCode.GRANTED_QOS_0,
                        Mqtt5SubAckReasonCode.GRANTED_QOS_1,
                        Mqtt5SubAckReasonCode.GRANTED_QOS_2),
                granted);
    }

    @Clause({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    @Test
    void messagesOfOnePublisherArriveInOrder() throws InterruptedException {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name, MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient publisher = connected("publisher");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sent.add("m" + i);
            var unused = publisher
                    .toAsync()
                    .publishWith()
                    .topic(name)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(("m" + i).getBytes(UTF_8))
                    .send();
        }
        assertEquals(sent, receiveTexts(publishes, sent.size()));
    }

    @Test
    void aMessageWithoutSubscriberIsAnsweredAsSuch() {
        Mqtt5BlockingClient publisher = connected("publisher");
        Mqtt5PublishResult once = publish(publisher, name, MqttQos.AT_LEAST_ONCE, "to nobody");
        assertEquals(
                Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS,
                ((Mqtt5Qos1Result) once).getPubAck().getReasonCode());
        Mqtt5PublishResult exactlyOnce = publish(publisher, name, MqttQos.EXACTLY_ONCE, "to nobody");
        assertEquals(
                Mqtt5PubRecReasonCode.NO_MATCHING_SUBSCRIBERS,
                ((Mqtt5Qos2Result) exactlyOnce).getPubRec().getReasonCode());
    }

    @Test
    void aPersistentSessionKeepsSubscriptionAndMessagesWhileDisconnected() throws InterruptedException {
        Mqtt5BlockingClient first = client("subscriber");
        assertFalse(resume(first).isSessionPresent());
        subscribe(first, name + "/#", MqttQos.AT_LEAST_ONCE);
        first.disconnect();

        Mqtt5BlockingClient publisher = connected("publisher");
        for (int i = 0; i < 50; i++) publish(publisher, name + "/" + i % 3, MqttQos.AT_LEAST_ONCE, "m" + i);

        Mqtt5BlockingClient second = client("subscriber");
        Mqtt5Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertTrue(resume(second).isSessionPresent());
        List<String> received = receiveTexts(publishes, 50);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) expected.add("m" + i);
        assertEquals(expected, received);
        publish(publisher, name + "/live", MqttQos.AT_LEAST_ONCE, "live");
        assertEquals("live", text(receive(publishes)));
    }

    @Clause("MQTT-4.4.0-1")
    @ParameterizedTest
    @EnumSource(names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void unacknowledgedMessagesComeAgainOnResumptionAndAcknowledgedOnesDoNot(MqttQos qos) throws InterruptedException {
        Mqtt5BlockingClient first = client("subscriber" + qos);
        Mqtt5Publishes manual = first.publishes(MqttGlobalPublishFilter.ALL, true);
        resume(first);
        subscribe(first, name, qos);
        Mqtt5BlockingClient publisher = connected("publisher");
        for (String text : List.of("a", "b", "c")) publish(publisher, name, qos, text);
        receive(manual).acknowledge();
        receive(manual);
        receive(manual);
        first.disconnect();

        Mqtt5BlockingClient second = client("subscriber" + qos);
        Mqtt5Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        resume(second);
        assertEquals(List.of("b", "c"), receiveTexts(publishes, 2)); // MQTT-4.4.0-1
        assertNothingMore(publishes);
    }

    @Clause("MQTT-3.1.2-4")
    @Test
    void aCleanStartForgetsTheSession() throws InterruptedException {
        Mqtt5BlockingClient first = client("subscriber");
        resume(first);
        subscribe(first, name, MqttQos.AT_LEAST_ONCE);
        first.disconnect();
        Mqtt5BlockingClient publisher = connected("publisher");
        publish(publisher, name, MqttQos.AT_LEAST_ONCE, "for the old session");

        Mqtt5BlockingClient second = client("subscriber");
        Mqtt5Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertFalse(second.connectWith().cleanStart(true).send().isSessionPresent()); // MQTT-3.1.2-4
        assertNothingMore(publishes);
    }

    @Test
    void wildcardsMatchWholeLevels() throws InterruptedException {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name + "/+/temperature", MqttQos.AT_LEAST_ONCE);
        subscribe(subscriber, name + "/cellar/#", MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient publisher = connected("publisher");
        for (String topic :
                List.of("/attic/temperature", "/attic/humidity", "/a/b/temperature", "/cellar", "/cellar/door/left")) {
            publish(publisher, name + topic, MqttQos.AT_LEAST_ONCE, topic);
        }
        assertEquals(List.of("/attic/temperature", "/cellar", "/cellar/door/left"), receiveTexts(publishes, 3));
        assertNothingMore(publishes);
    }

    @Test
    void afterUnsubscribeNothingMoreComes() throws InterruptedException {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name, MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient publisher = connected("publisher");
        publish(publisher, name, MqttQos.AT_LEAST_ONCE, "before");
        assertEquals("before", text(receive(publishes)));
        subscriber.unsubscribeWith().topicFilter(name).send();
        publish(publisher, name, MqttQos.AT_LEAST_ONCE, "after");
        assertNothingMore(publishes);
    }

    @Clause("MQTT-3.3.2-18")
    @Test
    void propertiesArriveAsPublished() throws InterruptedException {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name, MqttQos.AT_LEAST_ONCE);
        Mqtt5UserProperties properties = Mqtt5UserProperties.builder()
                .add("room", "attic")
                .add("tag", "second to none")
                .add("room", "cellar") // names may repeat and order counts: MQTT-3.3.2-18
                .add("empty", "")
                .build();
        connected("publisher")
                .publishWith()
                .topic(name)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("{}".getBytes(UTF_8))
                .contentType("application/json")
                .responseTopic(name + "/answers")
                .correlationData(new byte[] {0, 1, 2})
                .messageExpiryInterval(300)
                .userProperties(properties)
                .send();
        Mqtt5Publish received = receive(publishes);
        assertEquals(properties, received.getUserProperties());
        assertEquals("application/json", received.getContentType().orElseThrow().toString());
        assertEquals(
                name + "/answers", received.getResponseTopic().orElseThrow().toString());
        assertEquals(
                ByteBuffer.wrap(new byte[] {0, 1, 2}),
                received.getCorrelationData().orElseThrow());
        long expiry = received.getMessageExpiryInterval().orElseThrow();
        assertTrue(expiry > 240 && expiry <= 300, "expiry interval " + expiry); // MQTT-3.3.2-6
    }

    @Clause("MQTT-4.2.0-1")
    @Test
    void payloadsOfEverySizeArriveWhole() throws InterruptedException {
        Mqtt5BlockingClient subscriber = connected("subscriber");
        Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(subscriber, name, MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient publisher = connected("publisher");
        Random random = new Random(5);
        for (int size : new int[] {0, 1, 127, 128, 16_383, 16_384, 300_000}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            publisher
                    .publishWith()
                    .topic(name)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload)
                    .send();
            assertArrayEquals(payload, receive(publishes).getPayloadAsBytes());
        }
    }

    @Clause("MQTT-3.1.4-3")
    @Test
    void aSecondConnectionTakesTheSessionOver() throws InterruptedException {
        Mqtt5BlockingClient first = client("subscriber");
        resume(first);
        subscribe(first, name, MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient second = client("subscriber");
        Mqtt5Publishes publishes = second.publishes(MqttGlobalPublishFilter.ALL);
        assertTrue(resume(second).isSessionPresent());
        publish(connected("publisher"), name, MqttQos.AT_LEAST_ONCE, "for the second");
        assertEquals(Collections.singletonList("for the second"), receiveTexts(publishes, 1));
        Await.until("the first connection is closed", () -> !first.getState().isConnected()); // MQTT-3.1.4-3
    }
}
