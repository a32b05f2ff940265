package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads values one after the other (AMQP 1.0 §1.6). Within a list, fields that are not there read as their defaults. One per
 * connection, reused for every frame; nothing is allocated but texts. Confined to its connection.
 */
final class AmqpReader {

    private ByteBuf in;
    private int fields;

    AmqpReader(ByteBuf empty) {
        in = empty;
    }

    void over(ByteBuf buffer) {
        in = buffer;
        fields = Integer.MAX_VALUE;
    }

    /** The descriptor of a described value, whose value is read next; -1 if it is one that has no small number. */
    int descriptor() {
        int constructor = in.readUnsignedByte();
        if (constructor != 0x00) throw malformed(constructor, "a described value");
        constructor = in.readUnsignedByte();
        if (constructor == 0x53) return in.readUnsignedByte();
        if (constructor == 0x80) {
            long code = in.readLong();
            return code >= 0 && code < 0x100 ? (int) code : -1;
        }
        skipBody(constructor);
        return -1;
    }

    /** Enters a list: its fields are read next. */
    void list() {
        int constructor = in.readUnsignedByte();
        switch (constructor) {
            case 0x45 -> fields = 0;
            case 0xc0 -> {
                in.skipBytes(1);
                fields = in.readUnsignedByte();
            }
            case 0xd0 -> {
                in.skipBytes(4);
                fields = in.readInt();
            }
            default -> throw malformed(constructor, "a list");
        }
    }

    /** Enters the described list that is this field, and gives its descriptor; -1 if there is none. */
    int describedField() {
        if (isAbsent()) return -1;
        int descriptor = descriptor();
        list();
        return descriptor;
    }

    private boolean isAbsent() {
        if (fields <= 0) return true;
        fields--;
        if (in.getByte(in.readerIndex()) != 0x40) return false;
        in.skipBytes(1);
        return true;
    }

    void skipFields(int number) {
        for (int i = 0; i < number; i++) {
            if (!isAbsent()) skip();
        }
    }

    void skipRest() {
        while (fields > 0) {
            if (!isAbsent()) skip();
        }
    }

    /** A ubyte, ushort, uint or small ulong; both bounds of a uint come as an int of the same bits. */
    int number(int absent) {
        if (isAbsent()) return absent;
        int constructor = in.readUnsignedByte();
        return switch (constructor) {
            case 0x43, 0x44 -> 0;
            case 0x50, 0x52, 0x53 -> in.readUnsignedByte();
            case 0x60 -> in.readUnsignedShort();
            case 0x70 -> in.readInt();
            case 0x80 -> (int) in.readLong();
            default -> throw malformed(constructor, "a number");
        };
    }

    boolean bool() {
        if (isAbsent()) return false;
        int constructor = in.readUnsignedByte();
        return switch (constructor) {
            case 0x41 -> true;
            case 0x42 -> false;
            case 0x56 -> in.readBoolean();
            default -> throw malformed(constructor, "a boolean");
        };
    }

    /** A string or symbol; empty if it is absent. */
    String text() {
        if (isAbsent()) return "";
        int constructor = in.readUnsignedByte();
        int bytes = switch (constructor) {
            case 0xa1, 0xa3 -> in.readUnsignedByte();
            case 0xb1, 0xb3 -> in.readInt();
            default -> throw malformed(constructor, "a text");
        };
        String text = in.toString(in.readerIndex(), bytes, StandardCharsets.UTF_8);
        in.skipBytes(bytes);
        return text;
    }

    /** Moves into a binary and gives its length. */
    int binary() {
        int constructor = in.readUnsignedByte();
        return switch (constructor) {
            case 0xa0 -> in.readUnsignedByte();
            case 0xb0 -> in.readInt();
            default -> throw malformed(constructor, "a binary");
        };
    }

    /** Passes over one value of any type. */
    void skip() {
        int constructor = in.readUnsignedByte();
        if (constructor == 0x00) {
            skip();
            skip();
        } else {
            skipBody(constructor);
        }
    }

    // §1.6: the upper four bits of a constructor tell how wide the value is
    private void skipBody(int constructor) {
        switch (constructor >> 4) {
            case 0x4 -> {}
            case 0x5 -> in.skipBytes(1);
            case 0x6 -> in.skipBytes(2);
            case 0x7 -> in.skipBytes(4);
            case 0x8 -> in.skipBytes(8);
            case 0x9 -> in.skipBytes(16);
            case 0xa, 0xc, 0xe -> in.skipBytes(in.readUnsignedByte());
            case 0xb, 0xd, 0xf -> in.skipBytes(in.readInt());
            default -> throw malformed(constructor, "a value");
        }
    }

    private static IllegalArgumentException malformed(int constructor, String wanted) {
        return new IllegalArgumentException("the broker sent the type code 0x" + Integer.toHexString(constructor)
                + " where " + wanted + " belongs");
    }
}
