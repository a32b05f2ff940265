package io.signalbox.mqtt.codec;

import static io.signalbox.mqtt.codec.PacketType.AUTH;
import static io.signalbox.mqtt.codec.PacketType.CONNACK;
import static io.signalbox.mqtt.codec.PacketType.DISCONNECT;
import static io.signalbox.mqtt.codec.PacketType.PUBACK;
import static io.signalbox.mqtt.codec.PacketType.PUBCOMP;
import static io.signalbox.mqtt.codec.PacketType.PUBREC;
import static io.signalbox.mqtt.codec.PacketType.PUBREL;
import static io.signalbox.mqtt.codec.PacketType.SUBACK;
import static io.signalbox.mqtt.codec.PacketType.UNSUBACK;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * All reason codes of MQTT 5.0 (§2.4), with the packets that may carry them and what a 3.x client is told instead.
 * {@link #SUCCESS} is also Normal disconnection and Granted QoS 0.
 */
public enum ReasonCode {
    SUCCESS(0x00, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    GRANTED_QOS_1(0x01, SUBACK),
    GRANTED_QOS_2(0x02, SUBACK),
    DISCONNECT_WITH_WILL_MESSAGE(0x04, DISCONNECT),
    NO_MATCHING_SUBSCRIBERS(0x10, PUBACK, PUBREC),
    NO_SUBSCRIPTION_EXISTED(0x11, UNSUBACK),
    CONTINUE_AUTHENTICATION(0x18, AUTH),
    REAUTHENTICATE(0x19, AUTH),
    UNSPECIFIED_ERROR(0x80, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    MALFORMED_PACKET(0x81, CONNACK, DISCONNECT),
    PROTOCOL_ERROR(0x82, CONNACK, DISCONNECT),
    IMPLEMENTATION_SPECIFIC_ERROR(0x83, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    UNSUPPORTED_PROTOCOL_VERSION(0x84, CONNACK),
    CLIENT_IDENTIFIER_NOT_VALID(0x85, CONNACK),
    BAD_USER_NAME_OR_PASSWORD(0x86, CONNACK),
    NOT_AUTHORIZED(0x87, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    SERVER_UNAVAILABLE(0x88, CONNACK),
    SERVER_BUSY(0x89, CONNACK, DISCONNECT),
    BANNED(0x8A, CONNACK),
    SERVER_SHUTTING_DOWN(0x8B, DISCONNECT),
    BAD_AUTHENTICATION_METHOD(0x8C, CONNACK, DISCONNECT),
    KEEP_ALIVE_TIMEOUT(0x8D, DISCONNECT),
    SESSION_TAKEN_OVER(0x8E, DISCONNECT),
    TOPIC_FILTER_INVALID(0x8F, SUBACK, UNSUBACK, DISCONNECT),
    TOPIC_NAME_INVALID(0x90, CONNACK, PUBACK, PUBREC, DISCONNECT),
    PACKET_IDENTIFIER_IN_USE(0x91, PUBACK, PUBREC, SUBACK, UNSUBACK),
    PACKET_IDENTIFIER_NOT_FOUND(0x92, PUBREL, PUBCOMP),
    RECEIVE_MAXIMUM_EXCEEDED(0x93, DISCONNECT),
    TOPIC_ALIAS_INVALID(0x94, DISCONNECT),
    PACKET_TOO_LARGE(0x95, CONNACK, DISCONNECT),
    MESSAGE_RATE_TOO_HIGH(0x96, DISCONNECT),
    QUOTA_EXCEEDED(0x97, CONNACK, PUBACK, PUBREC, SUBACK, DISCONNECT),
    ADMINISTRATIVE_ACTION(0x98, DISCONNECT),
    PAYLOAD_FORMAT_INVALID(0x99, CONNACK, PUBACK, PUBREC, DISCONNECT),
    RETAIN_NOT_SUPPORTED(0x9A, CONNACK, DISCONNECT),
    QOS_NOT_SUPPORTED(0x9B, CONNACK, DISCONNECT),
    USE_ANOTHER_SERVER(0x9C, CONNACK, DISCONNECT),
    SERVER_MOVED(0x9D, CONNACK, DISCONNECT),
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, SUBACK, DISCONNECT),
    CONNECTION_RATE_EXCEEDED(0x9F, CONNACK, DISCONNECT),
    MAXIMUM_CONNECT_TIME(0xA0, DISCONNECT),
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1, SUBACK, DISCONNECT),
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2, SUBACK, DISCONNECT);

    private static final @Nullable ReasonCode[] BY_CODE = new ReasonCode[256];

    static {
        for (ReasonCode reason : values()) BY_CODE[reason.code] = reason;
    }

    private final int code;
    /** Bits of {@link PacketType#bit}. */
    private final int packets;

    ReasonCode(int code, PacketType... packets) {
        this.code = code;
        this.packets = PacketType.bits(packets);
    }

    public int code() {
        return code;
    }

    public boolean isFailure() {
        return code >= 0x80; // §2.4
    }

    public boolean isAllowedIn(PacketType packet) {
        return (packets & packet.bit()) != 0;
    }

    /** What SUBACK says to a subscription that was granted this maximum QoS, 0..2. */
    public static ReasonCode granted(int qos) {
        return switch (qos) {
            case 0 -> SUCCESS;
            case 1 -> GRANTED_QOS_1;
            case 2 -> GRANTED_QOS_2;
            default -> throw new IllegalArgumentException("QoS " + qos + " is not 0..2");
        };
    }

    /** MQTT-3.4.2-1 and its like: a packet carries one of the codes listed for it. */
    static ReasonCode of(int code, PacketType packet) {
        ReasonCode reason = BY_CODE[code];
        if (reason == null || !reason.isAllowedIn(packet)) {
            throw Refusal.protocolError("reason code " + code + " does not belong in " + packet);
        }
        return reason;
    }

    /** The CONNACK return code of 3.x (3.1.1 §3.2.2.3); empty if none applies: then the connection only closes. */
    OptionalInt connectReturnCode() {
        return switch (this) {
            case SUCCESS -> OptionalInt.of(0);
            case UNSUPPORTED_PROTOCOL_VERSION -> OptionalInt.of(1);
            case CLIENT_IDENTIFIER_NOT_VALID -> OptionalInt.of(2);
            case SERVER_UNAVAILABLE, SERVER_BUSY, QUOTA_EXCEEDED, CONNECTION_RATE_EXCEEDED -> OptionalInt.of(3);
            case BAD_USER_NAME_OR_PASSWORD -> OptionalInt.of(4);
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> OptionalInt.of(5);
            default -> OptionalInt.empty();
        };
    }

    /** The reason behind a CONNACK return code of 3.x. */
    static ReasonCode ofConnectReturnCode(int returnCode) {
        return switch (returnCode) {
            case 0 -> SUCCESS;
            case 1 -> UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> SERVER_UNAVAILABLE;
            case 4 -> BAD_USER_NAME_OR_PASSWORD;
            case 5 -> NOT_AUTHORIZED;
            default -> throw Refusal.protocolError("return code " + returnCode + " is reserved");
        };
    }
}
