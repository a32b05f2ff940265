package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.signalbox.broker.LargeReader;
import io.signalbox.broker.Loop;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketEncoder;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a connection sends: packets are encoded one after the other into one buffer, which goes to the socket when a batch
 * of work ends or enough has gathered. While a large payload is under way, which nothing may interrupt, they gather behind it.
 * Confined to the connection's event loop.
 */
final class MqttOutput {

    private static final int SMALLEST_BYTES = 256;
    private static final int FLUSH_BYTES = 64 << 10;

    /** With the packet that is the last to fit. */
    private static final int LARGEST_BYTES = FLUSH_BYTES + 8192;

    /** One on its way, and one behind it. */
    private static final int MOST_LARGE = 2;

    private final MqttConnection connection;
    private PacketEncoder encoder;
    private @Nullable ByteBuf gathered;

    /** What the next buffer gets at first: about as much as the last ones took, so that it need not be copied to grow. */
    private int gatheredBytes = SMALLEST_BYTES;

    /** Made when there is the first, as most connections have none. */
    private @Nullable ArrayDeque<LargePayload> large;

    MqttOutput(MqttConnection connection, PacketEncoder encoder) {
        this.connection = connection;
        this.encoder = encoder;
    }

    private Channel channel() {
        return connection.channel();
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
        ByteBuf out = gathered();
        boolean written = encoder.write(packet, out);
        if (out.readableBytes() >= FLUSH_BYTES) flush();
        return written;
    }

    private ByteBuf gathered() {
        ByteBuf out = gathered;
        if (out == null) {
            out = channel().alloc().buffer(gatheredBytes);
            gathered = out;
        }
        return out;
    }

    /** Writes a PUBLISH whose payload is that of a large message; false if the client takes none of its size, or it is gone. */
    boolean write(Packet.Publish beginning, Message message, Body.Large body) {
        if (!message.hold()) return false;
        ByteBuf out = gathered();
        if (!encoder.writeBeginning(beginning, body.payloadBytes(), out)) {
            message.release();
            return false;
        }
        ArrayDeque<LargePayload> turns = large;
        if (turns == null) large = turns = new ArrayDeque<>(1);
        turns.add(new LargePayload(message, body, out));
        gathered = null;
        return true;
    }

    /** Whether the client keeps up: messages that it does not take have better places to wait. */
    boolean hasRoom() {
        return hasRoomForAnswers() && (large == null || large.size() < MOST_LARGE);
    }

    /**
     * Whether the client is to be read, and answered (the channel's high water mark is the outbound buffer's size). Who takes its
     * time over a large payload is: it goes on to say that it lives.
     */
    boolean hasRoomForAnswers() {
        if (!isHeldUp()) return channel().isWritable();
        return gathered == null || gathered.readableBytes() < FLUSH_BYTES;
    }

    private boolean isHeldUp() {
        return large != null && !large.isEmpty();
    }

    /** Goes on with large payloads; not within itself, as a flush tells that the socket takes more. */
    private void goOn() {
        LargePayload next = firstLarge();
        if (next == null || next.isSending()) return;
        Loop loop = connection.loop().core();
        MessageStore store = connection.loop().context().host().store();
        for (; next != null; next = firstLarge()) {
            if (!next.send(channel(), loop, store, new Progress()) || large == null) return;
            large.remove().close();
            loop.execute(connection::writabilityChanged); // there may be room where there was none
        }
    }

    private @Nullable LargePayload firstLarge() {
        return large == null ? null : large.peek();
    }

    private final class Progress implements LargeReader.Listener {
        @Override
        public void onReadable() {
            flush();
        }

        @Override
        public void onUnreadable(StoreException cause) {
            connection.disconnect(ReasonCode.UNSPECIFIED_ERROR, String.valueOf(cause.getMessage()));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel, and so the connection
    void flush() {
        goOn();
        ByteBuf out = gathered;
        if (out == null || isHeldUp()) return;
        gathered = null;
        int used = out.readableBytes();
        int wanted = Math.max(used + used / 4, gatheredBytes - gatheredBytes / 8);
        gatheredBytes = Math.max(SMALLEST_BYTES, Math.min(wanted, LARGEST_BYTES));
        if (out.isReadable()) {
            Channel channel = channel();
            channel.writeAndFlush(out, channel.voidPromise());
        } else {
            out.release();
        }
    }

    /** The connection ends: what waits behind a payload that is not complete is not sent. */
    void end() {
        flush();
        if (large != null) large.forEach(LargePayload::close);
        large = null;
        if (gathered != null) gathered.release();
        gathered = null;
    }
}
