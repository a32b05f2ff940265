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
 * What breaks a rule of form ends the connection: in 5.0 with a DISCONNECT that says which kind it is, in 3.1.1 without a
 * word. A PINGREQ follows each, and is not answered any more.
 */
@ExtendWith(SharedBroker.class)
final class MalformedIT {

    private PacketClients clients;

    @BeforeEach
    void begin(BrokerUnderTest broker) {
        clients = new PacketClients(broker);
    }

    @AfterEach
    void end() throws IOException {
        clients.close();
    }

    private void refused(Version version, String packet, String reason) throws IOException {
        clients.connect(version).send(packet + "c0 00").expectRefused(reason);
    }

    private void refusedByBoth(String packet, String reason) throws IOException {
        refused(V5, packet, reason);
        refused(V3_1_1, packet, reason);
    }

    @Clause({
        "MQTT-1.5.4-1",
        "MQTT-1.5.4-2",
        "MQTT-3.3.2-1",
        "MQTT-3.8.3-1",
        "MQTT-3.10.3-1",
        "MQTT-4.7.3-2",
        "MQTT-4.13.1-1",
        "MQTT3-1.5.3-1",
        "MQTT3-1.5.3-2",
        "MQTT3-3.3.2-1",
        "MQTT3-3.8.3-1",
        "MQTT3-3.10.3-1",
        "MQTT3-4.7.3-2"
    })
    @ParameterizedTest
    @ValueSource(strings = {"eda080", "edbfbf", "c0af", "ff", "c3", "f4908080", "610062", "00"})
    void whatIsNoUtf8IsNoString(String bytes) throws IOException {
        String string = String.format("%04x", bytes.length() / 2) + bytes;
        refusedByBoth("30 {" + string + "; 'x'}", "81");
        refusedByBoth("82 {0001; " + string + "01}", "81");
        refusedByBoth("a2 {0001; " + string + "}", "81");
    }

    /** A remaining length in two bytes where one would do, and properties so. 3.1.1 asks for no shortest form. */
    @Clause({"MQTT-1.5.5-1", "MQTT-4.13.1-1"})
    @Test
    void lengthsAreInAsFewBytesAsMayBe() throws IOException {
        refused(V5, "30 86 00 <~> 00 'x'", "81");
        refused(V5, "30 {<~> 80 00 'x'}", "81");
    }

    @Clause({"MQTT-1.5.7-1", "MQTT-3.3.2-13", "MQTT-3.3.2-19"})
    @Test
    void stringsInPropertiesAreUtf8() throws IOException {
        refused(V5, "30 {<~> {26 0002 c0af <v>} 'x'}", "81");
        refused(V5, "30 {<~> {26 <k> 0003 eda080} 'x'}", "81");
        refused(V5, "30 {<~> {26 <k> 0001 00} 'x'}", "81");
        refused(V5, "30 {<~> {08 0001 ff} 'x'}", "81");
        refused(V5, "30 {<~> {03 0001 ff} 'x'}", "81");
    }

    @Clause({"MQTT-2.1.3-1", "MQTT3-2.2.2-1", "MQTT3-2.2.2-2"})
    @ParameterizedTest
    @ValueSource(strings = {"41 {0001}", "52 {0001}", "72 {0001}", "c1 {}", "c8 {}"})
    void reservedFlagsHaveTheirValue(String packet) throws IOException {
        refusedByBoth(packet, "81");
    }

