package io.signalbox.mqtt.codec;

import static io.signalbox.mqtt.codec.Direction.TO_CLIENT;
import static io.signalbox.mqtt.codec.Direction.TO_SERVER;
import static io.signalbox.mqtt.codec.ProtocolVersion.V3_1_1;
import static io.signalbox.mqtt.codec.ProtocolVersion.V5;
import static io.signalbox.mqtt.codec.ReasonCode.MALFORMED_PACKET;
import static io.signalbox.mqtt.codec.ReasonCode.PROTOCOL_ERROR;
import static io.signalbox.mqtt.codec.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.signalbox.mqtt.codec.ReasonCode.TOPIC_NAME_INVALID;
import static io.signalbox.mqtt.codec.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import java.util.List;
import java.util.stream.Stream;

/** Bytes that break a rule, named after the rule, with the answer the peer gets. */
final class BadPackets {

    private BadPackets() {}

    record Bad(String rule, ProtocolVersion version, Direction direction, String bytes, ReasonCode reason) {
        @Override
        public String toString() {
            return rule + " in " + version;
        }
    }

    private static Bad v5(String rule, String bytes, ReasonCode reason) {
        return new Bad(rule, V5, TO_SERVER, bytes, reason);
    }

    private static Bad v3(String rule, String bytes, ReasonCode reason) {
        return new Bad(rule, V3_1_1, TO_SERVER, bytes, reason);
    }

    private static Bad toClient(String rule, String bytes, ReasonCode reason) {
        return new Bad(rule, V5, TO_CLIENT, bytes, reason);
    }

    /** Sent as the first packet. */
    static List<Bad> connects() {
        return List.of(
                v5("MQTT-3.1.0-1: first packet is PINGREQ", "c0 00", PROTOCOL_ERROR),
                v5("MQTT-3.1.0-1: HTTP", "'GET / HTTP/1.1'", MALFORMED_PACKET),
                v5("MQTT-2.1.3-1: reserved flags of CONNECT", "11 00", MALFORMED_PACKET),
                v5("§2.1.2: packet type 0", "00 00", MALFORMED_PACKET),
                v5("MQTT-3.1.2-1: another protocol", "10 0d 00 04 'AMQP' 05 02 00 00 00 00 00", MALFORMED_PACKET),
                v5("MQTT-3.1.2-2: level 6", "10 0d 00 04 'MQTT' 06 02 00 00 00 00 00", UNSUPPORTED_PROTOCOL_VERSION),
                v5("MQTT-3.1.2-2: MQIsdp 4", "10 0e 00 06 'MQIsdp' 04 02 00 00 00 00", UNSUPPORTED_PROTOCOL_VERSION),
                v5("MQTT-3.1.2-3: reserved connect flag", "10 0d 00 04 'MQTT' 05 03 00 00 00 00 00", MALFORMED_PACKET),
                v5("MQTT-3.1.2-11: will QoS without will", "10 0d 00 04 'MQTT' 05 0a 00 00 00 00 00", MALFORMED_PACKET),
                v5("MQTT-3.1.2-13: will retain, no will", "10 0d 00 04 'MQTT' 05 22 00 00 00 00 00", MALFORMED_PACKET),
                v5(
                        "MQTT-3.1.2-12: will QoS 3",
                        "10 13 00 04 'MQTT' 05 1e 00 00 00 00 00 00 00 01 'w' 00 00",
                        MALFORMED_PACKET),
                v3("MQTT-3.1.2-22: password, no user", "10 0e 00 04 'MQTT' 04 42 00 00 00 00 00 00", MALFORMED_PACKET),
                v5("MQTT-3.1.2-17: user name missing", "10 0d 00 04 'MQTT' 05 82 00 00 00 00 00", MALFORMED_PACKET),
                v5(
                        "MQTT-3.1.2-16: more than the flags say",
                        "10 0f 00 04 'MQTT' 05 02 00 00 00 00 00 00 00",
                        MALFORMED_PACKET),
                v5(
                        "MQTT-3.1.3-4: client id with U+0000",
                        "10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 00",
                        MALFORMED_PACKET),
                v5(
                        "§3.1.2.11.3: receive maximum 0",
                        "10 10 00 04 'MQTT' 05 02 00 00 03 21 00 00 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "§3.1.2.11.4: maximum packet size 0",
                        "10 12 00 04 'MQTT' 05 02 00 00 05 27 00000000 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "§3.1.2.11.7: problem information 2",
                        "10 0f 00 04 'MQTT' 05 02 00 00 02 17 02 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "§3.1.2.11.10: authentication data alone",
                        "10 10 00 04 'MQTT' 05 02 00 00 03 16 00 00 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "§3.1.2.11.2: session expiry twice",
                        "10 17 00 04 'MQTT' 05 02 00 00 0a 11 00000001 11 00000001 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "§2.2.2.2: topic alias in CONNECT",
                        "10 10 00 04 'MQTT' 05 02 00 00 03 23 00 01 00 00",
                        MALFORMED_PACKET),
                v5("§2.2.2.2: property 0x7f", "10 0f 00 04 'MQTT' 05 02 00 00 02 7f 01 00 00", MALFORMED_PACKET),
                v5(
                        "§2.2.2.1: properties beyond the packet",
                        "10 0d 00 04 'MQTT' 05 02 00 00 7f 00 00",
                        MALFORMED_PACKET),
                v5(
                        "§3.1.3.2: topic alias in a will",
                        "10 16 00 04 'MQTT' 05 06 00 00 00 00 00 03 23 00 01 00 01 'w' 00 00",
                        MALFORMED_PACKET),
                v5(
                        "§3.1.3.2.2: will delay twice",
                        "10 1d 00 04 'MQTT' 05 06 00 00 00 00 00 0a 18 00000001 18 00000001 00 01 'w' 00 00",
                        PROTOCOL_ERROR),
                v5(
                        "MQTT-4.7.0-1: wildcard in the will topic",
                        "10 13 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 '#' 00 00",
                        TOPIC_NAME_INVALID),
                v5(
                        "MQTT-1.5.5-1: remaining length longer than need be",
                        "10 8d 00 00 04 'MQTT' 05 02 00 00 00 00 00",
                        MALFORMED_PACKET));
    }

