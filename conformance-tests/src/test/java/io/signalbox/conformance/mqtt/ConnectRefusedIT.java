package io.signalbox.conformance.mqtt;

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
 * CONNECTs that are refused (3.1 and 3.2 of both specifications). What follows the CONNECT is not looked at, and no
 * DISCONNECT is sent.
 */
@ExtendWith(SharedBroker.class)
final class ConnectRefusedIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    /** Closed without an answer. */
    private void closed(Version version, String connect) throws IOException {
        clients.open(version).send(connect + "c0 00").expectClosed();
    }

    private void refused(Version version, String connect, String code) throws IOException {
        PacketClient client = clients.open(version).send(connect + "c0 00");
        client.expectConnAck("00 " + code);
        client.expectClosed();
    }

    /** 3.1.1 has no code for what is malformed; 5.0 may say it. */
    private void malformed(Version version, String connect) throws IOException {
        if (version.isV5()) {
            refused(version, connect, "81");
        } else {
            closed(version, connect);
        }
    }

    /** A CONNECT with these flags and this payload. */
    private static String connect(Version version, String flags, String payload) {
        return "10 {<MQTT> " + version.level + flags + "0000;" + payload + "}";
    }

    @Clause({"MQTT-3.1.0-1", "MQTT3-3.1.0-1"})
    @ParameterizedTest
    @ValueSource(strings = {"c0 00", "30 {<~>; 'x'}", "82 {0001; <~> 00}", "e0 00", "20 {0000;}"})
    void connectComesFirst(String packet) throws IOException {
        closed(V5, packet);
        closed(V3_1_1, packet);
    }

    @Clause({"MQTT-3.1.2-1", "MQTT3-3.1.2-1"})
    @ParameterizedTest
    @EnumSource
    void anotherProtocolIsNotSpoken(Version version) throws IOException {
        for (String name : new String[] {"mqtt", "MQTTX", "AMQP", ""}) {
            closed(version, "10 {<" + name + ">" + version.level + " 02 0000; <~>}");
        }
    }

    @Clause({"MQTT-3.1.2-2", "MQTT3-3.1.2-2", "MQTT3-3.2.2-4", "MQTT3-3.2.2-5"})
    @Test
    void anotherLevelIsAnsweredWithUnacceptableProtocolLevel() throws IOException {
        for (String level : new String[] {"00", "02", "06", "7f"}) {
            PacketClient client = clients.open(V3_1_1).send("10 {<MQTT> " + level + " 02 0000 <~>} c0 00");
            client.expect("20 {00 01}").expectClosed();
        }
    }

    @Clause({"MQTT-3.1.2-3", "MQTT-2.1.3-1", "MQTT-3.1.4-1", "MQTT3-3.1.2-3", "MQTT3-3.1.4-1", "MQTT3-2.2.2-2"})
    @ParameterizedTest
    @EnumSource
    void reservedBitsAreZero(Version version) throws IOException {
        malformed(version, connect(version, "03", "<~>"));
        closed(version, "11 {<MQTT> " + version.level + "02 0000; <~>}");
    }

    @Clause({
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-12",
        "MQTT-3.1.2-13",
        "MQTT3-3.1.2-11",
        "MQTT3-3.1.2-13",
        "MQTT3-3.1.2-14",
        "MQTT3-3.1.2-15"
    })
    @ParameterizedTest
    @EnumSource
    void whatTheFlagsSayOfAWill(Version version) throws IOException {
        malformed(version, connect(version, "0a", "<~>")); // QoS 1 of no will
        malformed(version, connect(version, "12", "<~>"));
        malformed(version, connect(version, "22", "<~>")); // no will, retained
        malformed(version, connect(version, "02", "<~>; <~/w> <x>")); // a will without its flag
        malformed(version, connect(version, "1e", "<~>; <~/w> <x>")); // QoS 3
    }

    @Clause({"MQTT-3.1.2-9", "MQTT-3.1.3-11", "MQTT3-3.1.2-9", "MQTT3-3.1.3-10"})
    @ParameterizedTest
    @EnumSource
    void aWillHasATopicAndAMessage(Version version) throws IOException {
        malformed(version, connect(version, "06", "<~>"));
        malformed(version, connect(version, "06", "<~>; <~/w>"));
        malformed(version, connect(version, "06", "<~>; 0002 c328 <x>"));
        malformed(version, connect(version, "06", "<~>; 0001 00 <x>"));
    }

    @Clause({
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.3-12",
        "MQTT3-3.1.2-18",
        "MQTT3-3.1.2-19",
        "MQTT3-3.1.2-20",
        "MQTT3-3.1.2-21",
        "MQTT3-3.1.3-11"
    })
    @ParameterizedTest
    @EnumSource
    void userNameAndPasswordAreThereIfTheirFlagsAre(Version version) throws IOException {
        malformed(version, connect(version, "02", "<~> <user>"));
        malformed(version, connect(version, "82", "<~>"));
        malformed(version, connect(version, "82", "<~> <user> <password>"));
        malformed(version, connect(version, "c2", "<~> <user>"));
        malformed(version, connect(version, "82", "<~> 0003 eda080"));
    }

    @Clause("MQTT3-3.1.2-22")
    @Test
    void noPasswordWithoutAUserNameIn3_1_1() throws IOException {
        closed(V3_1_1, connect(V3_1_1, "42", "<~> <password>"));
    }

    @Clause({"MQTT-3.1.3-3", "MQTT-3.1.3-4", "MQTT3-3.1.3-3", "MQTT3-3.1.3-4"})
    @ParameterizedTest
    @EnumSource
    void theClientIdentifierIsThereAndUtf8(Version version) throws IOException {
        malformed(version, connect(version, "02", ""));
        malformed(version, connect(version, "02", "0001 ff"));
        malformed(version, connect(version, "02", "0003 eda080"));
        malformed(version, connect(version, "02", "0001 00"));
    }

    @Clause({"MQTT-3.1.3-8", "MQTT-3.2.2-7", "MQTT-4.13.2-1", "MQTT3-3.1.3-9", "MQTT3-3.2.2-5"})
    @ParameterizedTest
    @EnumSource
    void aClientIdentifierOfMoreThan256CharactersIsRejected(Version version) throws IOException {
        refused(version, connect(version, "02", "<" + "x".repeat(257) + ">"), version.isV5() ? "85" : "02");
    }

    @Clause({"MQTT3-3.1.3-8", "MQTT3-3.2.2-4", "MQTT3-3.2.2-5"})
    @Test
    void noClientIdentifierWithoutCleanSessionIsRejectedIn3_1_1() throws IOException {
        refused(V3_1_1, connect(V3_1_1, "00", "<>"), "02");
    }

    /** Even where there is a session; and nothing is changed by what is refused. */
    @Clause({"MQTT-3.2.2-6", "MQTT-3.2.2-7", "MQTT-3.2.2-8", "MQTT-4.12.0-1", "MQTT-4.12.0-4", "MQTT-3.14.0-1"})
    @Test
    void anAuthenticationMethodIsRefused() throws IOException {
        clients.resume(V5, "a", 0).disconnect();
        refused(V5, "10 {<MQTT> 05 00 0000 {15 <SCRAM-SHA-256>} <~a>}", "8c");
        clients.resume(V5, "a", 1);
    }

    @Clause("MQTT3-3.2.2-4")
    @Test
    void aRefusalHasNoSessionIn3_1_1() throws IOException {
        clients.resume(V3_1_1, "a", 0).disconnect();
        clients.open(V3_1_1)
                .send("10 {<MQTT> 06 00 0000 <~a>}")
                .expect("20 {00 01}")
                .expectClosed();
        clients.resume(V3_1_1, "a", 1);
    }

    /** A will to the server's own topics has no return code in 3.1.1. */
    @Clause("MQTT3-3.2.2-6")
    @Test
    void whatHasNoReturnCodeIsClosedWithoutConnack() throws IOException {
        closed(V3_1_1, connect(V3_1_1, "06", "<~> <$SYS/x> <x>"));
        refused(V5, connect(V5, "06", "<~>; <$SYS/x> <x>"), "90");
    }

    @Clause({"MQTT-3.2.2-8", "MQTT-3.14.0-1"})
    @Test
    void eachRefusalHasACodeOfConnack() throws IOException {
        refused(V5, "10 {<MQTT> 05 02 0000 {21 0000} <~>}", "82");
        refused(V5, "10 {<MQTT> 05 02 0000 {27 00000000} <~>}", "82");
        refused(V5, "10 {<MQTT> 05 02 0000 {23 0001 23 0001} <~>}", "81");
        refused(V5, connect(V5, "06", "<~>; <~/#> <x>"), "90");
    }

    @Clause({"MQTT-3.1.4-6", "MQTT3-3.1.4-5"})
    @ParameterizedTest
    @EnumSource
    void whatFollowsARefusedConnectIsNotProcessed(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~", 1);
        String connect = connect(version, "02", "<" + "x".repeat(257) + ">");
        refused(version, connect + "30 {<~>; 'x'} 32 {<~> 0001; 'x'}", version.isV5() ? "85" : "02");
        clients.publish("~", "y");
        subscriber.expect("32 {<~> 0001; 'y'}").expectNothingElse();
    }

    /** Nothing can be sent before CONNACK, so who does not take ours is not let in. */
    @Clause({"MQTT-3.2.0-1", "MQTT-3.1.2-24"})
    @Test
    void whoTakesNoConnackIsRefused() throws IOException {
        for (String maximum : new String[] {"00000005", "00000013"}) {
            clients.open(V5)
                    .send("10 {<MQTT> 05 02 0000 {27" + maximum + "} <~>} c0 00")
                    .expect("20 {00 95;}")
                    .expectClosed();
        }
        clients.open(V5).send("10 {<MQTT> 05 02 0000 {27 00000004} <~>} c0 00").expectClosed();
    }

    /** The reason string would make CONNACK larger than the client takes. */
    @Clause("MQTT-3.2.2-19")
    @Test
    void connackWithoutAReasonStringWhereItWouldNotFit() throws IOException {
        clients.open(V5)
                .send("10 {<MQTT> 05 02 0000 {15 <X> 27 00000014} <~>}")
                .expect("20 {00 8c;}")
                .expectClosed();
    }
}
