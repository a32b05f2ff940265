package io.signalbox.conformance.mqtt;

import static io.signalbox.conformance.mqtt.PacketClients.subscribe;
import static io.signalbox.conformance.mqtt.Version.V3_1_1;
import static io.signalbox.conformance.mqtt.Version.V5;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions, order and names (4.1, 4.5 to 4.7 of both specifications), PINGREQ and DISCONNECT (3.12, 3.14).
 */
@ExtendWith(SharedBroker.class)
final class SessionIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    private static final int MESSAGES = 300;

    @Clause({"MQTT-3.12.4-1", "MQTT3-3.12.4-1"})
    @ParameterizedTest
    @EnumSource
    void aPingIsAnswered(Version version) throws IOException {
        clients.connect(version)
                .send("c0 00")
                .expect("d0 00")
                .send("c0 00 c0 00")
                .expect("d0 00")
                .expect("d0 00");
    }

    /** Its expiry begins with the end of the connection. */
    @Clause({"MQTT-4.1.0-1", "MQTT3-4.1.0-1", "MQTT3-4.1.0-2"})
    @Test
    void aSessionLastsAsLongAsItsConnection() throws IOException {
        PacketClient five = clients.open(V5).send("10 {<MQTT> 05 02 0000 {11 00000001} <~>}");
        five.expectConnAck("00 00");
        PacketClient none = clients.connect(V5);
        PacketClient three = clients.connect(V3_1_1);
        List<PacketClient> all = List.of(five, none, three);
        for (PacketClient client : all) subscribe(client, "~", 1);
        clients.publish("~", "1");
        for (PacketClient client : all) client.expect("32 {<~> 0001; '1'}");
        five.expectSilence(1500);
        clients.publish("~", "2");
        for (PacketClient client : all) {
            client.expect("32 {<~> 0002; '2'}").send("40 {0001} 40 {0002}").expectNothingElse();
        }
    }

    @Clause({"MQTT-4.1.0-2", "MQTT-3.1.2-23"})
    @Test
    void aSessionEndsWhenItsExpiryHasPassed() throws IOException {
        PacketClient kept = clients.open(V5).send("10 {<MQTT> 05 02 0000 {11 00000e10} <~kept>}");
        kept.expectConnAck("00 00");
        PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {11 00000001} <~>}");
        client.expectConnAck("00 00");
        client.disconnect();
        kept.expectSilence(1500).disconnect();
        clients.open(V5).send("10 {<MQTT> 05 00 0000; <~>}").expectConnAck("00 00");
        clients.open(V5).send("10 {<MQTT> 05 00 0000; <~kept>}").expectConnAck("01 00");
    }

    /** Whether it is connected or not, and whatever its version. */
    @Clause({"MQTT-4.5.0-1", "MQTT3-4.5.0-1"})
    @Test
    void aMessageIsAddedToEachMatchingSession() throws IOException {
        subscribe(clients.resume(V5, "away5", 0), "~/+", 1).disconnect();
        subscribe(clients.resume(V3_1_1, "away3", 0), "~/#", 2).disconnect();
        subscribe(clients.resume(V5, "other", 0), "~/b/+", 1).disconnect();
        PacketClient here = clients.subscriber(V5, "~/a", 1);
        clients.publish("~/a", "x");
        here.expect("32 {<~/a> 0001; 'x'}");
        clients.resume(V5, "away5", 1).expect("32 {<~/a> 0001; 'x'}");
        clients.resume(V3_1_1, "away3", 1).expect("32 {<~/a> 0001 'x'}");
        clients.resume(V5, "other", 1).expectNothingElse();
    }

    /** Of each QoS and topic, from each publisher; to one who is there and one who comes later. */
    @Clause({"MQTT-4.2.0-1", "MQTT-4.6.0-5", "MQTT-4.6.0-6", "MQTT3-4.6.0-5", "MQTT3-4.6.0-6", "MQTT3-7.1.1-1"})
    @ParameterizedTest
    @EnumSource
    void messagesOfATopicAreInTheOrderOfTheirPublisher(Version version) throws IOException {
        PacketClient later = subscribe(clients.resume(version, "later", 0), "~/#", 2);
        later.disconnect();
        for (String topic : new String[] {"~/a", "~/b"}) {
            StringBuilder all = new StringBuilder();
            for (int i = 1; i <= MESSAGES; i++) {
                all.append(String.format("%s {<%s> %04x; %04x}", i % 2 == 0 ? "32" : "34", topic, i, i));
            }
            PacketClient publisher = clients.connect(version).send(all.toString());
            for (int i = 1; i <= MESSAGES; i++)
                publisher.expect(String.format("%s {%04x}", i % 2 == 0 ? "40" : "50", i));
        }
        later = clients.resume(version, "later", 1);
        int[][] last = new int[2][2];
        for (int received = 0; received < 2 * MESSAGES; ) {
            byte[] packet = later.receive();
            if (packet[0] == 0x62) {
                later.send(String.format("70 {%02x%02x}", packet[2], packet[3]));
                continue;
            }
            received++;
            int qos = packet[0] >> 1 & 3;
            int at = 5 + clients.name().length(); // the last letter of the topic; the identifier follows
            int topic = packet[at] - 'a';
            int number = number(packet);
            assertTrue(last[topic][qos - 1] < number, () -> number + " comes too late");
            last[topic][qos - 1] = number;
            later.send(String.format("%s {%02x%02x}", qos == 1 ? "40" : "50", packet[at + 1], packet[at + 2]));
        }
    }

    private static int number(byte[] publish) {
        return (publish[publish.length - 2] & 0xFF) << 8 | publish[publish.length - 1] & 0xFF;
    }

    /** PUBLISH in the order of the first time, PUBREL in the order of the PUBRECs. */
    @Clause("MQTT3-4.6.0-6")
    @ParameterizedTest
    @EnumSource
    void whatIsSentAgainIsInOrder(Version version) throws IOException {
        PacketClient first = subscribe(clients.resume(version, "a", 0), "~", 2);
        PacketClient publisher = clients.connect(version);
        for (int i = 1; i <= 6; i++)
            publisher.send("34 {<~> 000" + i + "; '" + i + "'}").expect("50 {000" + i + "}");
        for (int i = 1; i <= 6; i++) first.expect("34 {<~> 000" + i + "; '" + i + "'}");
        first.send("50 {0005} 50 {0002}")
                .expect("62 {0005}")
                .expect("62 {0002}")
                .disconnect();
        PacketClient again = clients.resume(version, "a", 1).expect("62 {0005}").expect("62 {0002}");
        for (int i : new int[] {1, 3, 4, 6}) again.expect("3c {<~> 000" + i + "; '" + i + "'}");
    }

    @Clause({"MQTT-3.3.2-3", "MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT3-3.3.2-3"})
    @ParameterizedTest
    @EnumSource
    void whatIsSentMatchesTheFilter(Version version) throws IOException {
        String[][] filters = { // each with what it matches
            {"~/#", "~", "~/a", "~/a/b", "~/", "~//", "~//b"},
            {"~/+", "~/a", "~/"},
            {"~/+/b", "~/a/b", "~//b"},
            {"~/a/#", "~/a", "~/a/b"},
            {"+/~", "x/~", "/~"},
            {"~/a", "~/a"},
        };
        String[] topics = {"~", "~/a", "~/a/b", "~/", "~//", "~//b", "x/~", "/~", "~x/a"};
        for (String[] filter : filters) {
            PacketClient subscriber = clients.subscriber(version, filter[0], 0);
            List<String> expected = new ArrayList<>();
            for (String topic : topics) {
                clients.publish(topic, topic);
                if (Arrays.asList(filter).lastIndexOf(topic) > 0) expected.add("30 {<" + topic + ">; '" + topic + "'}");
            }
            for (String packet : expected) subscriber.expect(packet);
            subscriber.expectNothingElse().disconnect();
        }
    }

    @Clause({"MQTT-4.7.2-1", "MQTT3-4.7.2-1"})
    @ParameterizedTest
    @EnumSource
    void aLeadingWildcardDoesNotMatchADollar(Version version) throws IOException {
        PacketClient all = clients.subscriber(version, "#", 0);
        PacketClient plus = clients.subscriber(version, "+/~", 0);
        PacketClient named = clients.subscriber(version, "$x/#", 0);
        clients.publish("$x/~", "1");
        clients.publish("x/~", "2");
        String text = "";
        while (!text.contains("x/" + clients.name())) { // what others have left retained comes before
            text = new String(all.receive(), StandardCharsets.UTF_8);
            assertFalse(text.contains("$x/" + clients.name()));
        }
        all.expectNothingElse();
        plus.expect("30 {<x/~>; '2'}").expectNothingElse();
        named.expect("30 {<$x/~>; '1'}").expectNothingElse();
    }

    @Clause({"MQTT-4.7.3-3", "MQTT3-4.7.3-3"})
    @ParameterizedTest
    @EnumSource
    void aNameOf65535BytesIsTaken(Version version) throws IOException {
        String topic = "~/" + "n".repeat(65_535 - 1 - clients.name().length());
        PacketClient subscriber = clients.subscriber(version, "~/#", 1);
        clients.publish(topic, "x");
        subscriber.expect("32 {<" + topic + "> 0001; 'x'}");
    }

    /** Composed or not, in upper or lower case, with slashes or spaces at the ends. */
    @Clause({"MQTT-4.7.3-4", "MQTT3-4.7.3-4"})
    @ParameterizedTest
    @EnumSource
    void namesAreNotNormalized(Version version) throws IOException {
        String[] names = {
            "~/\u00e9", "~/e\u0301", "~/E\u0301", "~/\u00e9/", "~/\u00e9 ", "~//\u00e9", "~/./\u00e9", "~/%C3%A9"
        };
        PacketClient[] subscribers = new PacketClient[names.length];
        for (int i = 0; i < names.length; i++) subscribers[i] = clients.subscriber(version, names[i], 0);
        for (String name : names) clients.publish(name, name);
        for (int i = 0; i < names.length; i++) {
            subscribers[i].expect("30 {<" + names[i] + ">; '" + names[i] + "'}").expectNothingElse();
        }
    }

    /** With a reason that DISCONNECT has, a sentence, and no session expiry. */
    @Clause({"MQTT-3.14.2-1", "MQTT-3.14.2-2", "MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-3.2.2-15", "MQTT-4.13.2-1"})
    @Test
    void disconnectSaysWhyAndIsTheLast() throws IOException {
        PacketClient first = clients.resume(V5, "a", 0);
        clients.resume(V5, "a", 1);
        first.expectRefused("8e");
        clients.connect(V5).send("30 {<~> {23 00ff} 'x'} c0 00").expectRefused("94");
        clients.connect(V5).send("30 {<$SYS/~>; 'x'} c0 00").expectRefused("90");
        clients.connect(V5).send("30 fc ff ff 07").expectRefused("95");
    }

    /** The sentence would make it larger than the client takes. */
    @Clause("MQTT-3.14.2-3")
    @Test
    void disconnectWithoutASentenceWhereItWouldNotFit() throws IOException {
        PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {27 00000018} <~>}");
        client.expectConnAck("00 00");
        client.send("c1 00").expect("e0 {81}").expectClosed();
    }
}
