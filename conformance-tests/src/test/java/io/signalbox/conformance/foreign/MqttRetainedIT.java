package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retained messages, with every client (MQTT 5.0 §3.3.1.3). */
@ExtendWith(SharedBroker.class)
final class MqttRetainedIT {

    @RegisterExtension
    final MqttLinks links = new MqttLinks("retained");

    private BrokerUnderTest broker;

    @BeforeEach
    void meet(BrokerUnderTest shared) {
        broker = shared;
        links.meet(shared);
        Feature.assumeRetained(shared);
    }

    @ParameterizedTest
    @EnumSource
    void theLastOneOfEachTopicComesWithItsFlagAndTheLesserQos(MqttFlavour flavour) {
        MqttLink publisher = links.clean(flavour, "publisher");
        String topic = links.topic(flavour);
        int best = Feature.maximumQos(broker);
        for (int qos = 0; qos <= best; qos++) {
            publisher.publishAnswered(
                    MqttMessage.of(topic + "/" + qos, qos, "old").retained());
            publisher.publishAnswered(
                    MqttMessage.of(topic + "/" + qos, qos, "new").retained());
        }
        for (int granted = 0; granted <= best; granted++) {
            MqttLink subscriber = links.clean(flavour, "subscriber" + granted);
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
        MqttLink publisher = links.clean(flavour, "publisher");
        publisher.publishAnswered(
                MqttMessage.of(links.topic(flavour), 1, "kept").retained());
        publisher.publishAnswered(MqttMessage.of(links.topic(flavour), 1, "").retained()); // MQTT-3.3.1-6
        MqttLink subscriber = links.clean(flavour, "subscriber");
        subscriber.subscribe(links.topic(flavour), 1);
        subscriber.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource
    void aLiveSubscriberSeesNoFlag(MqttFlavour flavour) {
        MqttLink subscriber = links.clean(flavour, "subscriber");
        subscriber.subscribe(links.topic(flavour), 1);
        links.clean(flavour, "publisher")
                .publishAnswered(MqttMessage.of(links.topic(flavour), 1, "live").retained());
        assertFalse(subscriber.receive().retain()); // MQTT-3.3.1-12
    }

    @ParameterizedTest
    @EnumSource
    void aRetainedWillIsThereForThoseWhoComeLater(MqttFlavour flavour) {
        MqttLink witness = links.clean(flavour, "witness");
        witness.subscribe(links.topic(flavour), 1);
        MqttConnect mortal = MqttConnect.clean(links.id(flavour, "mortal"))
                .withWill(MqttMessage.of(links.topic(flavour), 1, "gone").retained());
        links.connect(flavour, mortal).drop();
        assertEquals("gone", witness.receive().payload());
        MqttLink later = links.clean(flavour, "later");
        later.subscribe(links.topic(flavour), 1);
        assertEquals(MqttMessage.of(links.topic(flavour), 1, "gone").retained(), later.receive()); // MQTT-3.1.2-15
    }

    @ParameterizedTest
    @EnumSource
    void aVersion5SubscriberSaysWhatItWants(MqttFlavour flavour) {
        Assumptions.assumeTrue(flavour.is5());
        String topic = links.topic(flavour);
        MqttLink publisher = links.clean(flavour, "publisher");
        publisher.publishAnswered(MqttMessage.of(topic, 1, "first").retained());
        MqttLink subscriber = links.clean(flavour, "subscriber");
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainHandling(2)); // MQTT-3.3.1-11
        subscriber.assertNothingMore();
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainHandling(1)); // MQTT-3.3.1-10
        subscriber.assertNothingMore();
        subscriber.subscribe(MqttSubscribe.to(topic, 1).withRetainAsPublished()); // MQTT-3.8.4-4
        assertEquals("first", subscriber.receive().payload());
        publisher.publishAnswered(MqttMessage.of(topic, 1, "second").retained());
        assertEquals(MqttMessage.of(topic, 1, "second").retained(), subscriber.receive()); // MQTT-3.3.1-13
    }
}
