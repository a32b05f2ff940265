package io.signalbox.mqtt.codec;

import static io.signalbox.mqtt.codec.Direction.TO_CLIENT;
import static io.signalbox.mqtt.codec.Direction.TO_SERVER;
import static io.signalbox.mqtt.codec.ProtocolVersion.V3_1;
import static io.signalbox.mqtt.codec.ProtocolVersion.V3_1_1;
import static io.signalbox.mqtt.codec.ProtocolVersion.V5;

import io.signalbox.broker.message.Body;
import io.signalbox.mqtt.codec.Packet.Publish;
import io.signalbox.mqtt.codec.Packet.SubscriptionRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Packets by name, with their bytes: what the decoder reads from them and the encoder writes for them. */
final class RawPackets {

    private RawPackets() {}

    /** A packet that is well-formed. */
    record Good(String name, ProtocolVersion version, Direction direction, String bytes, Packet packet) {
        @Override
        public String toString() {
            return name + " in " + version;
        }
    }

    private static final PropertySet USER =
            PropertySet.builder().userProperty("k", "v").build();

    private static PropertySet reason(String sentence) {
        return PropertySet.builder().with(Property.REASON_STRING, sentence).build();
    }

    private static Body.Inline body(String written) {
        return Body.Inline.of(Bytes.of(written));
    }

    private static Publish publish(int qos, String topic, int packetId, String body) {
        return new Publish(false, qos, false, topic, packetId, Publish.NO_EXPIRY, 0, List.of(), body(body));
    }

    private static Packet.Connect connect(ProtocolVersion version, String clientId) {
        return new Packet.Connect(
                version,
                false,
                true,
                60,
                clientId,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                PropertySet.EMPTY);
    }

    static List<Good> connects() {
        PropertySet all = PropertySet.builder()
                .with(Property.SESSION_EXPIRY_INTERVAL, 0xFFFFFFFFL)
                .with(Property.AUTHENTICATION_METHOD, "S")
                .with(Property.AUTHENTICATION_DATA, new byte[] {9})
                .with(Property.REQUEST_PROBLEM_INFORMATION, 0)
                .with(Property.REQUEST_RESPONSE_INFORMATION, 1)
                .with(Property.RECEIVE_MAXIMUM, 10)
                .with(Property.TOPIC_ALIAS_MAXIMUM, 8)
                .with(Property.MAXIMUM_PACKET_SIZE, 256)
                .userProperty("k", "v")
                .build();
        Packet.Will will5 = new Packet.Will("w", 1, true, 5, 6, body("02 01 01 'bye'"));
        Packet.Will will3 = new Packet.Will("w", 2, false, 0, Publish.NO_EXPIRY, body("00 'bye'"));
        Optional<byte[]> secret = Optional.of("pw".getBytes(StandardCharsets.UTF_8));
        return List.of(
                new Good(
                        "CONNECT, plain",
                        V3_1,
                        TO_SERVER,
                        "10 11 00 06 'MQIsdp' 03 02 00 3c 00 03 'dev'",
                        connect(V3_1, "dev")),
                new Good(
                        "CONNECT, plain",
                        V3_1_1,
                        TO_SERVER,
                        "10 0f 00 04 'MQTT' 04 02 00 3c 00 03 'dev'",
                        connect(V3_1_1, "dev")),
                new Good(
                        "CONNECT, plain",
                        V5,
                        TO_SERVER,
                        "10 10 00 04 'MQTT' 05 02 00 3c 00 00 03 'dev'",
                        connect(V5, "dev")),
                new Good(
                        "CONNECT of a bridge with will, user and password",
                        V3_1_1,
                        TO_SERVER,
                        "10 1c 00 04 'MQTT' 84 d4 00 00 00 01 'b' 00 01 'w' 00 03 'bye' 00 01 'u' 00 02 'pw'",
                        new Packet.Connect(
                                V3_1_1,
                                true,
                                false,
                                0,
                                "b",
                                Optional.of(will3),
                                Optional.of("u"),
                                secret,
                                PropertySet.EMPTY)),
                new Good(
                        "CONNECT with every property, will with properties, password without user",
                        V5,
                        TO_SERVER,
                        "10 4a 00 04 'MQTT' 05 6e 00 00 23 11 ffffffff 15 00 01 'S' 16 00 01 09 17 00 19 01 21 00 0a"
                                + " 22 00 08 27 00 00 01 00 26 00 01 'k' 00 01 'v' 00 01 'b'"
                                + " 0c 18 00000005 02 00000006 01 01 00 01 'w' 00 03 'bye' 00 02 'pw'",
                        new Packet.Connect(
                                V5, false, true, 0, "b", Optional.of(will5), Optional.empty(), secret, all)));
    }

