package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The data representations of §1.5, read from and written to a buffer that holds one packet. A read past the end of the
 * packet is a malformed packet; lengths are checked before anything is allocated. Stateless.
 */
final class Wire {

    static final int MAX_LENGTH = 0xFFFF;

    private Wire() {}

    static int unsignedByte(ByteBuf in) {
        need(in, 1);
        return in.readUnsignedByte();
    }

    static int unsignedShort(ByteBuf in) {
        need(in, 2);
        return in.readUnsignedShort();
    }

    static long unsignedInt(ByteBuf in) {
        need(in, 4);
        return in.readUnsignedInt();
    }

    /** MQTT-2.2.1-3, MQTT-2.2.1-4: a packet identifier is never zero. */
    static int packetId(ByteBuf in) {
        int packetId = unsignedShort(in);
        if (packetId == 0) throw Refusal.malformed("the packet identifier is zero");
        return packetId;
    }

    static String string(ByteBuf in) {
        int from = in.readerIndex() + 2;
        int length = skipString(in);
        return in.toString(from, length, StandardCharsets.UTF_8);
    }

    /** Checks a UTF-8 encoded string and passes over it; answers its length without the prefix. */
    static int skipString(ByteBuf in) {
        int length = skipBinary(in);
        Utf8.check(in, in.readerIndex() - length, length);
        return length;
    }

    static byte[] binary(ByteBuf in) {
        int length = skipBinary(in);
        byte[] bytes = new byte[length];
        in.getBytes(in.readerIndex() - length, bytes);
        return bytes;
    }

    static int skipBinary(ByteBuf in) {
        int length = unsignedShort(in);
        need(in, length);
        in.skipBytes(length);
        return length;
    }

    static void need(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) throw Refusal.malformed("a field reaches beyond its packet");
    }

    static void needEnd(ByteBuf in) {
        if (in.isReadable()) throw Refusal.malformed("the packet is longer than its fields");
    }

    /** A string is encoded here once: its bytes with the length in front. */
    static void writeString(ByteBuf out, String string) {
        writeBinary(out, string.getBytes(StandardCharsets.UTF_8));
    }

    static void writeBinary(ByteBuf out, byte[] bytes) {
        if (bytes.length > MAX_LENGTH) throw new IllegalArgumentException(bytes.length + " bytes are more than 65535");
        out.writeShort(bytes.length).writeBytes(bytes);
    }
}
