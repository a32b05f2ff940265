package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes frames and values (AMQP 1.0 §1.6, §2.3). A list counts what is written into it. For what is rare: hot frames are
 * encoded once and patched. Used by one thread.
 */
final class AmqpWriter {

    static final int AMQP_FRAME = 0;
    static final int SASL_FRAME = 1;

    private static final int DEEPEST = 8;

    private final ByteBuf out;
    private final int[] listAt = new int[DEEPEST];
    private final int[] count = new int[DEEPEST];
    private int depth;
    private int frameAt;

    AmqpWriter(ByteBuf out) {
        this.out = out;
    }

    AmqpWriter frame(int type) {
        frameAt = out.writerIndex();
        out.writeInt(0).writeByte(2).writeByte(type).writeShort(0);
        return this;
    }

    void endFrame() {
        if (depth != 0) throw new IllegalStateException(depth + " lists are open at the end of the frame");
        out.setInt(frameAt, out.writerIndex() - frameAt);
    }

    /** Begins a described list: a performative, a terminus, an outcome, a section. */
    AmqpWriter list(int descriptor) {
        countValue();
        out.writeByte(0x00).writeByte(0x53).writeByte(descriptor);
        listAt[depth] = out.writerIndex();
        count[depth++] = 0;
        out.writeByte(0xd0).writeInt(0).writeInt(0);
        return this;
    }

    AmqpWriter endList() {
        int at = listAt[--depth];
        out.setInt(at + 1, out.writerIndex() - at - 5);
        out.setInt(at + 5, count[depth]);
        return this;
    }

    private void countValue() {
        if (depth > 0) count[depth - 1]++;
    }

    AmqpWriter nothing() {
        countValue();
        out.writeByte(0x40);
        return this;
    }

    AmqpWriter bool(boolean value) {
        countValue();
        out.writeByte(value ? 0x41 : 0x42);
        return this;
    }

    AmqpWriter ubyte(int value) {
        countValue();
        out.writeByte(0x50).writeByte(value);
        return this;
    }

    AmqpWriter ushort(int value) {
        countValue();
        out.writeByte(0x60).writeShort(value);
        return this;
    }

    AmqpWriter uint(int value) {
        countValue();
        out.writeByte(0x70).writeInt(value);
        return this;
    }

    AmqpWriter ulong(long value) {
        countValue();
        out.writeByte(0x80).writeLong(value);
        return this;
    }

    AmqpWriter string(String text) {
        return text(0xb1, text);
    }

    AmqpWriter symbol(String text) {
        return text(0xb3, text);
    }

    private AmqpWriter text(int constructor, String text) {
        countValue();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(constructor).writeInt(utf8.length).writeBytes(utf8);
        return this;
    }

    AmqpWriter binary(byte[] bytes) {
        countValue();
        out.writeByte(0xb0).writeInt(bytes.length).writeBytes(bytes);
        return this;
    }
}
