package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;

/** Integers of one to four bytes, seven bits in each, the lowest first (§1.5.5). Stateless. */
public final class VariableByteInteger {

    /** The largest value that four bytes hold. */
    public static final int MAX = 268_435_455;

    static final int MAX_BYTES = 4;

    private VariableByteInteger() {}

    /** How many bytes {@code value} takes. */
    public static int size(int value) {
        if (value < 0 || value > MAX) throw new IllegalArgumentException(value + " is not 0.." + MAX);
        if (value < 1 << 7) return 1;
        if (value < 1 << 14) return 2;
        return value < 1 << 21 ? 3 : 4;
    }

    public static void write(ByteBuf out, int value) {
        int rest = value;
        for (int left = size(value); left > 1; left--) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** Writes {@code value} at {@code index} and answers the index after it. */
    static int write(byte[] bytes, int index, int value) {
        int at = index;
        int rest = value;
        for (int left = size(value); left > 1; left--) {
            bytes[at++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        return at;
    }

    /** Reads a value inside a 5.0 packet. */
    static int read(ByteBuf in) {
        int value = 0;
        for (int size = 1; size <= MAX_BYTES; size++) {
            int next = Wire.unsignedByte(in);
            value |= (next & 0x7F) << (7 * (size - 1));
            if ((next & 0x80) == 0) {
                // MQTT-1.5.5-1: the fewest bytes that hold the value.
                if (size != size(value)) throw Refusal.malformed("a variable byte integer is longer than it need be");
                return value;
            }
        }
        throw Refusal.malformed("a variable byte integer is longer than four bytes"); // §1.5.5
    }
}