    @Clause({"MQTT-3.6.1-1", "MQTT3-3.6.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"60", "63", "66", "6a"})
    void pubrelHasItsFlags(String first) throws IOException {
        refusedByBoth(first + "{0001}", "81");
    }

    @Clause({"MQTT-3.8.1-1", "MQTT3-3.8.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"80", "83", "86", "8a"})
    void subscribeHasItsFlags(String first) throws IOException {
        refusedByBoth(first + "{0001; <~> 00}", "81");
    }

    @Clause({"MQTT-3.10.1-1", "MQTT3-3.10.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"a0", "a3", "a6", "aa"})
    void unsubscribeHasItsFlags(String first) throws IOException {
        refusedByBoth(first + "{0001; <~>}", "81");
    }

    @Clause({"MQTT-3.14.1-1", "MQTT3-3.14.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"e1", "e2", "e4", "e8"})
    void disconnectHasItsFlags(String first) throws IOException {
        refusedByBoth(first + "{}", "81");
    }

    @Clause("MQTT-3.15.1-1")
    @ParameterizedTest
    @ValueSource(strings = {"f1", "f2", "f4", "f8"})
    void authHasItsFlags(String first) throws IOException {
        refused(V5, first + "{}", "81");
    }

    @Clause({"MQTT-2.2.1-3", "MQTT3-2.3.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"32 {<~> 0000; 'x'}", "34 {<~> 0000; 'x'}", "82 {0000; <~> 00}", "a2 {0000; <~>}"})
    void packetIdentifiersAreNotZero(String packet) throws IOException {
        refusedByBoth(packet, "81");
    }

    @Clause("MQTT-2.2.2-1")
    @ParameterizedTest
    @ValueSource(strings = {"82 {0001}", "a2 {0001}", "30 {<~>}"})
    void propertiesHaveALengthEvenIfThereAreNone(String packet) throws IOException {
        refused(V5, packet, "81");
    }

    /** {@code DUP} is 0 at QoS 0, and QoS is not 3. */
    @Clause({"MQTT-3.3.1-2", "MQTT-3.3.1-4", "MQTT3-3.3.1-2", "MQTT3-3.3.1-4"})
    @Test
    void flagsOfPublish() throws IOException {
        refusedByBoth("38 {<~>; 'x'}", "81");
        refusedByBoth("36 {<~> 0001; 'x'}", "81");
    }

    @Clause({"MQTT-3.3.2-1", "MQTT3-3.3.2-1"})
    @Test
    void publishHasATopicFirst() throws IOException {
        refusedByBoth("30 {}", "81");
        refusedByBoth("30 {00}", "81");
        refusedByBoth("30 {00ff 'topic'}", "81");
    }

    @Clause({"MQTT-3.3.2-2", "MQTT-4.7.0-1", "MQTT3-3.3.2-2", "MQTT3-4.7.1-1"})
    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "~/+", "~/#", "~/+/x", "~+", "~#"})
    void noWildcardsInTopicNames(String topic) throws IOException {
        refusedByBoth("30 {<" + topic + ">; 'x'}", "90");
    }

    @Clause("MQTT-3.3.2-14")
    @ParameterizedTest
    @ValueSource(strings = {"+", "~/#", "~/+/x"})
    void noWildcardsInResponseTopics(String topic) throws IOException {
        refused(V5, "30 {<~> {08 <" + topic + ">} 'x'}", "82");
    }

    @Clause({"MQTT-3.3.2-8", "MQTT-3.2.2-17", "MQTT-3.3.2-9"})
    @Test
    void aliasesAreFromOneToTheMaximum() throws IOException {
        refused(V5, "30 {<~> {23 0000} 'x'}", "94");
        refused(V5, "30 {<~> {23 0011} 'x'}", "94");
        refused(V5, "30 {<~> {23 ffff} 'x'}", "94");
    }

    @Clause("MQTT-3.3.4-6")
    @Test
    void aClientSendsNoSubscriptionIdentifier() throws IOException {
        refused(V5, "30 {<~> {0b 01} 'x'}", "82");
    }

    @Clause({"MQTT-3.8.3-2", "MQTT-3.10.3-2", "MQTT3-3.8.3-3", "MQTT3-3.10.3-2", "MQTT3-4.8.0-1"})
    @Test
    void noRequestWithoutAFilter() throws IOException {
        refusedByBoth("82 {0001;}", "82");
        refusedByBoth("a2 {0001;}", "82");
    }

    @Clause({"MQTT-3.8.3-5", "MQTT3-3.8.3-4"})
    @Test
    void subscriptionOptionsHaveNoReservedBits() throws IOException {
        for (String options : new String[] {"40", "80", "c1"}) refusedByBoth("82 {0001; <~>" + options + "}", "81");
        for (String options : new String[] {"04", "08", "10", "03"}) {
            refused(V3_1_1, "82 {0001; <~>" + options + "}", "");
        }
    }

    @Clause("MQTT-3.8.3-4")
    @Test
    void noLocalDoesNotGoWithASharedSubscription() throws IOException {
        refused(V5, "82 {0001; <$share/~/a> 04}", "82");
    }

    @Clause({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT3-4.7.1-2", "MQTT3-4.7.1-3"})
    @ParameterizedTest
    @ValueSource(strings = {"~#", "~/#/x", "#/~", "~/x#", "~+", "+~", "~/+x/y", "~/x+/y", "##", "++"})
    void wildcardsAreAlone(String filter) throws IOException {
        refusedByBoth("82 {0001; <" + filter + "> 00}", "81");
    }

    @Clause({"MQTT-4.7.3-1", "MQTT3-4.7.3-1"})
    @Test
    void namesHaveACharacter() throws IOException {
        refused(V3_1_1, "30 {0000 'x'}", "");
        refused(V5, "30 {0000; 'x'}", "82"); // without an alias
        refusedByBoth("82 {0001; 0000 00}", "81");
        refusedByBoth("a2 {0001; 0000}", "81");
    }

    @Clause({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    @ParameterizedTest
    @ValueSource(strings = {"$share", "$share/", "$share/~", "$share/~/", "$share//x", "$share/~+/x", "$share/#/x"})
    void aSharedFilterHasANameAndTopics(String filter) throws IOException {
        refused(V5, "82 {0001; <" + filter + "> 00}", "81");
    }

    /** Codes that are of other packets, or of none. */
    @Clause({"MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1", "MQTT-3.14.2-1", "MQTT-3.15.2-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "40 {0001 92}",
                "50 {0001 8e}",
                "62 {0001 10}",
                "70 {0001 80}",
                "e0 {86}",
                "e0 {01}",
                "f0 {17 {15 <X>}}"
            })
    void packetsHaveReasonCodesOfTheirOwn(String packet) throws IOException {
        refused(V5, packet, "82");
    }

    @Clause({
        "MQTT-3.1.0-2",
        "MQTT-3.2.0-2",
        "MQTT-4.13.1-1",
        "MQTT-4.13.2-1",
        "MQTT-3.14.4-1",
        "MQTT-3.14.4-2",
        "MQTT3-3.1.0-2",
        "MQTT3-4.8.0-1"
    })
    @ParameterizedTest
    @EnumSource
    void aSecondConnectEndsTheConnection(Version version) throws IOException {
        refused(version, "10 {<MQTT> " + version.level + " 02 0000; <~>}", "82");
    }

    /** Packets that only a server sends. */
    @Clause({"MQTT-4.13.1-1", "MQTT3-4.8.0-1"})
    @ParameterizedTest
    @ValueSource(strings = {"20 {0000;}", "90 {0001; 00}", "b0 {0001; 00}", "d0 {}"})
    void aClientIsNoServer(String packet) throws IOException {
        refusedByBoth(packet, "82");
    }

    /** Nobody has asked for it; and who has said no method cannot authenticate again. */
    @Clause({"MQTT-4.12.0-7", "MQTT-4.12.1-2"})
    @Test
    void authWithoutAMethodEndsTheConnection() throws IOException {
        refused(V5, "f0 {19 {15 <SCRAM-SHA-256>}}", "82");
        refused(V5, "f0 {18 {15 <SCRAM-SHA-256>}}", "82");
    }
}
