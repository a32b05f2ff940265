package io.signalbox.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.Serial;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's end of a WebSocket as a stream of bytes (RFC 6455 §5): what binary messages carry goes on as it arrives, so a
 * frame of any size is never held; what is written leaves in binary frames; closing is the closing handshake. A peer that
 * breaks the rules is told why and closed. Confined to the connection's event loop.
 */
final class WebSocketStream extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketStream.class);

    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    /** Status codes of a close frame (RFC 6455 §7.4.1). */
    private static final int NORMAL = 1000;

    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNACCEPTABLE = 1003;
    private static final int TOO_BIG = 1009;

    /** No protocol here has larger packets, and a length beyond it is a mistake. */
    private static final long MAX_FRAME_BYTES = 1L << 28;

    private static final int MAX_CONTROL_BYTES = 125; // RFC 6455 §5.5
    private static final int MAX_HEADER_BYTES = 14;

    /** How long the peer may take for its part of the closing handshake. */
    private static final long CLOSE_MILLIS = 1000;

    /** What the peer did wrong, with the status code that says so. */
    private static final class Violation extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        private final int code;

        Violation(int code, String sentence) {
            super(sentence, null, false, false); // peers may provoke many
            this.code = code;
        }
    }

    private final byte[] header = new byte[MAX_HEADER_BYTES];
    private int headerBytes;
    private boolean inPayload;
    private int opcode;
    private long missing;
    private int mask;
    private ByteBuf control = Unpooled.EMPTY_BUFFER;
    /** A message has begun whose last frame has not come. */
    private boolean inMessage;
    /** Our close frame is on its way: nothing else follows it, and what comes in is not wanted any more. */
    private boolean closeSent;
    /** No frame is looked for any more in what the peer sends. */
    private boolean deaf;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !deaf) {
                if (inPayload) {
                    readPayload(context, bytes);
                } else if (readHeader(bytes)) {
                    beginFrame();
                    if (missing == 0) endFrame(context);
                }
            }
        } catch (Violation violation) {
            refuse(context, violation);
        } finally {
            bytes.release();
        }
    }

    /** Takes what belongs to the header; true once it is complete. */
    private boolean readHeader(ByteBuf bytes) {
        while (headerBytes < wantedHeaderBytes()) {
            if (!bytes.isReadable()) return false;
            header[headerBytes++] = bytes.readByte();
        }
        return true;
    }

    private int wantedHeaderBytes() {
        if (headerBytes < 2 || header[1] >= 0) return 2; // without a mask there is nothing to wait for
        return switch (header[1] & 0x7F) {
            case 126 -> 2 + Short.BYTES + Integer.BYTES;
            case 127 -> 2 + Long.BYTES + Integer.BYTES;
            default -> 2 + Integer.BYTES;
        };
    }

    private void beginFrame() throws Violation {
        ByteBuf read = Unpooled.wrappedBuffer(header);
        int first = read.readByte();
        int second = read.readByte();
        if ((first & 0x70) != 0) throw new Violation(PROTOCOL_ERROR, "no extension was agreed on"); // §5.2
        if (second >= 0) throw new Violation(PROTOCOL_ERROR, "a client's frames are masked"); // §5.1
        int shortLength = second & 0x7F;
        missing = shortLength == 126 ? read.readUnsignedShort() : shortLength == 127 ? read.readLong() : shortLength;
        mask = read.readInt();
        boolean isLast = first < 0;
        opcode = first & 0x0F;
        switch (opcode) {
            case TEXT -> throw new Violation(UNACCEPTABLE, "data frames are binary"); // MQTT-6.0.0-1
            case BINARY, CONTINUATION -> {
                if (inMessage != (opcode == CONTINUATION)) { // §5.4
                    throw new Violation(PROTOCOL_ERROR, "the frames of a message are one binary, then continuations");
                }
                inMessage = !isLast;
                if (missing < 0 || missing > MAX_FRAME_BYTES) throw new Violation(TOO_BIG, "a frame is too large");
            }
            case CLOSE, PING, PONG -> {
                if (!isLast || missing > MAX_CONTROL_BYTES || missing < 0) { // §5.5
                    throw new Violation(PROTOCOL_ERROR, "a control frame is one frame of 125 bytes at most");
                }
                control = Unpooled.buffer((int) missing, (int) missing);
            }
            default -> throw new Violation(PROTOCOL_ERROR, "there is no opcode " + opcode);
        }
        headerBytes = 0;
        inPayload = true;
    }

    private void readPayload(ChannelHandlerContext context, ByteBuf bytes) throws Violation {
        int length = (int) Math.min(missing, bytes.readableBytes());
        unmask(bytes, length);
        missing -= length;
        if (isControl()) {
            control.writeBytes(bytes, length);
        } else if (closeSent) {
            bytes.skipBytes(length);
        } else {
            context.fireChannelRead(bytes.readRetainedSlice(length));
        }
        if (missing == 0) endFrame(context);
    }

    private boolean isControl() {
        return opcode >= CLOSE;
    }

    /** Unmasks the next bytes where they lie: the socket's buffer is ours (§5.3). */
    private void unmask(ByteBuf bytes, int length) {
        int at = bytes.readerIndex();
        int end = at + length;
        for (; at + Integer.BYTES <= end; at += Integer.BYTES) bytes.setInt(at, bytes.getInt(at) ^ mask);
        for (; at < end; at++) {
            bytes.setByte(at, bytes.getByte(at) ^ mask >>> 24);
            mask = Integer.rotateLeft(mask, Byte.SIZE); // the frame's next bytes may come in another read
        }
    }

    private void endFrame(ChannelHandlerContext context) throws Violation {
        inPayload = false;
        if (!isControl()) return;
        ByteBuf content = control;
        control = Unpooled.EMPTY_BUFFER;
        if (opcode == CLOSE) {
            checkCloseCode(content);
            deaf = true;
            if (!closeSent) sendClose(context, content); // §5.5.1: its status code comes back
            context.channel().config().setAutoRead(true);
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else if (opcode == PING && !closeSent && context.channel().isWritable()) {
            // §5.5.3: who does not read our answers gets none for now, so that they cannot pile up
            writeFrame(context, PONG, content, context.newPromise());
            context.flush();
        }
    }

    /** It comes back, so it has to be one that may be sent (§7.4.1, §7.4.2). */
    private static void checkCloseCode(ByteBuf content) throws Violation {
        if (!content.isReadable()) return;
        if (content.readableBytes() == 1) throw new Violation(PROTOCOL_ERROR, "half a status code"); // §5.5.1
        int code = content.getUnsignedShort(content.readerIndex());
        boolean defined = code >= NORMAL && code <= 1014 && (code < 1004 || code > 1006);
        if (!defined && (code < 3000 || code > 4999)) {
            throw new Violation(PROTOCOL_ERROR, "nobody sends the status code " + code);
        }
    }

    private void refuse(ChannelHandlerContext context, Violation violation) {
        LOG.debug(
                "event=websocket_refused remote={} code={} sentence=\"{}\"",
                context.channel().remoteAddress(),
                violation.code,
                violation.getMessage());
        deaf = true;
        String sentence = String.valueOf(violation.getMessage());
        if (!closeSent) sendClose(context, closeContent(violation.code, sentence));
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private static ByteBuf closeContent(int code, String sentence) {
        return Unpooled.buffer().writeShort(code).writeBytes(sentence.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends our close frame, and waits no longer than we have to for whatever is to follow. */
    private void sendClose(ChannelHandlerContext context, ByteBuf content) {
        writeFrame(context, CLOSE, content, context.newPromise());
        closeSent = true;
        context.flush();
        context.executor().schedule(() -> context.close(), CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void writeFrame(ChannelHandlerContext context, int opcode, ByteBuf content, ChannelPromise promise) {
        int length = content.readableBytes();
        ByteBuf start = context.alloc().ioBuffer(MAX_HEADER_BYTES).writeByte(0x80 | opcode);
        if (length < 126) {
            start.writeByte(length);
        } else if (length <= 0xFFFF) {
            start.writeByte(126).writeShort(length);
        } else {
            start.writeByte(127).writeLong(length);
        }
        context.write(start);
        context.write(content, promise);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf bytes = (ByteBuf) message;
        if (closeSent) {
            ReferenceCountUtil.release(bytes);
            if (!promise.isVoid()) promise.tryFailure(new ClosedChannelException());
        } else if (bytes.isReadable()) {
            writeFrame(context, BINARY, bytes, promise);
        } else {
            context.write(bytes, promise); // an empty write asks when all before it is out
        }
    }

    /** The listener's close: our close frame, then the peer's, or a moment (§7.1.1). Input is thrown away meanwhile. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!context.channel().isActive() || deaf) {
            context.close(promise);
            return;
        }
        if (!closeSent) sendClose(context, closeContent(NORMAL, ""));
        context.channel().config().setAutoRead(true);
        context.channel().closeFuture().addListener(closed -> promise.trySuccess());
    }
}
