package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/**
 * What a connection sends: packets are encoded one after the other into one buffer, which goes to the socket when a batch
 * of work ends or enough has gathered. Confined to the connection's event loop.
 */
final class MqttOutput {

    private static final int FIRST_BYTES = 256;
    private static final int FLUSH_BYTES = 64 << 10;

    private final Channel channel;
    private PacketEncoder encoder;
    private @Nullable ByteBuf gathered;

    MqttOutput(Channel channel, PacketEncoder encoder) {
        this.channel = channel;
        this.encoder = encoder;
    }

    /** From now on packets are written so. */
    void encodeWith(PacketEncoder newEncoder) {
        encoder = newEncoder;
    }

    PacketEncoder encoder() {
        return encoder;
    }

    /** Writes a packet; false if the client takes none of its size. */
    boolean write(Packet packet) {
        ByteBuf out = gathered;
        if (out == null) {
            out = channel.alloc().buffer(FIRST_BYTES);
            gathered = out;
        }
        boolean written = encoder.write(packet, out);
        if (out.readableBytes() >= FLUSH_BYTES) flush();
        return written;
    }

    /** Whether the socket keeps up (the channel's high water mark is the outbound buffer's size). */
    boolean hasRoom() {
        return channel.isWritable();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel, and so the connection
    void flush() {
        ByteBuf out = gathered;
        if (out == null) return;
        gathered = null;
        if (out.isReadable()) {
            channel.writeAndFlush(out, channel.voidPromise());
        } else {
            out.release();
        }
    }
}