    static List<Bad> framing() {
        return List.of(
                v5("§2.1.4: remaining length of five bytes", "30 ff ff ff ff 01", MALFORMED_PACKET),
                v3("§2.2.3: remaining length of five bytes", "30 80 80 80 80 00", MALFORMED_PACKET),
                v5("MQTT-1.5.5-1: property length longer than need be", "30 05 00 01 'a' 80 00", MALFORMED_PACKET),
                v5("§1.5.5: property length of five bytes", "30 08 00 01 'a' ff ff ff ff 01", MALFORMED_PACKET),
                v5("MQTT-3.1.0-2: second CONNECT", Wiretap.CONNECT_V5, PROTOCOL_ERROR),
                v5("§2.1.2: CONNACK from a client", "20 03 00 00 00", PROTOCOL_ERROR),
                v5("§2.1.2: SUBACK from a client", "90 04 00 01 00 00", PROTOCOL_ERROR),
                v5("§2.1.2: UNSUBACK from a client", "b0 04 00 01 00 00", PROTOCOL_ERROR),
                v5("§2.1.2: PINGRESP from a client", "d0 00", PROTOCOL_ERROR),
                toClient("§2.1.2: SUBSCRIBE from a server", "82 07 00 07 00 00 01 'a' 00", PROTOCOL_ERROR),
                v3("3.1.1 §2.2.1: AUTH before 5.0", "f0 00", MALFORMED_PACKET),
                v5("MQTT-2.1.3-1: flags of PUBACK", "41 02 00 01", MALFORMED_PACKET),
                v5("MQTT-3.6.1-1: flags of PUBREL", "60 02 00 01", MALFORMED_PACKET),
                v5("MQTT-3.8.1-1: flags of SUBSCRIBE", "80 07 00 07 00 00 01 'a' 00", MALFORMED_PACKET),
                v5("MQTT-3.10.1-1: flags of UNSUBSCRIBE", "a0 06 00 07 00 00 01 'a'", MALFORMED_PACKET),
                v5("MQTT-3.14.1-1: flags of DISCONNECT", "e1 00", MALFORMED_PACKET),
                v5("MQTT-3.15.1-1: flags of AUTH", "f2 00", MALFORMED_PACKET),
                v5("§3.12: PINGREQ with a body", "c0 01 00", MALFORMED_PACKET),
                v3("§3.14: DISCONNECT with a body", "e0 01 00", MALFORMED_PACKET),
                v3("§3.4: PUBACK with a reason", "40 03 00 01 00", MALFORMED_PACKET));
    }

