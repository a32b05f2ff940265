package io.signalbox.conformance.mqtt;

import static io.signalbox.conformance.mqtt.PacketClients.subscribe;
import static io.signalbox.conformance.mqtt.Version.V3_1_1;
import static io.signalbox.conformance.mqtt.Version.V5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocols of QoS 1 and 2, what is sent again, and flow control (4.3, 4.4 and 4.9 of both specifications).
 */
@ExtendWith(SharedBroker.class)
final class DeliveryIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    private PacketClient kept(Version version, int qos) throws IOException {
        return subscribe(clients.resume(version, "a", 0), "~", qos);
    }

    /** Publishes at QoS 2 from a client of its own. */
    private void publishOnce(String payload) throws IOException {
        try (PacketClient publisher = clients.connect(V3_1_1)) {
            publisher
                    .send("34 {<~> 0001 '" + payload + "'}")
                    .expect("50 {0001}")
                    .send("62 {0001}")
                    .expect("70 {0001}");
        }
    }

    /** Each has an identifier of its own until it is acknowledged, and then it is free. */
    @Clause({"MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-2.2.1-4", "MQTT3-4.3.2-1", "MQTT3-2.3.1-4"})
    @ParameterizedTest
    @EnumSource
    void qos1TakesAFreeIdentifier(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 1);
        Set<Integer> inUse = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            clients.publish("~", "x");
            byte[] packet = subscriber.receive();
            assertEquals(0x32, packet[0]);
            int id = identifier(packet);
            assertTrue(id > 0 && inUse.add(id), () -> id + " is in use: " + inUse);
            if (i % 3 == 0) {
                subscriber.send(String.format("40 {%04x}", id));
                inUse.remove(id);
            }
        }
    }

    private int identifier(byte[] publish) {
        int at = 4 + clients.name().length();
        return (publish[at] & 0xFF) << 8 | publish[at + 1] & 0xFF;
    }

    @Clause({
        "MQTT-4.3.2-3",
        "MQTT-4.4.0-1",
        "MQTT-3.3.1-1",
        "MQTT3-4.3.2-1",
        "MQTT3-4.4.0-1",
        "MQTT3-3.3.1-1",
        "MQTT3-2.3.1-4"
    })
    @ParameterizedTest
    @EnumSource
    void qos1IsUnacknowledgedUntilPuback(Version version) throws IOException {
        PacketClient first = kept(version, 1);
        for (String payload : new String[] {"1", "2", "3"}) clients.publish("~", payload);
        first.expect("32 {<~> 0001; '1'}").expect("32 {<~> 0002; '2'}").expect("32 {<~> 0003; '3'}");
        first.send("40 {0002}").expectNothingElse().disconnect();
        PacketClient second = clients.resume(version, "a", 1);
        second.expect("3a {<~> 0001; '1'}").expect("3a {<~> 0003; '3'}");
        second.send("40 {0001}").expectNothingElse().disconnect();
        PacketClient third = clients.resume(version, "a", 1).expect("3a {<~> 0003; '3'}");
        third.send("40 {0003}").expectNothingElse().disconnect();
        clients.resume(version, "a", 1).expectNothingElse();
    }

    @Clause({"MQTT-4.3.2-4", "MQTT-4.3.2-5", "MQTT3-4.3.2-2"})
    @ParameterizedTest
    @EnumSource
    void afterPubackTheIdentifierIsANewMessages(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 0);
        PacketClient publisher = clients.connect(version);
        publisher
                .send("32 {<~> 0007; 'x'}")
                .expect("40 {0007}")
                .send("3a {<~> 0007; 'x'}")
                .expect("40 {0007}");
        subscriber.expect("30 {<~>; 'x'}").expect("30 {<~>; 'x'}").expectNothingElse();
    }

    /** PUBREC, PUBREL, PUBCOMP with the identifier of the PUBLISH; another message has another one. */
    @Clause({"MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-4.3.3-4", "MQTT-2.2.1-5", "MQTT3-4.3.3-1", "MQTT3-2.3.1-6"})
    @ParameterizedTest
    @EnumSource
    void qos2GoesInFourSteps(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 2);
        publishOnce("1");
        subscriber.expect("34 {<~> 0001; '1'}");
        publishOnce("2");
        subscriber.expect("34 {<~> 0002; '2'}");
        subscriber.send("50 {0002}").expect("62 {0002}").send("50 {0001}").expect("62 {0001}");
        publishOnce("3");
        subscriber.expect("34 {<~> 0003; '3'}"); // 1 and 2 are in use until PUBCOMP
        subscriber
                .send("70 {0001} 70 {0002} 50 {0003}")
                .expect("62 {0003}")
                .send("70 {0003}")
                .expectNothingElse();
    }

    @Clause({
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-4.4.0-1",
        "MQTT-3.3.1-1",
        "MQTT3-4.3.3-1",
        "MQTT3-4.4.0-1"
    })
    @ParameterizedTest
    @EnumSource
    void qos2ComesAgainAsPublishUntilPubrecAndAsPubrelUntilPubcomp(Version version) throws IOException {
        PacketClient first = kept(version, 2);
        publishOnce("1");
        publishOnce("2");
        first.expect("34 {<~> 0001; '1'}").expect("34 {<~> 0002; '2'}");
        first.send("50 {0001}").expect("62 {0001}").disconnect();
        for (int i = 0; i < 2; i++) {
            PacketClient again = clients.resume(version, "a", 1);
            again.expect("62 {0001}")
                    .expect("3c {<~> 0002; '2'}")
                    .expectNothingElse()
                    .disconnect();
        }
        PacketClient last = clients.resume(version, "a", 1);
        last.expect("62 {0001}")
                .expect("3c {<~> 0002; '2'}")
                .send("70 {0001} 50 {0002}")
                .expect("62 {0002}");
        last.send("70 {0002}").expectNothingElse().disconnect();
        clients.resume(version, "a", 1).expectNothingElse();
    }

    /** Only a new connection makes the broker send something again: not time, not other packets. */
    @Clause("MQTT-4.4.0-1")
    @ParameterizedTest
    @EnumSource
    void nothingIsSentAgainOnTheSameConnection(Version version) throws IOException {
        PacketClient subscriber = kept(version, 2);
        clients.publish("~", "1");
        publishOnce("2");
        subscriber.expectInAnyOrder("32 {<~> 0001; '1'}", "34 {<~> 0002; '2'}");
        subscriber.expectSilence(1000);
        subscribe(subscriber, "~/other", 1).expectNothingElse();
    }

    @Clause({
        "MQTT-4.3.3-8",
        "MQTT-4.3.3-10",
        "MQTT-4.3.3-11",
        "MQTT-4.3.3-12",
        "MQTT-2.2.1-5",
        "MQTT3-4.3.3-2",
        "MQTT3-2.3.1-6"
    })
    @ParameterizedTest
    @EnumSource
    void aQos2IdentifierIsOneMessageUntilPubcomp(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 0);
        PacketClient publisher = clients.resume(version, "p", 0);
        for (int i = 0; i < 2; i++) {
            publisher.send("34 {<~> 0007; 'x'}").expect("50 {0007}");
            publisher
                    .send("3c {<~> 0007; 'x'}")
                    .expect("50 {0007}")
                    .send("34 {<~> 0007; 'x'}")
                    .expect("50 {0007}");
            publisher.disconnect();
            publisher = clients.resume(version, "p", 1);
            publisher.send("3c {<~> 0007; 'x'}").expect("50 {0007}");
            subscriber.expect("30 {<~>; 'x'}").expectNothingElse();
            publisher.send("62 {0007}").expect("70 {0007}");
        }
    }

    @Clause("MQTT-4.3.3-9")
    @Test
    void afterARefusingPubrecTheIdentifierIsANewMessages() throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~", 0);
        PacketClient publisher = clients.connect(V5);
        publisher.send("34 {<$SYS/~> 0007; 'x'}").expectBeginning("50 26 0007 90");
        publisher.send("34 {<~> 0007; 'y'}").expect("50 {0007}");
        subscriber.expect("30 {<~>; 'y'}");
    }

    /** Once it was sent it does not expire, whatever becomes of the connection. */
    @Clause("MQTT-4.3.3-7")
    @Test
    void whatWasSentAtQos2DoesNotExpire() throws IOException {
        PacketClient subscriber = kept(V5, 2);
        PacketClient publisher =
                clients.connect(V5).send("34 {<~> 0001 {02 00000001} 'x'}").expect("50 {0001}");
        subscriber.expect("34 {<~> 0001 {02 00000001} 'x'}").disconnect();
        publisher.expectSilence(1200);
        PacketClient again = clients.resume(V5, "a", 1);
        again.expectBeginning("3c")
                .send("50 {0001}")
                .expect("62 {0001}")
                .send("70 {0001}")
                .expectNothingElse();
    }

    /** The publisher's side goes on, and nobody gets what has expired. */
    @Clause({"MQTT-4.3.3-13", "MQTT-3.3.2-5"})
    @Test
    void theExchangeGoesOnAfterExpiry() throws IOException {
        kept(V5, 2).disconnect();
        PacketClient publisher =
                clients.connect(V5).send("34 {<~> 0001 {02 00000001} 'x'}").expect("50 {0001}");
        publisher.expectSilence(1200);
        publisher.send("3c {<~> 0001 {02 00000001} 'x'}").expect("50 {0001}");
        publisher.send("62 {0001}").expect("70 {0001}");
        clients.resume(V5, "a", 1).expectNothingElse();
    }

    @Clause("MQTT-4.4.0-2")
    @Test
    void aRefusingAnswerIsTheEndOfAMessage() throws IOException {
        PacketClient subscriber = kept(V5, 2);
        clients.publish("~", "1");
        publishOnce("2");
        clients.publish("~", "3");
        subscriber.expectInAnyOrder("32 {<~> 0001; '1'}", "34 {<~> 0002; '2'}", "32 {<~> 0003; '3'}");
        subscriber
                .send("40 {0001 80} 50 {0002 97} 40 {0003 87}")
                .expectNothingElse()
                .disconnect();
        clients.resume(V5, "a", 1).expectNothingElse();
    }

    /** No more than the client takes, and one more for each that is through; all else flows. */
    @Clause({"MQTT-3.3.4-9", "MQTT-3.3.4-10", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    @Test
    void theReceiveMaximumIsKeptAndNothingElseWaits() throws IOException {
        PacketClient subscriber = clients.open(V5).send("10 {<MQTT> 05 02 0000 {21 0002} <~>}");
        subscriber.expectConnAck("00 00");
        subscribe(subscriber, "~", 2);
        for (String payload : new String[] {"1", "2", "3"}) clients.publish("~", payload);
        publishOnce("4");
        subscriber.expect("32 {<~> 0001; '1'}").expect("32 {<~> 0002; '2'}").expectNothingElse();
        subscriber
                .send("82 {0009; <~/more> 00}")
                .expect("90 {0009; 00}")
                .send("a2 {000a; <~/more>}")
                .expect("b0 {000a; 00}");
        subscriber.send("32 {<~/other> 000b; 'x'}").expect("40 {000b 10}");
        subscriber.send("40 {0002}").expect("32 {<~> 0003; '3'}").expectNothingElse();
        subscriber.send("40 {0003}").expect("34 {<~> 0004; '4'}").expectNothingElse();
        clients.publish("~", "5");
        subscriber.send("50 {0004}").expect("62 {0004}").expectNothingElse(); // until PUBCOMP
        subscriber.send("70 {0004}").expectBeginning("32").expectNothingElse();
    }

    /** Of those that a client sends it hears in the order in which they came. */
    @Clause("MQTT3-4.6.0-6")
    @ParameterizedTest
    @EnumSource
    void answersAreInOrder(Version version) throws IOException {
        clients.subscriber(version, "~", 0);
        StringBuilder all = new StringBuilder();
        for (int i = 1; i <= 100; i++) all.append(String.format("%s {<~> %04x; 'x'}", i % 2 == 0 ? "32" : "34", i));
        PacketClient publisher = clients.connect(version).send(all.toString());
        for (int i = 1; i <= 100; i++) publisher.expect(String.format("%s {%04x}", i % 2 == 0 ? "40" : "50", i));
    }
}
