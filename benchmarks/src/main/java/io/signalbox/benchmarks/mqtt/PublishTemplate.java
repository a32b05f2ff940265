package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.benchmarks.load.Stamp;

/** A PUBLISH encoded once, of which only packet identifier and stamp change (MQTT 3.1.1 §3.3). Immutable. */
final class PublishTemplate {

    private final byte[] packet;
    private final int packetIdAt;
    private final int stampAt;

    private PublishTemplate(byte[] packet, int packetIdAt, int stampAt) {
        this.packet = packet;
        this.packetIdAt = packetIdAt;
        this.stampAt = stampAt;
    }

    static PublishTemplate of(MqttVersion version, String topic, int qos, int bodyBytes) {
        if (bodyBytes < Stamp.BYTES) throw new IllegalArgumentException("a body needs " + Stamp.BYTES + " bytes");
        ByteBuf head = Unpooled.buffer();
        MqttWriter.string(head, topic);
        int packetIdInHead = head.writerIndex();
        if (qos > 0) head.writeShort(0);
        if (version.hasProperties()) head.writeByte(0);
        ByteBuf packet = Unpooled.buffer();
        packet.writeByte(MqttPacket.PUBLISH | qos << 1);
        MqttWriter.length(packet, head.readableBytes() + bodyBytes);
        int headAt = packet.writerIndex();
        packet.writeBytes(head);
        int stampAt = packet.writerIndex();
        packet.writeZero(bodyBytes);
        byte[] bytes = new byte[packet.readableBytes()];
        packet.readBytes(bytes);
        return new PublishTemplate(bytes, headAt + packetIdInHead, stampAt);
    }

    int bytes() {
        return packet.length;
    }

    /** Appends the packet; an identifier of 0 means there is none. */
    void write(ByteBuf out, int packetId, int source, long sequence, long intendedNanos) {
        int at = out.writerIndex();
        out.writeBytes(packet);
        if (packetId != 0) out.setShort(at + packetIdAt, packetId);
        int stamp = at + stampAt;
        out.setInt(stamp + Stamp.SOURCE_AT, source);
        out.setLong(stamp + Stamp.SEQUENCE_AT, sequence);
        out.setLong(stamp + Stamp.INTENDED_AT, intendedNanos);
    }
}
