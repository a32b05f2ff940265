package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every MQTT client expects of a broker, with every client there is, in both versions and over both transports. */
@ExtendWith(SharedBroker.class)
final class MqttMatrixIT {

    @RegisterExtension
    final MqttLinks links = new MqttLinks("matrix");

    private BrokerUnderTest broker;

    @BeforeEach
    void meet(BrokerUnderTest shared) {
        broker = shared;
        links.meet(shared);
    }

    @ParameterizedTest
    @EnumSource
    void messagesArriveAtTheLesserQosOfPublicationAndSubscription(MqttFlavour flavour) {
        MqttLink publisher = links.clean(flavour, "publisher");
        for (int granted = 0; granted <= Feature.maximumQos(broker); granted++) {
            MqttLink subscriber = links.clean(flavour, "subscriber" + granted);
            String topic = links.topic(flavour) + "/" + granted;
            assertEquals(granted, subscriber.subscribe(topic, granted));
            for (int sent = 0; sent <= Feature.maximumQos(broker); sent++) {
                assertEquals(0, publisher.publishAnswered(MqttMessage.of(topic, sent, "sent at " + sent)));
                MqttMessage received = subscriber.receive(); // MQTT-3.8.4-8
                assertEquals(MqttMessage.of(topic, Math.min(sent, granted), "sent at " + sent), received);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void payloadsOfEverySizeArriveWhole(MqttFlavour flavour) {
        MqttLink link = links.clean(flavour, "both");
        String topic = links.topic(flavour);
        link.subscribe(topic, 1);
        for (int size : new int[] {0, 1, 127, 128, 16_383, 16_384, 1_000_000}) {
            String payload = text(size);
            link.publishAnswered(MqttMessage.of(topic, 1, payload));
            assertEquals(payload, link.receive().payload());
        }
    }

    private static String text(int size) {
        return new Random(size)
                .ints(size, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @EnumSource
    void wildcardsMatchWholeLevelsUntilUnsubscribe(MqttFlavour flavour) {
        MqttLink link = links.clean(flavour, "both");
        String topic = links.topic(flavour);
        link.subscribe(topic + "/+/temperature", 1);
        link.subscribe(topic + "/cellar/#", 1);
        for (String below : List.of("/attic/temperature", "/attic/humidity", "/a/b/temperature", "/cellar")) {
            link.publishAnswered(MqttMessage.of(topic + below, 1, below));
        }
        assertEquals(List.of("/attic/temperature", "/cellar"), link.receivePayloads(2));
        link.unsubscribe(topic + "/cellar/#");
        link.publishAnswered(MqttMessage.of(topic + "/cellar", 1, "after"));
        link.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource
    void aSessionKeepsMessagesAcrossADisconnect(MqttFlavour flavour) {
        MqttLink first = links.keeping(flavour, "subscriber");
        assertFalse(first.sessionPresent());
        int qos = Feature.maximumQos(broker);
        first.subscribe(links.topic(flavour), qos);
        first.disconnect();
        MqttLink publisher = links.clean(flavour, "publisher");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sent.add("m" + i);
            publisher.publishAnswered(MqttMessage.of(links.topic(flavour), 1 + i % qos, "m" + i));
        }
        MqttLink second = links.keeping(flavour, "subscriber");
        assertTrue(second.sessionPresent()); // MQTT-3.2.2-2, MQTT5 MQTT-3.2.2-3
        List<String> received = second.receivePayloads(sent.size());
        // MQTT-4.6.0-5: in order for the same topic and QoS; what is published at QoS 2 may be overtaken by the rest
        for (int each = 0; each < qos; each++) assertEquals(everyNth(sent, qos, each), everyNth(received, qos, each));
        assertEquals(Set.copyOf(sent), Set.copyOf(received));
        second.assertNothingMore();
    }

    /** What was published at one of {@code qos} levels, in the order in which it is in the list. */
    private static List<String> everyNth(List<String> payloads, int qos, int which) {
        return payloads.stream()
                .filter(payload -> Integer.parseInt(payload.substring(1)) % qos == which)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void aSessionKeepsMessagesAcrossALostConnection(MqttFlavour flavour) {
        MqttLink first = links.keeping(flavour, "subscriber");
        first.subscribe(links.topic(flavour), 1);
        MqttLink publisher = links.clean(flavour, "publisher");
        publisher.publishAnswered(MqttMessage.of(links.topic(flavour), 1, "before"));
        assertEquals("before", first.receive().payload());
        first.drop();
        publisher.publishAnswered(MqttMessage.of(links.topic(flavour), 1, "meanwhile"));
        MqttLink second = links.keeping(flavour, "subscriber");
        assertTrue(second.sessionPresent());
        // "before" may come again, if its PUBACK was lost with the connection: MQTT-4.4.0-1
        MqttMessage next = second.receive();
        if (next.payload().equals("before")) next = second.receive();
        assertEquals("meanwhile", next.payload());
    }

    @ParameterizedTest
    @EnumSource
    void aCleanConnectForgetsTheSession(MqttFlavour flavour) {
        MqttLink first = links.keeping(flavour, "subscriber");
        first.subscribe(links.topic(flavour), 1);
        first.disconnect();
        MqttLink second = links.clean(flavour, "subscriber"); // MQTT-3.1.2-6, MQTT5 MQTT-3.1.2-4
        assertFalse(second.sessionPresent());
        links.clean(flavour, "publisher")
                .publishAnswered(MqttMessage.of(links.topic(flavour), 1, "for the old session"));
        second.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource
    void fiveHundredMessagesInFlightKeepTheirOrder(MqttFlavour flavour) {
        for (int qos = 0; qos <= Feature.maximumQos(broker); qos++) {
            MqttLink subscriber = links.clean(flavour, "subscriber" + qos);
            MqttLink publisher = links.clean(flavour, "publisher" + qos);
            String topic = links.topic(flavour) + "/" + qos;
            subscriber.subscribe(topic, qos);
            List<String> sent = IntStream.range(0, 500).mapToObj(i -> "m" + i).toList();
            sent.forEach(payload -> publisher.publish(MqttMessage.of(topic, qosOf(topic), payload)));
            assertEquals(sent, subscriber.receivePayloads(sent.size()));
            subscriber.assertNothingMore();
        }
    }

    private static int qosOf(String topic) {
        return topic.charAt(topic.length() - 1) - '0';
    }

    @ParameterizedTest
    @EnumSource
    void aSecondConnectionTakesTheSessionOver(MqttFlavour flavour) {
        MqttLink first = links.keeping(flavour, "subscriber");
        first.subscribe(links.topic(flavour), 1);
        MqttLink second = links.keeping(flavour, "subscriber"); // MQTT-3.1.4-2, MQTT5 MQTT-3.1.4-3
        assertTrue(second.sessionPresent());
        links.clean(flavour, "publisher").publishAnswered(MqttMessage.of(links.topic(flavour), 1, "for the second"));
        assertEquals("for the second", second.receive().payload());
    }
}