    static List<Good> publishes() {
        return List.of(
                new Good("PUBLISH at QoS 0", V3_1_1, TO_SERVER, "30 05 00 01 'a' 'hi'", publish(0, "a", 0, "00 'hi'")),
                new Good("PUBLISH without payload", V5, TO_SERVER, "30 04 00 01 'a' 00", publish(0, "a", 0, "00")),
                new Good(
                        "PUBLISH at QoS 1, resent, retained",
                        V3_1_1,
                        TO_CLIENT,
                        "3b 07 00 01 'a' 00 07 'hi'",
                        new Publish(true, 1, true, "a", 7, Publish.NO_EXPIRY, 0, List.of(), body("00 'hi'"))),
                new Good(
                        "PUBLISH with forwarded properties only",
                        V5,
                        TO_SERVER,
                        "32 1f 00 01 'a' 00 07 17 01 01 03 00 01 't' 08 00 01 'r' 09 00 01 ff 26 00 01 'k' 00 03 c3a9 '!'"
                                + " 'hi'",
                        publish(
                                1,
                                "a",
                                7,
                                "17 01 01 03 00 01 't' 08 00 01 'r' 09 00 01 ff 26 00 01 'k' 00 03 c3a9 '!' 'hi'")),
                new Good(
                        "PUBLISH to a subscriber with everything",
                        V5,
                        TO_CLIENT,
                        "34 17 00 01 'a' 00 07 0f 02 0000000a 23 00 01 0b 01 0b 80 01 01 01 'hi'",
                        new Publish(false, 2, false, "a", 7, 10, 1, List.of(1, 128), body("02 01 01 'hi'"))),
                new Good(
                        "PUBLISH by alias alone",
                        V5,
                        TO_SERVER,
                        "30 08 00 00 03 23 00 05 'hi'",
                        new Publish(false, 0, false, "", 0, Publish.NO_EXPIRY, 5, List.of(), body("00 'hi'"))));
    }

    static List<Good> acknowledgements() {
        return List.of(
                new Good("PUBACK", V3_1_1, TO_SERVER, "40 02 00 07", ack(PacketType.PUBACK, ReasonCode.SUCCESS)),
                new Good(
                        "PUBACK, short form", V5, TO_SERVER, "40 02 00 07", ack(PacketType.PUBACK, ReasonCode.SUCCESS)),
                new Good(
                        "PUBACK with reason",
                        V5,
                        TO_CLIENT,
                        "40 03 00 07 10",
                        ack(PacketType.PUBACK, ReasonCode.NO_MATCHING_SUBSCRIBERS)),
                new Good(
                        "PUBREC with reason string",
                        V5,
                        TO_CLIENT,
                        "50 09 00 07 97 05 1f 00 02 'no'",
                        new Packet.Ack(PacketType.PUBREC, 7, ReasonCode.QUOTA_EXCEEDED, reason("no"))),
                new Good("PUBREL", V3_1_1, TO_SERVER, "62 02 00 07", ack(PacketType.PUBREL, ReasonCode.SUCCESS)),
                new Good(
                        "PUBCOMP with reason",
                        V5,
                        TO_CLIENT,
                        "70 03 00 07 92",
                        ack(PacketType.PUBCOMP, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)),
                new Good("CONNACK", V3_1_1, TO_CLIENT, "20 02 01 00", connAck(true, ReasonCode.SUCCESS)),
                new Good(
                        "CONNACK, refused",
                        V3_1_1,
                        TO_CLIENT,
                        "20 02 00 05",
                        connAck(false, ReasonCode.NOT_AUTHORIZED)),
                new Good(
                        "CONNACK with server properties",
                        V5,
                        TO_CLIENT,
                        "20 27 00 00 24 11 0000000a 12 00 01 'x' 13 00 0a 1a 00 01 'r' 1c 00 01 's' 21 00 14 22 00 0a"
                                + " 24 01 25 00 28 01 29 01 2a 00",
                        new Packet.ConnAck(
                                false,
                                ReasonCode.SUCCESS,
                                PropertySet.builder()
                                        .with(Property.SESSION_EXPIRY_INTERVAL, 10)
                                        .with(Property.ASSIGNED_CLIENT_IDENTIFIER, "x")
                                        .with(Property.SERVER_KEEP_ALIVE, 10)
                                        .with(Property.RESPONSE_INFORMATION, "r")
                                        .with(Property.SERVER_REFERENCE, "s")
                                        .with(Property.RECEIVE_MAXIMUM, 20)
                                        .with(Property.TOPIC_ALIAS_MAXIMUM, 10)
                                        .with(Property.MAXIMUM_QOS, 1)
                                        .with(Property.RETAIN_AVAILABLE, 0)
                                        .with(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1)
                                        .with(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1)
                                        .with(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0)
                                        .build())));
    }

