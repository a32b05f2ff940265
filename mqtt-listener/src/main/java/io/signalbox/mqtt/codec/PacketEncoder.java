package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes packets in one version, within what the peer said it takes (§3.1.2.11.4, §3.1.2.11.7). Immutable.
 */
public final class PacketEncoder {

    /** No maximum packet size but the protocol's own (§3.1.2.11.4). */
    public static final long UNLIMITED = 5L + VariableByteInteger.MAX;

    // Those that write without limits, which most peers share.
    private static final PacketEncoder V3_1 = new PacketEncoder(ProtocolVersion.V3_1);
    private static final PacketEncoder V3_1_1 = new PacketEncoder(ProtocolVersion.V3_1_1);
    private static final PacketEncoder V5 = new PacketEncoder(ProtocolVersion.V5);

    private final ProtocolVersion version;
    private final long maximumPacketSize;
    private final boolean problemInformation;

    /** Writes for a peer that named no limits. */
    public static PacketEncoder of(ProtocolVersion version) {
        return switch (version) {
            case V3_1 -> V3_1;
            case V3_1_1 -> V3_1_1;
            case V5 -> V5;
        };
    }

    /** Writes for the client that sent these CONNECT properties. */
    public static PacketEncoder of(ProtocolVersion version, PropertySet connectProperties) {
        PacketEncoder own = new PacketEncoder(version, connectProperties);
        return own.maximumPacketSize == UNLIMITED && own.problemInformation ? of(version) : own;
    }

    public PacketEncoder(ProtocolVersion version) {
        this(version, PropertySet.EMPTY);
    }

    public PacketEncoder(ProtocolVersion version, PropertySet connectProperties) {
        this.version = version;
        this.maximumPacketSize = connectProperties.number(Property.MAXIMUM_PACKET_SIZE, UNLIMITED);
        this.problemInformation = connectProperties.number(Property.REQUEST_PROBLEM_INFORMATION, 1) != 0;
    }

    public ProtocolVersion version() {
        return version;
    }

    /**
     * Writes {@code packet}, without reason string and user properties where they are unwanted or too long.
     *
     * @return whether it was written; false if the peer takes no packet of its size (MQTT-3.1.2-24)
     */
    public boolean write(Packet packet, ByteBuf out) {
        if (packet instanceof Packet.Publish publish) return writePublish(publish, 0, out);
        PropertySet properties = properties(packet);
        // MQTT-3.1.2-29: these only on PUBLISH, CONNACK and DISCONNECT.
        boolean unwanted =
                !problemInformation && packet.type() != PacketType.CONNACK && packet.type() != PacketType.DISCONNECT;
        if (unwanted && properties.hasDiagnostics()) properties = properties.withoutDiagnostics();
        ByteBuf body = writeBody(packet, properties, out.alloc());
        try {
            if (exceedsMaximum(body.readableBytes()) && properties.hasDiagnostics()) {
                body.clear(); // MQTT-3.4.2-2, -3 and their like
                writeBody(packet, properties.withoutDiagnostics(), body);
            }
            if (exceedsMaximum(body.readableBytes())) return false;
            out.writeByte(packet.type().firstByte());
            VariableByteInteger.write(out, body.readableBytes());
            out.writeBytes(body);
            return true;
        } finally {
            body.release();
        }
    }

    /** Whether the peer takes {@code packet}, if need be without reason string and user properties. */
    public boolean takes(Packet packet) {
        return maximumPacketSize == UNLIMITED || write(packet, Unpooled.buffer(64));
    }

    private boolean exceedsMaximum(int remainingLength) {
        return 1L + VariableByteInteger.size(remainingLength) + remainingLength > maximumPacketSize;
    }

    private ByteBuf writeBody(Packet packet, PropertySet properties, ByteBufAllocator allocator) {
        ByteBuf body = allocator.heapBuffer(64);
        writeBody(packet, properties, body);
        return body;
    }

    private static PropertySet properties(Packet packet) {
        if (packet instanceof Packet.ConnAck p) return p.properties();
        if (packet instanceof Packet.Ack p) return p.properties();
        if (packet instanceof Packet.SubAck p) return p.properties();
        if (packet instanceof Packet.UnsubAck p) return p.properties();
        if (packet instanceof Packet.Disconnect p) return p.properties();
        if (packet instanceof Packet.Auth p) return p.properties();
        if (packet instanceof Packet.Connect p) return p.properties();
        if (packet instanceof Packet.Subscribe p) return p.properties();
        if (packet instanceof Packet.Unsubscribe p) return p.properties();
        return PropertySet.EMPTY;
    }

