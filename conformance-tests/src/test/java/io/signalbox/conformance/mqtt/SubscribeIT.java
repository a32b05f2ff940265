package io.signalbox.conformance.mqtt;

import static io.signalbox.conformance.mqtt.PacketClients.subscribe;
import static io.signalbox.conformance.mqtt.Version.V5;
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
 * SUBSCRIBE, UNSUBSCRIBE and their answers (3.8 to 3.11 of both specifications).
 */
@ExtendWith(SharedBroker.class)
final class SubscribeIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    @Clause({
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-5",
        "MQTT-3.8.4-6",
        "MQTT-3.8.4-7",
        "MQTT-3.9.3-1",
        "MQTT-2.2.1-6",
        "MQTT-2.2.2-1",
        "MQTT3-3.8.4-1",
        "MQTT3-3.8.4-2",
        "MQTT3-3.8.4-4",
        "MQTT3-3.8.4-5",
        "MQTT3-3.9.3-1",
        "MQTT3-2.3.1-7"
    })
    @ParameterizedTest
    @EnumSource
    void eachFilterIsAnsweredInItsPlace(Version version) throws IOException {
        PacketClient client = clients.connect(version);
        client.send("82 {1234; <~/b> 02 <~/c> 00 <~/a> 01}")
                .expect("90 {1234; 02 00 01}")
                .expectNothingElse();
        client.send("82 {ffff; <~/d> 01}").expect("90 {ffff; 01}").expectNothingElse();
        clients.publish("~/a", "x");
        client.expect("32 {<~/a> 0001; 'x'}");
        clients.publish("~/c", "x");
        client.expect("30 {<~/c>; 'x'}").expectNothingElse();
    }

    /** One after the other: the same filter twice is the second. */
    @Clause({"MQTT-3.8.4-5", "MQTT3-3.8.4-4"})
    @ParameterizedTest
    @EnumSource
    void manyFiltersAreASequence(Version version) throws IOException {
        PacketClient client =
                clients.connect(version).send("82 {0001; <~> 01 <~> 00}").expect("90 {0001; 01 00}");
        clients.publish("~", "x");
        client.expect("30 {<~>; 'x'}").expectNothingElse();
        client.send("a2 {0002; <~> <~>}").expectUnsubAck("0002", "00 11");
    }

    /** An answer that is larger than the client takes cannot be sent; so the client hears that, and does not wait for it. */
    @Clause("MQTT-3.1.2-24")
    @Test
    void whoTakesNoAnswerOfThatSizeIsSentAway() throws IOException {
        for (String request :
                new String[] {"82 {0001;" + "<~> 00".repeat(16) + "}", "a2 {0001;" + "<~>".repeat(16) + "}"}) {
            PacketClient client = clients.open(V5).send("10 {<MQTT> 05 02 0000 {27 00000014} <~>}");
            client.expectConnAck("00 00");
            client.send(request).expectRefused("95");
        }
    }

    /** A filter that the server does not take, among others. */
    @Clause({"MQTT-3.8.4-7", "MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT3-3.8.4-5", "MQTT3-3.9.3-2"})
    @ParameterizedTest
    @EnumSource
    void aFilterThatIsNotTakenIsAFailureInItsPlace(Version version) throws IOException {
        PacketClient client = clients.connect(version);
        client.send("82 {0001; <~> 01 <$queue/#> 01 <~/b> 02}");
        client.expectSubAck("0001", version.isV5() ? "01 8f 02" : "01 80 02");
        clients.publish("~", "x");
        client.expect("32 {<~> 0001; 'x'}");
    }

    @Clause({"MQTT-3.8.4-3", "MQTT-3.8.4-4", "MQTT3-3.8.4-3"})
    @ParameterizedTest
    @EnumSource
    void theSameFilterAgainReplacesTheSubscription(Version version) throws IOException {
        PacketClient client = subscribe(clients.subscriber(version, "~", 2), "~", 0);
        clients.publish("~", "1");
        client.expect("30 {<~>; '1'}").expectNothingElse();
        subscribe(client, "~", 1);
        clients.publish("~", "2");
        client.expect("32 {<~> 0001; '2'}").expectNothingElse();
        client.send("a2 {0001; <~>}").expectUnsubAck("0001", "00");
        clients.publish("~", "3");
        client.expectNothingElse();
    }

    /** With its options and its identifier. */
    @Clause("MQTT-3.8.4-3")
    @Test
    void theNewSubscriptionHasTheNewIdentifier() throws IOException {
        PacketClient client = clients.connect(V5);
        client.send("82 {0001 {0b 07} <~> 01}").expect("90 {0001; 01}");
        client.send("82 {0001 {0b 08} <~> 01}").expect("90 {0001; 01}");
        clients.publish("~", "1");
        client.expect("32 {<~> 0001 {0b 08} '1'}");
        client.send("82 {0001; <~> 01}").expect("90 {0001; 01}");
        clients.publish("~", "2");
        client.expect("32 {<~> 0002; '2'}").expectNothingElse();
    }

    /** While a publisher does not stop, the subscription is replaced again and again, and nothing is missing. */
    @Clause({"MQTT-3.8.4-4", "MQTT3-3.8.4-3"})
    @ParameterizedTest
    @EnumSource
    void nothingIsLostByReplacingASubscription(Version version) throws IOException {
        int messages = 200;
        PacketClient client = clients.subscriber(version, "~", 1);
        PacketClient publisher = clients.connect(version);
        for (int i = 1; i <= messages; i++) {
            publisher.send(String.format("32 {<~> %04x; '%04d'}", i, i));
            if (i % 10 == 0) client.send("82 {0001; <~> 0" + (1 + i / 10 % 2) + "}");
        }
        int next = 1;
        while (next <= messages) {
            byte[] packet = client.receive();
            if (packet[0] == (byte) 0x90) continue;
            String text = new String(packet, StandardCharsets.ISO_8859_1);
            assertTrue(text.endsWith(String.format("%04d", next)), next + " is missing before " + text);
            client.send("40 {" + String.format("%04x", next) + "}");
            next++;
        }
    }

    @Clause({"MQTT-3.8.4-8", "MQTT3-3.8.4-6"})
    @ParameterizedTest
    @EnumSource
    void theQosIsTheLesserOfPublicationAndGrant(Version version) throws IOException {
        for (int granted = 0; granted <= 2; granted++) {
            PacketClient subscriber = clients.subscriber(version, "~", granted);
            PacketClient publisher = clients.connect(version);
            publisher.send("30 {<~>; '0'}").expectNothingElse();
            publisher.send("32 {<~> 0001; '1'}").expect("40 {0001}");
            publisher.send("34 {<~> 0002; '2'}").expect("50 {0002}");
            List<String> expected = new ArrayList<>();
            int packetId = 0;
            for (int sent = 0; sent <= 2; sent++) {
                int qos = Math.min(sent, granted);
                String id = qos == 0 ? "" : String.format("%04x", ++packetId);
                expected.add(String.format("%02x", 0x30 | qos << 1) + "{<~>" + id + "; '" + sent + "'}");
            }
            subscriber.expectInAnyOrder(expected.toArray(new String[0])).expectNothingElse();
            subscriber.disconnect();
        }
    }

    @Clause("MQTT-3.8.3-3")
    @Test
    void noLocalKeepsAClientsOwnMessagesFromIt() throws IOException {
        PacketClient client = clients.connect(V5).send("82 {0001; <~> 06}").expect("90 {0001; 02}");
        client.send("30 {<~>; '0'}").send("32 {<~> 0001; '1'}").expectBeginning("40");
        client.send("34 {<~> 0002; '2'}").expectBeginning("50");
        client.expectNothingElse();
        clients.publish("~", "other");
        client.expect("32 {<~> 0001; 'other'}");
    }

    /** Also over a later connection of the publishing client, which has the same identifier. */
    @Clause("MQTT-3.8.3-3")
    @Test
    void noLocalHoldsForTheClientAndNotForTheConnection() throws IOException {
        PacketClient first =
                clients.resume(V5, "a", 0).send("82 {0001; <~> 05}").expect("90 {0001; 01}");
        first.disconnect();
        PacketClient again = clients.resume(V5, "a", 1);
        again.send("32 {<~> 0001; 'own'}").expectBeginning("40");
        again.expectNothingElse();
    }

    @Clause({"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT3-3.10.4-1", "MQTT3-3.10.4-2"})
    @ParameterizedTest
    @EnumSource
    void onlyTheVeryFilterEndsItsSubscription(Version version) throws IOException {
        PacketClient client = clients.subscriber(version, "~/+", 1);
        for (String other : new String[] {"~/a", "~/#", "~/+/", "#"}) {
            client.send("a2 {0001; <" + other + ">}").expectUnsubAck("0001", "11");
        }
        clients.publish("~/a", "1");
        client.expect("32 {<~/a> 0001; '1'}");
        client.send("a2 {0001; <~/+>}").expectUnsubAck("0001", "00");
        clients.publish("~/a", "2");
        client.expectNothingElse();
    }

    @Clause({
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "MQTT-3.11.3-2",
        "MQTT-2.2.1-6",
        "MQTT3-3.10.4-4",
        "MQTT3-3.10.4-5",
        "MQTT3-3.10.4-6",
        "MQTT3-2.3.1-7"
    })
    @ParameterizedTest
    @EnumSource
    void unsubscribeIsAnsweredWhateverThereWas(Version version) throws IOException {
        PacketClient client = clients.connect(version);
        client.send("82 {0001; <~/a> 01 <~/c> 00}").expect("90 {0001; 01 00}");
        client.send("a2 {1234; <~/a> <~/b> <~/c> <~/d>}");
        client.expectUnsubAck("1234", "00 11 00 11").expectNothingElse();
        client.send("a2 {4321; <~/a>}").expectUnsubAck("4321", "11").expectNothingElse();
        clients.publish("~/a", "x");
        clients.publish("~/c", "x");
        client.expectNothingElse();
    }

    /** With both QoS, and what of them has not been acknowledged comes again. */
    @Clause({"MQTT-3.10.4-3", "MQTT3-3.10.4-3"})
    @ParameterizedTest
    @EnumSource
    void whatIsUnderWayIsCompletedAfterUnsubscribe(Version version) throws IOException {
        PacketClient client = subscribe(clients.resume(version, "a", 0), "~", 2);
        clients.publish("~", "1");
        PacketClient publisher =
                clients.connect(version).send("34 {<~> 0001; '2'}").expect("50 {0001}");
        client.expectInAnyOrder("32 {<~> 0001; '1'}", "34 {<~> 0002; '2'}");
        client.send("a2 {0001; <~>}").expectUnsubAck("0001", "00");
        publisher.send("32 {<~> 0003; 'for nobody'}").expectBeginning("40");
        client.send("50 {0002}").expect("62 {0002}").expectNothingElse().disconnect();
        PacketClient again = clients.resume(version, "a", 1);
        again.expectInAnyOrder("62 {0002}", "3a {<~> 0001; '1'}");
        again.send("70 {0002} 40 {0001}").expectNothingElse();
    }
}
