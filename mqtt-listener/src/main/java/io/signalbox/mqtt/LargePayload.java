package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.signalbox.broker.LargeReader;
import io.signalbox.broker.Loop;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.PayloadFinder;
import io.signalbox.broker.store.MessageStore;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH whose payload is read from the log as the client takes it. It holds its message from the beginning to {@link
 * #close}. Confined to the connection's event loop.
 */
final class LargePayload {

    private final Message message;
    private final Body.Large body;
    private @Nullable ByteBuf before;
    private @Nullable LargeReader reader;
    private @Nullable PayloadFinder finder;
    private long left;
    private boolean sending;
    private boolean closed;

    /**
     * @param message held for this
     * @param before all that the connection sends before the payload
     */
    LargePayload(Message message, Body.Large body, ByteBuf before) {
        this.message = message;
        this.body = body;
        this.before = before;
        this.left = body.payloadBytes();
    }

    /**
     * Sends as much as there is and the socket takes.
     *
     * @return whether all of it has been sent
     */
    boolean send(Channel channel, Loop loop, MessageStore store, LargeReader.Listener listener) {
        sending = true;
        try {
            sendWanted(channel, loop, store, listener);
        } finally {
            sending = false;
        }
        return left == 0;
    }

    /** Whether this is within {@link #send}, as when a flush tells that the socket takes more. */
    boolean isSending() {
        return sending;
    }

    private void sendWanted(Channel channel, Loop loop, MessageStore store, LargeReader.Listener listener) {
        LargeReader from = reader;
        PayloadFinder payload = finder;
        if (from == null || payload == null) {
            sendBefore(channel);
            reader = from = new LargeReader(loop, store, body.pieces(), listener);
            finder = payload = message.format().payloadFinder(body);
        }
        do {
            for (byte[] piece = from.piece(); piece != null && isWanted(channel); piece = from.piece()) {
                payload.next(piece, (bytes, begin, end) -> write(channel, bytes, begin, end));
                from.taken();
            }
            channel.flush(); // which may make room
        } while (isWanted(channel) && from.piece() != null);
    }

    private boolean isWanted(Channel channel) {
        return left > 0 && channel.isWritable();
    }

    private void sendBefore(Channel channel) {
        ByteBuf first = before;
        before = null;
        if (first != null) write(channel, first);
    }

    private void write(Channel channel, byte[] bytes, int begin, int end) {
        left -= end - begin;
        if (left < 0) throw new IllegalStateException("a payload is longer than was said");
        write(channel, Unpooled.wrappedBuffer(bytes, begin, end - begin));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel, and so the connection
    private static void write(Channel channel, ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    /** It has been sent, or never will be. */
    void close() {
        if (closed) return;
        closed = true;
        if (before != null) before.release();
        before = null;
        if (reader != null) reader.close();
        message.release();
    }
}
