package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retained messages, with every client (MQTT 5.0 §3.3.1.3). */
@ExtendWith(SharedBroker.class)
final class MqttRetainedIT {

    private final List<MqttLink> links = new ArrayList<>();
    private BrokerUnderTest broker;
    private String test;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo info) {
        broker = shared;
        test = info.getTestMethod().orElseThrow().getName();
        Feature.assumeRetained(shared);
    }

    @AfterEach
    void close() {
        links.forEach(MqttLink::close);
    }

    private String topic(MqttFlavour flavour) {
        return "retained/" + test + "/" + flavour;
    }

    private MqttLink connect(MqttFlavour flavour, String role) {
        MqttLink link = flavour.connect(broker, MqttConnect.clean(test + "-" + flavour + "-" + role));
        links.add(link);
        return link;
    }

    private static void publish(MqttLink link, MqttMessage message) {
        Await.get("the answer to " + message.topic(), link.publish(message));
    }

    @ParameterizedTest
    @EnumSource
    void theLastOneOfEachTopicComesWithItsFlagAndTheLesserQos(MqttFlavour flavour) {
        MqttLink publisher = connect(flavour, "publisher");
        String topic = topic(flavour);
        int best = Feature.maximumQos(broker);
        for (int qos = 0; qos <= best; qos++) {
            publish(publisher, MqttMessage.of(topic + "/" + qos, qos, "old").retained());
            publish(publisher, MqttMessage.of(topic + "/" + qos, qos, "new").retained());
        }
        for (int granted = 0; granted <= best; granted++) {
            MqttLink subscriber = connect(flavour, "subscriber" + granted);
            subscriber.subscribe(topic + "/+", granted);
            TreeSet<String> received = new TreeSet<>();
            TreeSet<String> expected = new TreeSet<>();
            for (int qos = 0; qos <= best; qos++) {
                received.add(subscriber.receive().toString());
                expected.add(MqttMessage.of(topic + "/" + qos, Math.min(qos, granted), "new")
                        .retained()
                        .toString());
            }
            assertEquals(expected, received); // MQTT-3.3.1-9, MQTT-3.8.4-8
            subscriber.assertNothingMore();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyOneTakesItAway(MqttFlavour flavour) {
        MqttLink publisher = connect(flavour, "publisher");
        publish(publisher, MqttMessage.of(topic(flavour), 1, "kept").retained());
        publish(publisher, MqttMessage.of(topic(flavour), 1, "").retained()); // MQTT-3.3.1-6
        MqttLink subscriber = connect(flavour, "subscriber");
        subscriber.subscribe(topic(flavour), 1);
        subscriber.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource
    void aLiveSubscriberSeesNoFlag(MqttFlavour flavour) {
        MqttLink subscriber = connect(flavour, "subscriber");
        subscriber.subscribe(topic(flavour), 1);
        publish(
                connect(flavour, "publisher"),
                MqttMessage.of(topic(flavour), 1, "live").retained());
        assertFalse(subscriber.receive().retain()); // MQTT-3.3.1-12
    }

    @ParameterizedTest
    @EnumSource
    void aRetainedWillIsThereForThoseWhoComeLater(MqttFlavour flavour) {
        MqttLink witness = connect(flavour, "witness");
        witness.subscribe(topic(flavour), 1);
        MqttConnect mortal = MqttConnect.clean(test + "-" + flavour + "-mortal")
                .withWill(MqttMessage.of(topic(flavour), 1, "gone").retained());
        flavour.connect(broker, mortal).drop();
        assertEquals("gone", witness.receive().payload());
        MqttLink later = connect(flavour, "later");
        later.subscribe(topic(flavour), 1);
        assertEquals(MqttMessage.of(topic(flavour), 1, "gone").retained(), later.receive()); // MQTT-3.1.2-15
    }

    @ParameterizedTest
    @EnumSource
    void aVersion5SubscriberSaysWhatItWants(MqttFlavour flavour) {
        Assumptions.assumeTrue(flavour.is5());
        String topic = topic(flavour);
        MqttLink publisher = connect(flavour, "publisher");
        publish(publisher, MqttMessage.of(topic, 1, "first").retained());
        MqttLink subscriber = connect(flavour, "subscriber");
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainHandling(2)); // MQTT-3.3.1-11
        subscriber.assertNothingMore();
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainHandling(1)); // MQTT-3.3.1-10
        subscriber.assertNothingMore();
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainAsPublished()); // MQTT-3.8.4-4
        assertEquals("first", subscriber.receive().payload());
        publish(publisher, MqttMessage.of(topic, 1, "second").retained());
        assertEquals(MqttMessage.of(topic, 1, "second").retained(), subscriber.receive()); // MQTT-3.3.1-13
    }
}
