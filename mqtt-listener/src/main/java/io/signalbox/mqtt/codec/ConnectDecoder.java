package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** Decodes one CONNECT (§3.1), in two steps: once the version is known, refusals can be answered in it. */
final class ConnectDecoder {

    private static final int RESERVED = 0x01;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    private final ByteBuf in;
    private boolean bridge;

    ConnectDecoder(ByteBuf in) {
        this.in = in;
    }

    ProtocolVersion readVersion() {
        String name = Wire.string(in);
        // MQTT-3.1.2-1: whoever speaks another protocol is not answered in this one.
        if (!ProtocolVersion.isProtocolName(name)) throw Refusal.malformed("the protocol name is not MQTT");
        int level = Wire.unsignedByte(in);
        bridge = (level & ProtocolVersion.BRIDGE_BIT) != 0;
        return ProtocolVersion.of(name, level & ~ProtocolVersion.BRIDGE_BIT)
                .orElseThrow(() -> new Refusal(
                        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "the protocol level is unknown")); // MQTT-3.1.2-2
    }

    Packet.Connect readRest(ProtocolVersion version) {
        int flags = Wire.unsignedByte(in);
        checkFlags(flags, version);
        int keepAliveSeconds = Wire.unsignedShort(in);
        PropertySet properties =
                version.isV5() ? PropertySet.read(in, PacketType.CONNECT) : PropertySet.EMPTY; // §3.1.2.11
        if (properties.has(Property.AUTHENTICATION_DATA) && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw Refusal.protocolError("authentication data without a method"); // §3.1.2.11.10
        }
        // MQTT-3.1.3-1: identifier, will, user name, password, in this order
        String clientId = Wire.string(in); // MQTT-3.1.3-3, MQTT-3.1.3-4
        Optional<Packet.Will> will = (flags & WILL) == 0 ? Optional.empty() : Optional.of(readWill(flags, version));
        Optional<String> userName =
                (flags & USER_NAME) == 0 ? Optional.empty() : Optional.of(Wire.string(in)); // MQTT-3.1.3-12
        Optional<byte[]> password =
                (flags & PASSWORD) == 0 ? Optional.empty() : Optional.of(Wire.binary(in)); // MQTT-3.1.2-19
        return new Packet.Connect(
                version,
                bridge,
                (flags & CLEAN_START) != 0,
                keepAliveSeconds,
                clientId,
                will,
                userName,
                password,
                properties);
    }

    private static void checkFlags(int flags, ProtocolVersion version) {
        if ((flags & RESERVED) != 0) throw Refusal.malformed("the reserved connect flag is set"); // MQTT-3.1.2-3
        if ((flags & WILL) == 0) {
            if (willQos(flags) != 0) throw Refusal.malformed("a will QoS without a will"); // MQTT-3.1.2-11
            if ((flags & WILL_RETAIN) != 0) throw Refusal.malformed("a retained will without a will"); // MQTT-3.1.2-13
        }
        if (willQos(flags) == 3) throw Refusal.malformed("the will QoS is 3"); // MQTT-3.1.2-12
        if (!version.isV5() && (flags & PASSWORD) != 0 && (flags & USER_NAME) == 0) {
            throw Refusal.malformed("a password without a user name"); // 3.1.1 MQTT-3.1.2-22
        }
    }

    private static int willQos(int flags) {
        return (flags >>> 3) & 3;
    }

    private Packet.Will readWill(int flags, ProtocolVersion version) {
        boolean retain = (flags & WILL_RETAIN) != 0;
        if (!version.isV5()) {
            String topic = readWillTopic();
            byte[] payload = Wire.binary(in);
            return new Packet.Will(
                    topic, willQos(flags), retain, 0, Packet.Publish.NO_EXPIRY, PublishBody.ofPayload(payload));
        }
        PublishProperties properties = PublishProperties.readWill(in); // §3.1.3.2
        String topic = readWillTopic();
        int payloadBytes = Wire.unsignedShort(in);
        Wire.need(in, payloadBytes);
        return new Packet.Will(
                topic,
                willQos(flags),
                retain,
                properties.willDelaySeconds,
                properties.expirySeconds,
                properties.body(in, payloadBytes));
    }

    private String readWillTopic() {
        String topic = Wire.string(in); // MQTT-3.1.3-11
        PacketDecoder.checkTopicName(topic);
        return topic;
    }
}