    private void writeBody(Packet packet, PropertySet properties, ByteBuf out) {
        if (packet instanceof Packet.Connect p) {
            writeConnect(p, properties, out);
        } else if (packet instanceof Packet.ConnAck p) {
            writeConnAck(p, properties, out);
        } else if (packet instanceof Packet.Ack p) {
            out.writeShort(p.packetId());
            writeReason(p.reason(), properties, out);
        } else if (packet instanceof Packet.Subscribe p) {
            out.writeShort(p.packetId());
            writeProperties(properties, out);
            for (Packet.SubscriptionRequest request : p.requests()) writeRequest(request, out);
        } else if (packet instanceof Packet.SubAck p) {
            out.writeShort(p.packetId());
            writeProperties(properties, out);
            writeSubAckReasons(p.reasons(), out);
        } else if (packet instanceof Packet.Unsubscribe p) {
            out.writeShort(p.packetId());
            writeProperties(properties, out);
            for (String filter : p.filters()) Wire.writeString(out, filter);
        } else if (packet instanceof Packet.UnsubAck p) {
            out.writeShort(p.packetId());
            writeProperties(properties, out);
            if (version.isV5()) p.reasons().forEach(reason -> out.writeByte(reason.code())); // MQTT-3.11.3-1
        } else if (packet instanceof Packet.Disconnect p) {
            writeReason(p.reason(), properties, out);
        } else if (packet instanceof Packet.Auth p) {
            writeReason(p.reason(), properties, out);
        }
    }

    private void writeProperties(PropertySet properties, ByteBuf out) {
        if (version.isV5()) properties.write(out);
    }

    /** §3.4.2.1, §3.14.2.1, §3.15.2.1: what says success and nothing else is left out. */
    private void writeReason(ReasonCode reason, PropertySet properties, ByteBuf out) {
        if (!version.isV5() || (reason == ReasonCode.SUCCESS && properties.isEmpty())) return;
        out.writeByte(reason.code());
        if (!properties.isEmpty()) properties.write(out);
    }

    private void writeConnAck(Packet.ConnAck packet, PropertySet properties, ByteBuf out) {
        boolean sessionPresent = packet.sessionPresent() && version != ProtocolVersion.V3_1; // 3.1 reserves the flag
        out.writeByte(sessionPresent ? 1 : 0);
        if (version.isV5()) {
            out.writeByte(packet.reason().code());
            properties.write(out);
        } else {
            out.writeByte(packet.reason()
                    .connectReturnCode()
                    .orElseThrow(() -> new IllegalArgumentException(packet.reason() + " has no return code in 3.x")));
        }
    }

    /** Whether a refused CONNECT is answered before the connection closes (3.1.1 MQTT-3.2.2-6). */
    public boolean canSayInConnAck(ReasonCode reason) {
        return version.isV5()
                ? reason.isAllowedIn(PacketType.CONNACK)
                : reason.connectReturnCode().isPresent();
    }

    private void writeSubAckReasons(List<ReasonCode> reasons, ByteBuf out) {
        for (ReasonCode reason : reasons) {
            // 3.1.1 MQTT-3.9.3-2 knows one failure.
            out.writeByte(reason.isFailure() && !version.isV5() ? 0x80 : reason.code());
        }
    }

    private void writeRequest(Packet.SubscriptionRequest request, ByteBuf out) {
        Wire.writeString(out, request.filter());
        int options = request.qos();
        if (version.isV5()) {
            options |= (request.noLocal() ? 0x04 : 0)
                    | (request.retainAsPublished() ? 0x08 : 0)
                    | (request.retainHandling() << 4);
        }
        out.writeByte(options);
    }