    static List<Good> subscriptions() {
        return List.of(
                new Good(
                        "SUBSCRIBE",
                        V3_1_1,
                        TO_SERVER,
                        "82 0a 00 07 00 01 '#' 01 00 01 '+' 00",
                        new Packet.Subscribe(
                                7,
                                List.of(
                                        new SubscriptionRequest("#", 1, false, false, 0),
                                        new SubscriptionRequest("+", 0, false, false, 0)),
                                PropertySet.EMPTY)),
                new Good(
                        "SUBSCRIBE with options and identifier",
                        V5,
                        TO_SERVER,
                        "82 0a 00 07 03 0b ff 7f 00 01 'a' 2d",
                        new Packet.Subscribe(
                                7,
                                List.of(new SubscriptionRequest("a", 1, true, true, 2)),
                                PropertySet.builder()
                                        .with(Property.SUBSCRIPTION_IDENTIFIER, 16383)
                                        .build())),
                new Good(
                        "SUBSCRIBE to a shared subscription",
                        V5,
                        TO_SERVER,
                        "82 10 00 07 00 00 0a '$share/g/a' 00",
                        new Packet.Subscribe(
                                7,
                                List.of(new SubscriptionRequest("$share/g/a", 0, false, false, 0)),
                                PropertySet.EMPTY)),
                new Good(
                        "SUBACK",
                        V3_1_1,
                        TO_CLIENT,
                        "90 04 00 07 01 80",
                        new Packet.SubAck(
                                7, List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.UNSPECIFIED_ERROR), PropertySet.EMPTY)),
                new Good(
                        "SUBACK with user property",
                        V5,
                        TO_CLIENT,
                        "90 0c 00 07 07 26 00 01 'k' 00 01 'v' 00 9e",
                        new Packet.SubAck(
                                7, List.of(ReasonCode.SUCCESS, ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED), USER)),
                new Good(
                        "UNSUBSCRIBE",
                        V3_1_1,
                        TO_SERVER,
                        "a2 05 00 07 00 01 'a'",
                        new Packet.Unsubscribe(7, List.of("a"), PropertySet.EMPTY)),
                new Good(
                        "UNSUBSCRIBE with user property",
                        V5,
                        TO_SERVER,
                        "a2 0d 00 07 07 26 00 01 'k' 00 01 'v' 00 01 'a'",
                        new Packet.Unsubscribe(7, List.of("a"), USER)),
                new Good(
                        "UNSUBACK",
                        V3_1_1,
                        TO_CLIENT,
                        "b0 02 00 07",
                        new Packet.UnsubAck(7, List.of(), PropertySet.EMPTY)),
                new Good(
                        "UNSUBACK",
                        V5,
                        TO_CLIENT,
                        "b0 05 00 07 00 00 11",
                        new Packet.UnsubAck(
                                7,
                                List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED),
                                PropertySet.EMPTY)));
    }

    static List<Good> others() {
        return List.of(
                new Good("PINGREQ", V3_1_1, TO_SERVER, "c0 00", new Packet.PingReq()),
                new Good("PINGRESP", V5, TO_CLIENT, "d0 00", new Packet.PingResp()),
                new Good("DISCONNECT", V3_1_1, TO_SERVER, "e0 00", disconnect(ReasonCode.SUCCESS, PropertySet.EMPTY)),
                new Good(
                        "DISCONNECT, short", V5, TO_SERVER, "e0 00", disconnect(ReasonCode.SUCCESS, PropertySet.EMPTY)),
                new Good(
                        "DISCONNECT with reason",
                        V5,
                        TO_CLIENT,
                        "e0 01 8e",
                        disconnect(ReasonCode.SESSION_TAKEN_OVER, PropertySet.EMPTY)),
                new Good(
                        "DISCONNECT with session expiry",
                        V5,
                        TO_SERVER,
                        "e0 07 04 05 11 00000000",
                        disconnect(
                                ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                                PropertySet.builder()
                                        .with(Property.SESSION_EXPIRY_INTERVAL, 0)
                                        .build())),
                new Good(
                        "AUTH",
                        V5,
                        TO_SERVER,
                        "f0 0a 18 08 15 00 01 'S' 16 00 01 01",
                        new Packet.Auth(
                                ReasonCode.CONTINUE_AUTHENTICATION,
                                PropertySet.builder()
                                        .with(Property.AUTHENTICATION_METHOD, "S")
                                        .with(Property.AUTHENTICATION_DATA, new byte[] {1})
                                        .build())));
    }

    static List<Good> all() {
        return Stream.of(connects(), publishes(), acknowledgements(), subscriptions(), others())
                .flatMap(List::stream)
                .toList();
    }

    private static Packet.Ack ack(PacketType type, ReasonCode reason) {
        return new Packet.Ack(type, 7, reason, PropertySet.EMPTY);
    }

    private static Packet.ConnAck connAck(boolean sessionPresent, ReasonCode reason) {
        return new Packet.ConnAck(sessionPresent, reason, PropertySet.EMPTY);
    }

    private static Packet.Disconnect disconnect(ReasonCode reason, PropertySet properties) {
        return new Packet.Disconnect(reason, properties);
    }
}
