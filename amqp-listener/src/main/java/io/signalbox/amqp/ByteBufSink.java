package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.codec.WritableBuffer;

/** Lets the codec write into a netty buffer, which grows as needed. Confined to the thread that encodes. */
final class ByteBufSink implements WritableBuffer {

    private final ByteBuf buffer;

    ByteBufSink(ByteBuf buffer) {
        this.buffer = buffer;
    }

    @Override
    public void put(byte value) {
        buffer.writeByte(value);
    }

    @Override
    public void putFloat(float value) {
        buffer.writeFloat(value);
    }

    @Override
    public void putDouble(double value) {
        buffer.writeDouble(value);
    }

    @Override
    public void put(byte[] source, int offset, int length) {
        buffer.writeBytes(source, offset, length);
    }

    @Override
    public void putShort(short value) {
        buffer.writeShort(value);
    }

    @Override
    public void putInt(int value) {
        buffer.writeInt(value);
    }

    @Override
    public void putLong(long value) {
        buffer.writeLong(value);
    }

    @Override
    public void put(ByteBuffer payload) {
        buffer.writeBytes(payload);
    }

    @Override
    public void put(ReadableBuffer payload) {
        buffer.writeBytes(payload.byteBuffer());
    }

    @Override
    public void put(String value) {
        ByteBufUtil.writeUtf8(buffer, value);
    }

    @Override
    public void ensureRemaining(int bytes) {
        buffer.ensureWritable(bytes);
    }

    @Override
    public boolean hasRemaining() {
        return true;
    }

    @Override
    public int remaining() {
        return Integer.MAX_VALUE - buffer.writerIndex();
    }

    @Override
    public int position() {
        return buffer.writerIndex();
    }

    @Override
    public void position(int position) {
        buffer.ensureWritable(Math.max(0, position - buffer.writerIndex()));
        buffer.writerIndex(position);
    }

    @Override
    public int limit() {
        return Integer.MAX_VALUE;
    }
}