    private void writeConnect(Packet.Connect packet, PropertySet properties, ByteBuf out) {
        Wire.writeString(out, version.protocolName());
        out.writeByte(version.level() | (packet.bridge() ? ProtocolVersion.BRIDGE_BIT : 0));
        int flags = packet.cleanStart() ? 0x02 : 0;
        if (packet.userName().isPresent()) flags |= 0x80;
        if (packet.password().isPresent()) flags |= 0x40;
        if (packet.will().isPresent()) {
            Packet.Will will = packet.will().get();
            flags |= 0x04 | (will.qos() << 3) | (will.retain() ? 0x20 : 0);
        }
        out.writeByte(flags);
        out.writeShort(packet.keepAliveSeconds());
        writeProperties(properties, out);
        Wire.writeString(out, packet.clientId());
        packet.will().ifPresent(will -> writeWill(will, out));
        packet.userName().ifPresent(userName -> Wire.writeString(out, userName));
        packet.password().ifPresent(password -> Wire.writeBinary(out, password));
    }

    private void writeWill(Packet.Will will, ByteBuf out) {
        if (version.isV5()) {
            int own = (will.delaySeconds() > 0 ? 5 : 0) + expiryBytes(will.expirySeconds());
            VariableByteInteger.write(out, own + PublishBody.propertiesLength(will.body()));
            if (will.delaySeconds() > 0) {
                out.writeByte(Property.WILL_DELAY_INTERVAL.id()).writeInt((int) will.delaySeconds());
            }
            writeExpiry(will.expirySeconds(), out);
            writeForwarded(will.body(), out);
        }
        Wire.writeString(out, will.topic());
        Body.Inline payload = PublishBody.payload(will.body());
        out.writeShort(payload.size()).writeBytes(payload.bytes(), payload.from(), payload.size());
    }

    private static int expiryBytes(long expirySeconds) {
        return expirySeconds == Packet.Publish.NO_EXPIRY ? 0 : 5;
    }

    private static void writeExpiry(long expirySeconds, ByteBuf out) {
        if (expirySeconds == Packet.Publish.NO_EXPIRY) return;
        out.writeByte(Property.MESSAGE_EXPIRY_INTERVAL.id()).writeInt((int) expirySeconds);
    }

    private static void writeForwarded(Body.Inline body, ByteBuf out) {
        out.writeBytes(body.bytes(), PublishBody.propertiesFrom(body), PublishBody.propertiesLength(body));
    }

    /**
     * Writes a PUBLISH up to its payload, which follows.
     *
     * @return as {@link #write}
     */
    public boolean writeBeginning(Packet.Publish packet, long payloadBytes, ByteBuf out) {
        return writePublish(packet, payloadBytes, out);
    }

    /** @param morePayload bytes that are not in its body */
    private boolean writePublish(Packet.Publish packet, long morePayload, ByteBuf out) {
        Body.Inline body = packet.body();
        int payloadFrom = PublishBody.payloadFrom(body);
        byte[] topic = packet.topic().getBytes(StandardCharsets.UTF_8);
        int propertiesLength = version.isV5() ? publishPropertiesLength(packet) : 0;
        long length = 2L + topic.length + (packet.qos() > 0 ? 2 : 0) + (body.to() - payloadFrom) + morePayload;
        if (version.isV5()) length += VariableByteInteger.size(propertiesLength) + propertiesLength;
        if (length > VariableByteInteger.MAX || exceedsMaximum((int) length)) return false;
        out.writeByte(PacketType.firstByteOf(packet));
        VariableByteInteger.write(out, (int) length);
        Wire.writeBinary(out, topic);
        if (packet.qos() > 0) out.writeShort(packet.packetId());
        if (version.isV5()) {
            VariableByteInteger.write(out, propertiesLength);
            writeExpiry(packet.expirySeconds(), out);
            if (packet.topicAlias() > 0)
                out.writeByte(Property.TOPIC_ALIAS.id()).writeShort(packet.topicAlias());
            for (int id : packet.subscriptionIds()) {
                out.writeByte(Property.SUBSCRIPTION_IDENTIFIER.id());
                VariableByteInteger.write(out, id);
            }
            writeForwarded(body, out);
        }
        out.writeBytes(body.bytes(), payloadFrom, body.to() - payloadFrom);
        return true;
    }

    private static int publishPropertiesLength(Packet.Publish packet) {
        int length = PublishBody.propertiesLength(packet.body()) + expiryBytes(packet.expirySeconds());
        if (packet.topicAlias() > 0) length += 3;
        for (int id : packet.subscriptionIds()) length += 1 + VariableByteInteger.size(id);
        return length;
    }
}
