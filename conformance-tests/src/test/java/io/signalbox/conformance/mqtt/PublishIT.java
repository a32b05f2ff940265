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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PUBLISH: flags, topic, properties, and the answer it gets (3.3 and 4.3.1 of both specifications).
 */
@ExtendWith(SharedBroker.class)
final class PublishIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    @Clause({"MQTT-3.3.4-1", "MQTT-2.2.1-5", "MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT3-3.3.4-1", "MQTT3-2.3.1-6"})
    @ParameterizedTest
    @EnumSource
    void theAnswerFitsTheQos(Version version) throws IOException {
        PacketClient publisher = subscribe(clients.connect(version), "~/other", 0);
        clients.subscriber(version, "~", 0);
        publisher.send("30 {<~>; 'x'}").expectNothingElse();
        publisher.send("32 {<~> 1234; 'x'}").expect("40 {1234}").expectNothingElse();
        publisher.send("34 {<~> ffff; 'x'}").expect("50 {ffff}").expectNothingElse();
        publisher.send("62 {ffff}").expect("70 {ffff}").expectNothingElse();
    }

    /** What looks like one is payload, in both directions. */
    @Clause({
        "MQTT-2.2.1-2",
        "MQTT-4.3.1-1",
        "MQTT-3.3.1-2",
        "MQTT-2.2.2-1",
        "MQTT3-2.3.1-5",
        "MQTT3-4.3.1-1",
        "MQTT3-3.3.1-2"
    })
    @ParameterizedTest
    @EnumSource
    void qos0HasNoPacketIdentifierAndNoDup(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 2);
        PacketClient publisher = clients.connect(version);
        publisher.send("30 {<~>; 0007 'x'}").send("30 {<~>;}").expectNothingElse();
        subscriber.expect("30 {<~>; 0007 'x'}").expect("30 {<~>;}").expectNothingElse();
    }

    @Clause({"MQTT-3.3.1-3", "MQTT-4.3.2-2", "MQTT-4.3.3-2", "MQTT3-3.3.1-3"})
    @ParameterizedTest
    @EnumSource
    void dupIsNotPassedThrough(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 2);
        PacketClient publisher = clients.connect(version);
        publisher.send("3a {<~> 0001; '1'}").expect("40 {0001}");
        subscriber.expect("32 {<~> 0001; '1'}");
        publisher.send("3c {<~> 0002; '2'}").expect("50 {0002}");
        subscriber.expect("34 {<~> 0002; '2'}");
    }

    @Clause({"MQTT-1.5.4-3", "MQTT-4.7.3-4", "MQTT3-1.5.3-3", "MQTT3-4.7.3-4"})
    @ParameterizedTest
    @EnumSource
    void aByteOrderMarkIsACharacter(Version version) throws IOException {
        PacketClient with = clients.subscriber(version, "\uFEFF~", 0);
        PacketClient without = clients.subscriber(version, "~", 0);
        clients.publish("\uFEFF~", "1");
        clients.publish("~", "2");
        with.expect("30 {<\uFEFF~>; '1'}").expectNothingElse();
        without.expect("30 {<~>; '2'}").expectNothingElse();
    }

    /** Payload format, content type, response topic, correlation data and user properties, in order and with repetitions. */
    @Clause({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20"})
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void propertiesArePassedOnUnaltered(int qos) throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~", qos);
        PacketClient publisher = clients.connect(V5);
        String properties =
                "{26 <b> <2> 01 01 26 <a> <1> 03 <text/plain> 26 <b> <2> 08 <~/answers> 09 0003 00ff80 26 <> <>}";
        publisher.send("34 {<~> 0001" + properties + "'x'}").expect("50 {0001}");
        String first = String.format("%02x", 0x30 | qos << 1);
        subscriber.expect(first + "{<~>" + (qos == 0 ? "" : "0001") + properties + "'x'}");
    }

    @Clause("MQTT-3.3.2-12")
    @Test
    void aliasesUpToTheMaximumAreTaken() throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~/+", 0);
        PacketClient publisher = clients.connect(V5);
        for (int alias = 1; alias <= 16; alias++) {
            String hex = String.format("%04x", alias);
            publisher.send("30 {<~/" + alias + "> {23" + hex + "} '1'}").send("30 {0000 {23" + hex + "} '2'}");
            subscriber.expect("30 {<~/" + alias + ">; '1'}").expect("30 {<~/" + alias + ">; '2'}");
        }
        publisher.send("30 {<~/new> {23 0001} '1'}").send("30 {0000 {23 0001} '2'}");
        subscriber.expect("30 {<~/new>; '1'}").expect("30 {<~/new>; '2'}").expectNothingElse();
    }

    /** Not even from one connection of a session to the next. */
    @Clause("MQTT-3.3.2-7")
    @Test
    void aliasesEndWithTheConnection() throws IOException {
        PacketClient first = clients.resume(V5, "a", 0);
        first.send("30 {<~> {23 0001} '1'}").expectNothingElse().disconnect();
        clients.resume(V5, "a", 1).send("30 {0000 {23 0001} '2'}").expectRefused("94");
    }

    /** Once, at the highest QoS, with the identifiers of all. */
    @Clause({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT3-3.3.5-1"})
    @Test
    void overlappingSubscriptionsGetTheHighestQosOfAll() throws IOException {
        PacketClient five = clients.connect(V5);
        five.send("82 {0001 {0b 05} <~/#> 00}").expect("90 {0001; 00}");
        five.send("82 {0002 {0b 8001} <~/a> 02}").expect("90 {0002; 02}");
        five.send("82 {0003; <~/+> 01}").expect("90 {0003; 01}");
        PacketClient three = clients.connect(V3_1_1);
        three.send("82 {0001 <~/#> 00 <~/a> 02 <~/+> 01}").expect("90 {0001 00 02 01}");
        PacketClient publisher =
                clients.connect(V5).send("34 {<~/a> 0001; 'x'}").expect("50 {0001}");
        five.expectInAnyOrder("34 {<~/a> 0001 {0b 05 0b 8001} 'x'}");
        three.expect("34 {<~/a> 0001 'x'}").expectNothingElse();
        publisher.send("32 {<~/b> 0002; 'y'}").expect("40 {0002}");
        five.expect("32 {<~/b> 0002 {0b 05} 'y'}").expectNothingElse();
        three.expect("32 {<~/b> 0002 'y'}").expectNothingElse();
    }

    /** Success, nobody subscribed, a topic of the server. */
    @Clause({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
    @Test
    void acknowledgementsUseTheirReasonCodes() throws IOException {
        clients.subscriber(V5, "~", 0);
        PacketClient publisher = clients.connect(V5);
        publisher.send("32 {<~> 0001; 'x'}").expect("40 {0001}");
        publisher.send("32 {<~/nobody> 0002; 'x'}").expect("40 {0002 10}");
        publisher.send("32 {<$SYS/~> 0003; 'x'}").expectBeginning("40 26 0003 90");
        publisher.send("34 {<~> 0004; 'x'}").expect("50 {0004}");
        publisher.send("34 {<~/nobody> 0005; 'x'}").expect("50 {0005 10}");
        publisher.send("34 {<$SYS/~> 0006; 'x'}").expectBeginning("50 26 0006 90");
    }

    /** The codes of PUBREL and PUBCOMP, of what is known and of what is not. */
    @Clause({"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    @Test
    void releasesUseTheirReasonCodes() throws IOException {
        PacketClient client = clients.subscriber(V5, "~", 2);
        client.send("62 {0009}").expect("70 {0009 92}");
        client.send("50 {0009}").expect("62 {0009 92}");
        client.send("34 {<~> 0001; 'x'}").expectInAnyOrder("50 {0001}", "34 {<~> 0001; 'x'}");
        client.send("62 {0001}").expect("70 {0001}");
        client.send("50 {0001}").expect("62 {0001}");
        client.send("70 {0001}").expectNothingElse();
    }

    /** 3.1.1 has no word for it: the connection is closed, and nobody gets it. */
    @Clause("MQTT3-3.3.5-2")
    @Test
    void whatIsNotAllowedClosesIn3_1_1() throws IOException {
        PacketClient subscriber = clients.subscriber(V3_1_1, "$SYS/~", 0);
        clients.connect(V3_1_1).send("30 {<$SYS/~> 'x'}").expectClosed();
        clients.connect(V3_1_1).send("32 {<$SYS/~> 0001 'x'}").expectClosed();
        clients.connect(V3_1_1).send("34 {<$SYS/~> 0001 'x'}").expectClosed();
        subscriber.expectNothingElse();
    }
}