    static List<Bad> publishes() {
        return List.of(
                v5("MQTT-3.3.1-4: both QoS bits", "36 06 00 01 'a' 00 01 00", MALFORMED_PACKET),
                v5("MQTT-3.3.1-2: DUP at QoS 0", "38 04 00 01 'a' 00", MALFORMED_PACKET),
                v5("MQTT-2.2.1-3: packet id 0", "32 06 00 01 'a' 00 00 00", MALFORMED_PACKET),
                v5("§1.5.4: topic longer than the packet", "30 04 00 ff 'a' 00", MALFORMED_PACKET),
                v3("§1.5.3: half a topic length", "30 01 00", MALFORMED_PACKET),
                v5("§3.3.2.3.4: no topic, no alias", "30 03 00 00 00", PROTOCOL_ERROR),
                v3("MQTT-4.7.3-1: no topic", "30 02 00 00", TOPIC_NAME_INVALID),
                v5("MQTT-3.3.2-2: topic with #", "30 06 00 03 'a/#' 00", TOPIC_NAME_INVALID),
                v3("MQTT-3.3.2-2: topic with +", "30 05 00 03 '+/a'", TOPIC_NAME_INVALID),
                v5("MQTT-1.5.4-1: surrogate", "30 06 00 03 eda080 00", MALFORMED_PACKET),
                v5("MQTT-1.5.4-1: overlong slash", "30 05 00 02 c0af 00", MALFORMED_PACKET),
                v5("MQTT-1.5.4-2: U+0000", "30 06 00 03 'a' 00 'b' 00", MALFORMED_PACKET),
                v5("MQTT-3.3.2-8: alias 0", "30 07 00 01 'a' 03 23 00 00", TOPIC_ALIAS_INVALID),
                v5("§3.3.2.3.4: alias twice", "30 0a 00 01 'a' 06 23 00 01 23 00 01", PROTOCOL_ERROR),
                v5("MQTT-3.3.4-6: subscription id from a client", "30 06 00 01 'a' 02 0b 01", PROTOCOL_ERROR),
                toClient("§3.3.2.3.8: subscription id 0", "30 06 00 01 'a' 02 0b 00", PROTOCOL_ERROR),
                v5("§3.3.2.3.2: payload format 2", "30 06 00 01 'a' 02 01 02", PROTOCOL_ERROR),
                v5("MQTT-3.3.2-14: wildcard in response topic", "30 08 00 01 'a' 04 08 00 01 '#'", PROTOCOL_ERROR),
                v5("MQTT-4.7.3-1: empty response topic", "30 07 00 01 'a' 03 08 00 00", PROTOCOL_ERROR),
                v5("MQTT-3.3.2-19: content type not UTF-8", "30 08 00 01 'a' 04 03 00 01 ff", MALFORMED_PACKET),
                v5(
                        "MQTT-1.5.7-1: user property not UTF-8",
                        "30 0b 00 01 'a' 07 26 00 01 'k' 00 01 ff",
                        MALFORMED_PACKET),
                v5("§2.2.2.2: half a user property", "30 08 00 01 'a' 04 26 00 01 'k'", MALFORMED_PACKET),
                v5("§2.2.2.2: reason string in PUBLISH", "30 08 00 01 'a' 04 1f 00 01 'x'", MALFORMED_PACKET),
                v5("§2.2.2.2: will delay in PUBLISH", "30 09 00 01 'a' 05 18 00000001", MALFORMED_PACKET),
                v5("§2.2.2.1: properties beyond the packet", "30 06 00 01 'a' 7f 01 01", MALFORMED_PACKET));
    }

