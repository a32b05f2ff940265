package io.signalbox.conformance.mqtt;

import static io.signalbox.conformance.mqtt.PacketClients.subscribe;
import static io.signalbox.conformance.mqtt.Version.V3_1_1;
import static io.signalbox.conformance.mqtt.Version.V5;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * CONNECT and CONNACK: what is agreed (3.1 and 3.2 of both specifications).
 */
@ExtendWith(SharedBroker.class)
final class ConnectIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    private static final int SERVER_KEEP_ALIVE = 0x13;

    private static boolean has(byte[] properties, int identifier) {
        // None of ours holds a string, so an identifier's byte can be looked for at its place: they are all known.
        for (int at = 0; at < properties.length; ) {
            int found = properties[at];
            if (found == identifier) return true;
            at += switch (found) {
                case 0x21, 0x22, 0x13 -> 3;
                case 0x24, 0x25, 0x28, 0x29, 0x2a -> 2;
                case 0x11, 0x27 -> 5;
                case 0x12, 0x15, 0x1a, 0x1c, 0x1f -> 3 + (properties[at + 1] << 8) + properties[at + 2];
                default -> throw new AssertionError("an unknown property " + found);
            };
        }
        return false;
    }

    /** The answers come in order, and CONNACK before all of them. */
    @Clause({
        "MQTT-3.1.4-5",
        "MQTT-3.2.0-1",
        "MQTT-3.2.0-2",
        "MQTT-3.2.2-1",
        "MQTT3-3.1.4-4",
        "MQTT3-3.2.0-1",
        "MQTT3-3.2.2-1"
    })
    @ParameterizedTest
    @EnumSource
    void connackComesFirstAndOnce(Version version) throws IOException {
        PacketClient client =
                clients.open(version).send("10 {<MQTT> " + version.level + "02 0000; <~>} 82 {0001; <~> 00} c0 00");
        client.expectConnAck("00 00");
        client.expectInAnyOrder("90 {0001; 00}", "d0 00").expectNothingElse();
    }

    /** Also before what waits for the session. */
    @Clause({
        "MQTT-3.2.0-1",
        "MQTT-3.1.2-5",
        "MQTT-3.2.2-3",
        "MQTT-3.1.2-23",
        "MQTT-3.1.3-2",
        "MQTT-4.5.0-1",
        "MQTT3-3.2.0-1",
        "MQTT3-3.1.2-4",
        "MQTT3-3.1.2-5",
        "MQTT3-3.2.2-2",
        "MQTT3-3.1.3-2",
        "MQTT3-4.5.0-1"
    })
    @ParameterizedTest
    @EnumSource
    void aSessionIsResumed(Version version) throws IOException {
        subscribe(clients.resume(version, "a", 0), "~", 2).disconnect();
        clients.publish("~", "x");
        PacketClient publisher = clients.connect(version);
        publisher
                .send("34 {<~> 0001; 'y'}")
                .expect("50 {0001}")
                .send("62 {0001}")
                .expect("70 {0001}");
        clients.resume(version, "b", 0).expectNothingElse();
        clients.resume(version, "a", 1)
                .expectInAnyOrder("32 {<~> 0001; 'x'}", "34 {<~> 0002; 'y'}")
                .expectNothingElse();
    }

    @Clause({"MQTT-3.1.2-6", "MQTT-3.2.2-3", "MQTT3-3.1.2-4", "MQTT3-3.2.2-3"})
    @ParameterizedTest
    @EnumSource
    void aSessionIsMadeWhereThereIsNone(Version version) throws IOException {
        subscribe(clients.resume(version, "a", 0), "~", 1);
        clients.publish("~", "x");
        clients.resume(version, "a", 1).expect("3a {<~> 0001; 'x'}");
    }

    @Clause({"MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2", "MQTT3-3.1.2-6", "MQTT3-3.1.4-3", "MQTT3-3.2.2-1"})
    @ParameterizedTest
    @EnumSource
    void aCleanStartDropsTheSession(Version version) throws IOException {
        subscribe(clients.resume(version, "a", 0), "~", 1).disconnect();
        clients.publish("~", "for the old session");
        PacketClient clean = clients.connect(version, "a").expectNothingElse();
        clients.publish("~", "for nobody");
        clean.expectNothingElse().disconnect();
        clients.resume(version, "a", 0).expectNothingElse();
    }

    /** Of the session of a clean connection nothing is found later. */
    @Clause("MQTT3-3.1.2-6")
    @Test
    void aCleanSessionLastsAsLongAsItsConnection() throws IOException {
        subscribe(clients.connect(V3_1_1, "a"), "~", 1).disconnect();
        clients.publish("~", "x");
        clients.resume(V3_1_1, "a", 0).expectNothingElse();
    }

    @Clause("MQTT3-3.1.2-7")
    @Test
    void whatIsRetainedIsNotOfTheSession() throws IOException {
        PacketClient publisher = clients.connect(V3_1_1, "a");
        publisher.send("33 {<~> 0001 'x'}").expect("40 {0001}").disconnect();
        clients.connect(V3_1_1, "a").disconnect();
        PacketClient subscriber = clients.subscriber(V3_1_1, "~", 0).expect("31 {<~> 'x'}");
        subscriber.send("31 {<~>}").expect("30 {<~>}");
    }

    /** In the order of identifier, will, user name and password. */
    @Clause({"MQTT-3.1.3-1", "MQTT-3.1.2-17", "MQTT-3.1.2-19", "MQTT3-3.1.3-1", "MQTT3-3.1.2-19", "MQTT3-3.1.2-21"})
    @ParameterizedTest
    @EnumSource
    void allFieldsOfThePayload(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 1);
        PacketClient client = clients.open(version)
                .send("10 {<MQTT> " + version.level + "ce 0000; <~id>; <~/w> <message> <user> <password>}");
        client.expectConnAck("00 00");
        client.close();
        subscriber.expect("32 {<~/w> 0001; 'message'}");
        clients.resume(version, "id", 0);
    }

    @Clause({"MQTT-3.1.3-5", "MQTT3-3.1.3-5"})
    @ParameterizedTest
    @EnumSource
    void identifiersOfOneTo23LettersAndDigits(Version version) throws IOException {
        String allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (String id :
                new String[] {"0", allowed.substring(0, 23), allowed.substring(23, 46), allowed.substring(39)}) {
            PacketClient client = clients.open(version).send("10 {<MQTT> " + version.level + "02 0000; <" + id + ">}");
            client.expectConnAck("00 00");
            client.disconnect();
        }
    }

    /** It is told, new each time, and names a session like any other. */
    @Clause({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    @Test
    void anEmptyIdentifierGetsOneAssigned() throws IOException {
        List<String> assigned = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {11 00000e10} <>}");
            byte[] properties = client.expectConnAck("00 00");
            assertTrue(has(properties, 0x12));
            String all = new String(properties, StandardCharsets.ISO_8859_1);
            int at = all.indexOf((char) 0x12, 0);
            while (properties[at + 1] != 0) at = all.indexOf((char) 0x12, at + 1);
            assigned.add(all.substring(at + 3, at + 3 + properties[at + 2]));
            client.disconnect();
        }
        assertNotEquals(assigned.get(0), assigned.get(1));
        for (String id : assigned) {
            PacketClient again = clients.open(V5).send("10 {<MQTT> 05 00 0000 {11 00000000} <" + id + ">}");
            again.expectConnAck("01 00");
        }
    }

    /** Two clients without one are two clients. */
    @Clause("MQTT3-3.1.3-6")
    @Test
    void anEmptyIdentifierIsUniqueIn3_1_1() throws IOException {
        PacketClient first =
                clients.open(V3_1_1).send("10 {<MQTT> 04 02 0000 <>}").expect("20 {00 00}");
        PacketClient second =
                clients.open(V3_1_1).send("10 {<MQTT> 04 02 0000 <>}").expect("20 {00 00}");
        first.expectNothingElse();
        second.expectNothingElse();
    }

    @Clause({"MQTT-3.1.4-3", "MQTT3-3.1.4-2"})
    @ParameterizedTest
    @EnumSource
    void aClientThatIsConnectedIsTakenOver(Version version) throws IOException {
        PacketClient first = clients.connect(version, "a");
        PacketClient other = clients.connect(version, "b");
        clients.connect(version, "a").expectNothingElse();
        first.expectRefused("8e");
        other.expectNothingElse();
    }

    /** As if the network had failed: the will is published. A ping begins the time again. */
    @Clause({"MQTT-3.1.2-22", "MQTT-3.2.2-22", "MQTT3-3.1.2-24"})
    @ParameterizedTest
    @EnumSource
    void silenceOfOneAndAHalfKeepAlivesEndsTheConnection(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 0);
        PacketClient client = clients.open(version).send("10 {<MQTT> " + version.level + "06 0001; <~>; <~/w> <gone>}");
        assertFalse(has(client.expectConnAck("00 00"), SERVER_KEEP_ALIVE));
        client.expectSilence(800).expectNothingElse();
        long before = System.nanoTime();
        client.expectRefused("8d");
        long millis = (System.nanoTime() - before) / 1_000_000;
        assertTrue(millis > 1400 && millis < 3000, "after " + millis + " ms");
        subscriber.expect("30 {<~/w>; 'gone'}");
    }

    /** What is too large is as good as delivered: the window goes on, and it does not come again. */
    @Clause({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    @Test
    void nothingLargerThanTheClientTakesIsSent() throws IOException {
        String connect = "10 {<MQTT> 05 00 0000 {11 00000e10 21 0001 27 00000040} <~a>}";
        PacketClient subscriber = clients.open(V5).send(connect);
        subscriber.expectConnAck("00 00");
        subscribe(subscriber, "~", 2);
        clients.publish("~", "x".repeat(64));
        PacketClient publisher = clients.connect(V5)
                .send("34 {<~> 0001; '" + "y".repeat(64) + "'}")
                .expect("50 {0001}");
        publisher.send("30 {<~>; '" + "z".repeat(64) + "'}").expectNothingElse();
        clients.publish("~", "small");
        subscriber.expectBeginning("32").expectNothingElse();
        subscriber.disconnect();
        PacketClient again = clients.open(V5).send(connect);
        again.expectConnAck("01 00");
        again.expectBeginning("3a").expectNothingElse();
    }

    /** The server sends no aliases, whatever the client takes. */
    @Clause({"MQTT-3.1.2-26", "MQTT-3.1.2-27", "MQTT-3.3.2-11"})
    @Test
    void noAliasAboveTheClientsMaximum() throws IOException {
        for (String properties : new String[] {"", "22 0000", "22 0001"}) {
            PacketClient subscriber = clients.open(V5).send("10 {<MQTT> 05 02 0000 {" + properties + "} <~>}");
            subscriber.expectConnAck("00 00");
            subscribe(subscriber, "~/+", 0);
            for (String topic : new String[] {"~/a", "~/b", "~/a", "~/b"}) {
                clients.publish(topic, "x");
                subscriber.expect("30 {<" + topic + ">; 'x'}");
            }
        }
    }

    /** No response information, no authentication method. */
    @Clause({"MQTT-3.1.2-28", "MQTT-4.12.0-6"})
    @Test
    void connackSaysNothingThatWasNotAskedFor() throws IOException {
        for (String properties : new String[] {"", "19 00"}) {
            PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {" + properties + "} <~>}");
            byte[] told = client.expectConnAck("00 00");
            assertFalse(has(told, 0x1a) || has(told, 0x15));
        }
    }

    @Clause("MQTT-3.1.2-29")
    @Test
    void noReasonStringsIfTheyAreUnwanted() throws IOException {
        PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {17 00} <~>}");
        client.expectConnAck("00 00");
        client.send("32 {<$SYS/x> 0001; 'x'}").expect("40 {0001 90}");
        client.send("34 {<$SYS/x> 0002; 'x'}").expect("50 {0002 90}");
        client.send("82 {0003; <$queue/#> 01}").expect("90 {0003; 8f}");
    }

    /** Every QoS is taken: there is no Maximum QoS to be told. */
    @Clause({"MQTT-3.2.2-9", "MQTT-3.2.2-10"})
    @Test
    void everyQosIsTaken() throws IOException {
        PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000; <~>}");
        assertFalse(has(client.expectConnAck("00 00"), 0x24));
        client.send("82 {0001; <~/0> 00 <~/1> 01 <~/2> 02}").expect("90 {0001; 00 01 02}");
        client.send("34 {<~/2> 0002; 'x'}").expectInAnyOrder("50 {0002}", "34 {<~/2> 0001; 'x'}");
    }
}
