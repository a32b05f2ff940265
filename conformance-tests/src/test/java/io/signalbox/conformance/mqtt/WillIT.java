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

/**
 * Wills (3.1.2.5 and 3.1.3 of both specifications).
 */
@ExtendWith(SharedBroker.class)
final class WillIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    /** A client with a will to {@code ~/w} of this QoS, retained or not. */
    private PacketClient withWill(Version version, int qos, boolean retained, String willProperties)
            throws IOException {
        String flags = String.format("%02x", 0x06 | qos << 3 | (retained ? 0x20 : 0));
        String properties = version.isV5() ? willProperties : "";
        PacketClient client = clients.open(version)
                .send("10 {<MQTT> " + version.level + flags + "0000; <~a> " + properties + "<~/w> <bye>}");
        client.expectConnAck("00 00");
        return client;
    }

    @Clause({
        "MQTT-3.1.2-7",
        "MQTT-3.1.2-8",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-12",
        "MQTT-3.1.2-14",
        "MQTT3-3.1.2-8",
        "MQTT3-3.1.2-9",
        "MQTT3-3.1.2-14",
        "MQTT3-3.1.2-16"
    })
    @ParameterizedTest
    @EnumSource
    void theWillOfALostConnectionIsPublishedWithItsQos(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 2);
        withWill(version, 0, false, "00").close();
        subscriber.expect("30 {<~/w>; 'bye'}");
        withWill(version, 1, false, "00").close();
        subscriber.expect("32 {<~/w> 0001; 'bye'}");
        withWill(version, 2, false, "00").close();
        subscriber.expect("34 {<~/w> 0002; 'bye'}").expectNothingElse();
        clients.subscriber(version, "~/w", 2).expectNothingElse();
    }

    @Clause({"MQTT-3.1.2-15", "MQTT3-3.1.2-17"})
    @ParameterizedTest
    @EnumSource
    void aWillIsRetainedIfItSaysSo(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 1);
        withWill(version, 1, true, "00").close();
        subscriber.expect("32 {<~/w> 0001; 'bye'}");
        clients.subscriber(version, "~/w", 1).expect("33 {<~/w> 0001; 'bye'}");
        PacketClient publisher = clients.connect(V3_1_1);
        publisher.send("33 {<~/w> 0001}").expect("40 {0001}");
    }

    /** A protocol error is no normal end. */
    @Clause({"MQTT-3.1.2-8", "MQTT3-3.1.2-8"})
    @ParameterizedTest
    @EnumSource
    void whoIsSentAwayLeavesItsWill(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 1);
        withWill(version, 1, false, "00").send("c1 00").expectRefused("81");
        subscriber.expect("32 {<~/w> 0001; 'bye'}");
    }

    @Clause({"MQTT-3.14.4-3", "MQTT-3.1.2-10", "MQTT3-3.14.4-3", "MQTT3-3.1.2-10"})
    @ParameterizedTest
    @EnumSource
    void aNormalDisconnectDropsTheWill(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 1);
        withWill(version, 1, false, "00").disconnect();
        clients.publish("~/w", "after it");
        subscriber.expect("32 {<~/w> 0001; 'after it'}").expectNothingElse();
    }

    /** Published once, it does not come with the next end of a connection. */
    @Clause({"MQTT-3.1.2-10", "MQTT3-3.1.2-10", "MQTT3-3.1.2-12"})
    @ParameterizedTest
    @EnumSource
    void whatWasPublishedIsNoWillAnyMore(Version version) throws IOException {
        PacketClient subscriber = clients.subscriber(version, "~/w", 1);
        withWill(version, 1, false, "00").close();
        subscriber.expect("32 {<~/w> 0001; 'bye'}");
        PacketClient again = clients.connect(version, "a");
        clients.connect(version, "a").send("c1 00").expectRefused("81"); // takes it over, and is lost as well
        again.expectRefused("8e");
        clients.publish("~/w", "after it");
        subscriber.expect("32 {<~/w> 0002; 'after it'}").expectNothingElse();
    }

    @Clause({"MQTT-3.1.2-9", "MQTT-3.1.3-10"})
    @Test
    void aWillHasPropertiesThatKeepTheirOrder() throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~/w", 0);
        String properties = "{26 <b> <1> 26 <a> <2> 01 01 26 <b> <1> 03 <text> 08 <~/answers> 09 0002 00ff}";
        withWill(V5, 0, false, properties).close();
        subscriber.expect("30 {<~/w> " + properties + "'bye'}");
    }

    /** Not before, and not when the client is back in time. */
    @Clause({"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
    @Test
    void aWillIsPublishedAfterItsDelay() throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~/w", 0);
        String connect = "10 {<MQTT> 05 04 0000 {11 00000e10} <~b> {18 00000001} <~/w> <bye>}";
        PacketClient first = clients.open(V5).send(connect);
        first.expectConnAck("00 00");
        first.close();
        PacketClient back = clients.open(V5).send(connect);
        back.expectConnAck("01 00");
        subscriber.expectSilence(1300);
        back.close();
        subscriber.expectSilence(700).expect("30 {<~/w>; 'bye'}").expectNothingElse();
    }

    @Clause("MQTT-3.1.2-8")
    @Test
    void aWillIsPublishedWhenItsSessionEndsBeforeItsDelay() throws IOException {
        PacketClient subscriber = clients.subscriber(V5, "~/w", 0);
        PacketClient client =
                clients.open(V5).send("10 {<MQTT> 05 06 0000 {11 00000001} <~c> {18 00000e10} <~/w> <bye>}");
        client.expectConnAck("00 00");
        client.close();
        subscriber.expectSilence(700).expect("30 {<~/w>; 'bye'}").expectNothingElse();
    }
}