    static List<Bad> others() {
        return List.of(
                v5("MQTT-2.2.1-5: PUBACK for packet id 0", "40 02 00 00", MALFORMED_PACKET),
                v5("MQTT-3.4.2-1: PUBACK with SERVER_BUSY", "40 03 00 01 89", PROTOCOL_ERROR),
                v5("§2.4: PUBACK with code 0x05", "40 03 00 01 05", PROTOCOL_ERROR),
                v5("MQTT-3.6.2-1: PUBREL with 0x10", "62 03 00 01 10", PROTOCOL_ERROR),
                v5("MQTT-3.8.3-2: no filter", "82 03 00 07 00", PROTOCOL_ERROR),
                v3("MQTT-3.8.3-3: no filter", "82 02 00 07", PROTOCOL_ERROR),
                v5("MQTT-2.2.1-3: SUBSCRIBE with packet id 0", "82 07 00 00 00 00 01 'a' 00", MALFORMED_PACKET),
                v5("§3.8.3.1: QoS 3", "82 07 00 07 00 00 01 'a' 03", PROTOCOL_ERROR),
                v3("MQTT-3-8.3-4: QoS 3", "82 06 00 07 00 01 'a' 03", MALFORMED_PACKET),
                v3("MQTT-3-8.3-4: options of 5.0", "82 06 00 07 00 01 'a' 05", MALFORMED_PACKET),
                v5("MQTT-3.8.3-5: reserved option bit", "82 07 00 07 00 00 01 'a' 40", MALFORMED_PACKET),
                v5("§3.8.3.1: retain handling 3", "82 07 00 07 00 00 01 'a' 30", PROTOCOL_ERROR),
                v5("MQTT-3.8.3-4: no local on shared", "82 10 00 07 00 00 0a '$share/g/a' 04", PROTOCOL_ERROR),
                v5("§3.8.2.1.2: subscription id 0", "82 09 00 07 02 0b 00 00 01 'a' 00", PROTOCOL_ERROR),
                v5("§3.8.2.1.2: two subscription ids", "82 0b 00 07 04 0b 01 0b 02 00 01 'a' 00", PROTOCOL_ERROR),
                v5("MQTT-4.7.1-1: # not last", "82 09 00 07 00 00 03 '#/a' 00", MALFORMED_PACKET),
                v5("MQTT-4.7.1-1: # inside a level", "82 08 00 07 00 00 02 'a#' 00", MALFORMED_PACKET),
                v3("MQTT-4.7.1-3: + inside a level", "82 07 00 07 00 02 'a+' 00", MALFORMED_PACKET),
                v5("MQTT-4.7.3-1: empty filter", "82 06 00 07 00 00 00 00", MALFORMED_PACKET),
                v5("MQTT-4.8.2-2: share without filter", "82 0f 00 07 00 00 09 '$share/ab' 00", MALFORMED_PACKET),
                v5("MQTT-4.8.2-2: share with empty filter", "82 10 00 07 00 00 0a '$share/ab/' 00", MALFORMED_PACKET),
                v5("MQTT-4.8.2-1: empty share name", "82 0f 00 07 00 00 09 '$share//x' 00", MALFORMED_PACKET),
                v5("MQTT-4.8.2-2: wildcard in share name", "82 11 00 07 00 00 0b '$share/g+/x' 00", MALFORMED_PACKET),
                v5("MQTT-4.8.2-1: $share alone", "82 0c 00 07 00 00 06 '$share' 00", MALFORMED_PACKET),
                v5("§3.8.3: filter without options", "82 06 00 07 00 00 01 'a'", MALFORMED_PACKET),
                v5("MQTT-3.10.3-2: no filter", "a2 03 00 07 00", PROTOCOL_ERROR),
                v5("MQTT-4.7.1-2: UNSUBSCRIBE from a malformed filter", "a2 07 00 07 00 00 02 'a+'", MALFORMED_PACKET),
                v5("§3.14.2.2.5: server reference from a client", "e0 06 00 04 1c 00 01 's'", PROTOCOL_ERROR),
                toClient("MQTT-3.14.2-2: session expiry from a server", "e0 07 00 05 11 00000001", PROTOCOL_ERROR),
                v5("MQTT-3.14.2-1: DISCONNECT with 0x86", "e0 01 86", PROTOCOL_ERROR),
                v5("§3.15.2.2.2: AUTH without method", "f0 02 18 00", PROTOCOL_ERROR),
                toClient("MQTT-3.2.2-1: reserved flag of CONNACK", "20 03 02 00 00", MALFORMED_PACKET),
                toClient("MQTT-3.2.2-6: session present in a refusal", "20 03 01 87 00", PROTOCOL_ERROR),
                toClient("MQTT-3.2.2-8: CONNACK with 0x10", "20 03 00 10 00", PROTOCOL_ERROR),
                toClient("§3.9.3: SUBACK without reasons", "90 03 00 07 00", PROTOCOL_ERROR));
    }

    static List<Bad> afterConnect() {
        return Stream.of(framing(), publishes(), others()).flatMap(List::stream).toList();
    }
}
