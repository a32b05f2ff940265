package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;

/** The first bytes of the packets a load meets, and how long a packet is (MQTT 3.1.1 §2.2). Stateless. */
final class MqttPacket {

    static final int CONNECT = 0x10;
    static final int CONNACK = 0x20;
    static final int PUBLISH = 0x30;
    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62; // MQTT-3.6.1-1: the flags are 0010
    static final int PUBCOMP = 0x70;
    static final int SUBSCRIBE = 0x82; // MQTT-3.8.1-1: the flags are 0010
    static final int SUBACK = 0x90;
    static final int DISCONNECT = 0xe0;

    static final int SESSION_EXPIRY_INTERVAL = 0x11;

    private MqttPacket() {}

    /** The whole length of the packet at the reader index; -1 if its length is not all there. */
    static int bytes(ByteBuf in) {
        int at = in.readerIndex() + 1;
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            if (at >= in.writerIndex()) return -1;
            int next = in.getByte(at++);
            length |= (next & 127) << shift;
            if (next >= 0) return at - in.readerIndex() + length;
        }
        throw new IllegalArgumentException("a remaining length of more than four bytes");
    }

    /** Moves the reader index to what follows the packet's length. */
    static void skipFixedHeader(ByteBuf in) {
        in.skipBytes(1);
        length(in);
    }

    /** Reads a length of the form of MQTT-1.5.5. */
    static int length(ByteBuf in) {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int next = in.readByte();
            length |= (next & 127) << shift;
            if (next >= 0) return length;
        }
        throw new IllegalArgumentException("a length of more than four bytes");
    }
}
