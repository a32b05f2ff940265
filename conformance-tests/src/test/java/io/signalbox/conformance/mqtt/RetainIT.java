package io.signalbox.conformance.mqtt;

import static io.signalbox.conformance.mqtt.PacketClients.subscribe;
import static io.signalbox.conformance.mqtt.Version.V3_1_1;
import static io.signalbox.conformance.mqtt.Version.V5;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages with the RETAIN flag, and what later subscribers get of them (3.3.1 of both specifications). Each test ends what
 * it has retained.
 */
@ExtendWith(SharedBroker.class)
final class RetainIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    private void forget(String topic) throws IOException {
        try (PacketClient publisher = clients.connect(V3_1_1)) {
            publisher.send("33 {<" + topic + "> 0001}").expect("40 {0001}");
        }
    }

    private void retain(Version version, String topic, String payload) throws IOException {
        try (PacketClient publisher = clients.connect(version)) {
            publisher.send("33 {<" + topic + "> 0001; '" + payload + "'}");
            publisher.expectBeginning("40");
        }
    }

    @Clause({"MQTT-3.3.1-5", "MQTT-3.3.1-9", "MQTT3-3.3.1-5", "MQTT3-3.3.1-6", "MQTT3-3.3.1-8"})
    @ParameterizedTest
    @EnumSource
    void theLastOneReachesALaterSubscriberWithItsQos(Version version) throws IOException {
        retain(version, "~", "1");
        retain(version, "~", "2");
        clients.subscriber(version, "~", 0).expect("31 {<~>; '2'}").expectNothingElse();
        clients.subscriber(version, "~", 1).expect("33 {<~> 0001; '2'}").expectNothingElse();
        clients.subscriber(version, "~", 2).expect("33 {<~> 0001; '2'}").expectNothingElse();
        PacketClient publisher = clients.connect(version).send("35 {<~> 0001; '3'}");
        publisher.expectBeginning("50");
        clients.subscriber(version, "~", 2).expect("35 {<~> 0001; '3'}").expectNothingElse();
        forget("~");
    }

    /** Of each topic that matches. */
    @Clause("MQTT3-3.3.1-6")
    @ParameterizedTest
    @EnumSource
    void aFilterWithWildcardsFindsAll(Version version) throws IOException {
        for (String topic : new String[] {"~/a", "~/b", "~/b/c", "~"}) retain(version, topic, "1");
        clients.subscriber(version, "~/+", 0)
                .expectInAnyOrder("31 {<~/a>; '1'}", "31 {<~/b>; '1'}")
                .expectNothingElse();
        for (String topic : new String[] {"~/a", "~/b", "~/b/c", "~"}) forget(topic);
    }

    @Clause("MQTT3-3.3.1-7")
    @Test
    void oneOfQos0EndsTheOneBefore() throws IOException {
        retain(V3_1_1, "~", "1");
        clients.connect(V3_1_1).send("31 {<~> '2'}").expectNothingElse();
        clients.subscriber(V3_1_1, "~", 2).expect("31 {<~> '2'}").expectNothingElse();
        forget("~");
    }

    @Clause({"MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT3-3.3.1-10", "MQTT3-3.3.1-11"})
    @ParameterizedTest
    @EnumSource
    void anEmptyOneIsDeliveredAndEndsWhatIsRetained(Version version) throws IOException {
        PacketClient live = clients.subscriber(version, "~", 1);
        retain(version, "~", "1");
        live.expect("32 {<~> 0001; '1'}");
        retain(version, "~", "");
        live.expect("32 {<~> 0002;}").expectNothingElse();
        clients.subscriber(version, "~", 1).expectNothingElse();
        retain(version, "~", "");
        clients.subscriber(version, "~", 1).expectNothingElse();
    }

    @Clause({"MQTT-3.3.1-8", "MQTT3-3.3.1-12"})
    @ParameterizedTest
    @EnumSource
    void withoutTheFlagNothingChanges(Version version) throws IOException {
        clients.publish("~", "0");
        clients.subscriber(version, "~", 1).expectNothingElse();
        retain(version, "~", "1");
        clients.publish("~", "2");
        clients.publish("~", "");
        clients.subscriber(version, "~", 1).expect("33 {<~> 0001; '1'}").expectNothingElse();
        forget("~");
    }

    @Clause({"MQTT-3.3.1-12", "MQTT3-3.3.1-9"})
    @ParameterizedTest
    @EnumSource
    void theFlagIsClearedOnTheWayToAnEstablishedSubscription(Version version) throws IOException {
        PacketClient zero = clients.subscriber(version, "~", 0);
        PacketClient two = clients.subscriber(version, "~", 2);
        retain(version, "~", "1");
        zero.expect("30 {<~>; '1'}");
        two.expect("32 {<~> 0001; '1'}");
        forget("~");
    }

    @Clause("MQTT-3.3.1-13")
    @Test
    void retainAsPublishedKeepsTheFlagAsItWas() throws IOException {
        PacketClient subscriber = clients.connect(V5).send("82 {0001; <~> 09}").expect("90 {0001; 01}");
        retain(V5, "~", "1");
        subscriber.expect("33 {<~> 0001; '1'}");
        clients.publish("~", "2");
        subscriber.expect("32 {<~> 0002; '2'}");
        forget("~");
    }

    @Clause({"MQTT-3.3.1-9", "MQTT-3.8.4-4", "MQTT3-3.8.4-3"})
    @ParameterizedTest
    @EnumSource
    void retainHandling0SendsThemAtEachSubscribe(Version version) throws IOException {
        retain(version, "~", "1");
        PacketClient subscriber = clients.connect(version);
        for (int i = 0; i < 3; i++)
            subscribe(subscriber, "~", 0).expect("31 {<~>; '1'}").expectNothingElse();
        forget("~");
    }

    @Clause("MQTT-3.3.1-10")
    @Test
    void retainHandling1SendsThemWithANewSubscription() throws IOException {
        retain(V5, "~", "1");
        PacketClient subscriber = clients.connect(V5);
        for (int i = 0; i < 2; i++) {
            subscriber.send("82 {0001; <~> 10}").expect("90 {0001; 00}").expect("31 {<~>; '1'}");
            subscriber.send("82 {0001; <~> 11}").expect("90 {0001; 01}").expectNothingElse();
            subscriber.send("a2 {0001; <~>}").expect("b0 {0001; 00}");
        }
        forget("~");
    }

    @Clause("MQTT-3.3.1-11")
    @Test
    void retainHandling2SendsNone() throws IOException {
        retain(V5, "~", "1");
        PacketClient subscriber = clients.connect(V5);
        for (int i = 0; i < 2; i++) {
            subscriber.send("82 {0001; <~> 21}").expect("90 {0001; 01}").expectNothingElse();
        }
        forget("~");
    }
}
