package io.signalbox.mqtt.codec;

import static io.signalbox.mqtt.codec.PacketType.AUTH;
import static io.signalbox.mqtt.codec.PacketType.CONNACK;
import static io.signalbox.mqtt.codec.PacketType.CONNECT;
import static io.signalbox.mqtt.codec.PacketType.DISCONNECT;
import static io.signalbox.mqtt.codec.PacketType.PUBACK;
import static io.signalbox.mqtt.codec.PacketType.PUBCOMP;
import static io.signalbox.mqtt.codec.PacketType.PUBLISH;
import static io.signalbox.mqtt.codec.PacketType.PUBREC;
import static io.signalbox.mqtt.codec.PacketType.PUBREL;
import static io.signalbox.mqtt.codec.PacketType.SUBACK;
import static io.signalbox.mqtt.codec.PacketType.SUBSCRIBE;
import static io.signalbox.mqtt.codec.PacketType.UNSUBACK;
import static io.signalbox.mqtt.codec.PacketType.UNSUBSCRIBE;

import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5.0 (§2.2.2.2, table 2-4): identifier, type, and the packets that may carry them. */
public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.FLAG, PUBLISH),
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTES, PUBLISH),
    CONTENT_TYPE(0x03, Type.STRING, PUBLISH),
    RESPONSE_TOPIC(0x08, Type.STRING, PUBLISH),
    CORRELATION_DATA(0x09, Type.BINARY, PUBLISH),
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.POSITIVE_VARIABLE, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTES, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTES, CONNACK),
    AUTHENTICATION_METHOD(0x15, Type.STRING, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Type.BINARY, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.FLAG, CONNECT),
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTES),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.FLAG, CONNECT),
    RESPONSE_INFORMATION(0x1A, Type.STRING, CONNACK),
    SERVER_REFERENCE(0x1C, Type.STRING, CONNACK, DISCONNECT),
    REASON_STRING(0x1F, Type.STRING, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    RECEIVE_MAXIMUM(0x21, Type.POSITIVE_TWO_BYTES, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTES, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Type.TWO_BYTES, PUBLISH),
    MAXIMUM_QOS(0x24, Type.FLAG, CONNACK),
    RETAIN_AVAILABLE(0x25, Type.FLAG, CONNACK),
    USER_PROPERTY(
            0x26,
            Type.STRING_PAIR,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Type.POSITIVE_FOUR_BYTES, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.FLAG, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.FLAG, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.FLAG, CONNACK);

    /** How a value is written. All properties of type Byte are flags: any other value than 0 and 1 is refused. */
    enum Type {
        FLAG,
        TWO_BYTES,
        POSITIVE_TWO_BYTES,
        FOUR_BYTES,
        POSITIVE_FOUR_BYTES,
        POSITIVE_VARIABLE,
        STRING,
        BINARY,
        STRING_PAIR
    }

    /** Identifiers are variable byte integers, but all of them take one byte (§2.2.2.2). */
    private static final int MAX_ID = 0x2A;

    private static final @Nullable Property[] BY_ID = new Property[MAX_ID + 1];

    static {
        for (Property property : values()) BY_ID[property.id] = property;
    }

    private final int id;
    private final Type type;
    /** Bits of {@link PacketType#bit}. */
    private final int packets;

    Property(int id, Type type, PacketType... packets) {
        this.id = id;
        this.type = type;
        this.packets = PacketType.bits(packets);
    }

    int id() {
        return id;
    }

    Type type() {
        return type;
    }

    boolean isAllowedIn(PacketType packet) {
        return (packets & packet.bit()) != 0;
    }

    /** Whether a will may carry it: what a PUBLISH may, but for what names a connection or a subscription (§3.1.3.2). */
    boolean isAllowedInWill() {
        return switch (this) {
            case WILL_DELAY_INTERVAL -> true;
            case TOPIC_ALIAS, SUBSCRIPTION_IDENTIFIER -> false;
            default -> isAllowedIn(PUBLISH);
        };
    }

    /** Whether it belongs to the message, not to the packet: it goes on to the subscriber as it came (§3.3.2.3). */
    boolean isForwarded() {
        return switch (this) {
            case PAYLOAD_FORMAT_INDICATOR, CONTENT_TYPE, RESPONSE_TOPIC, CORRELATION_DATA, USER_PROPERTY -> true;
            default -> false;
        };
    }

    static Property ofId(int id) {
        Property property = id > MAX_ID ? null : BY_ID[id];
        if (property == null) throw Refusal.malformed("property " + id + " does not exist"); // §2.2.2.2
        return property;
    }
}
