package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/**
 * Gathers one connection's outgoing frames (AMQP 1.0 §2.3) in one buffer, which goes to the socket once per batch; only
 * large payloads go as slices of their own, uncopied. Confined to the connection's event loop.
 */
final class FrameWriter {

    /** Bytes the peer may leave unread before it is read no more. */
    private static final long MAX_UNREAD_BYTES = 4 << 20;

    /** Payload pieces from this size on are not copied. */
    private static final int SLICE_BYTES = 4096;

    /** A buffer that has no room for the next frame within this goes to the socket before its batch is over. */
    private static final int FULL_BYTES = 80 << 10; // more than a read, so what came with one leaves with one write

    private static final int SMALLEST_BUFFER_BYTES = 1024;

    /** Of a frame that is no transfer. */
    private static final int USUAL_FRAME_BYTES = 128;

    /** Where the beginnings of transfer frames are put together, one at a time. */
    private static final FastThreadLocal<byte[]> HEAD = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[HEADER_BYTES + OutgoingTransfer.MOST_HEAD_BYTES];
        }
    };

    /** Frames of large messages have no more, whatever the peer takes: others go between them. */
    private static final int LARGE_FRAME_BYTES = 64 << 10;

    private static final int HEADER_BYTES = 8;
    private static final int BODY_OFFSET_WORDS = 2;

    /** What is to be said does not fit in a frame that the peer takes (AMQP 1.0 §2.8.15). */
    static final class FrameTooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private FrameTooLarge(String sentence) {
            super(sentence, null, false, false);
        }
    }

    private final ChannelHandlerContext context;
    private @Nullable ByteBuf buffer;

    /** What the next buffer gets at first: about as much as the last ones took, so that it need not be copied to grow. */
    private int bufferBytes = SMALLEST_BUFFER_BYTES;

    private int maxFrameBytes = 512; // AMQP 1.0 §2.8.19: MIN-MAX-FRAME-SIZE, until the peer's open says more
    private long framesWritten;
    private boolean closed;

    FrameWriter(ChannelHandlerContext context) {
        this.context = context;
    }

    /** From the peer's open on frames are as large as it can take them. */
    void limitFrames(Open open) throws Refusal {
        UnsignedInteger limit = open.getMaxFrameSize();
        // AMQP 1.0 §2.7.1: "Both peers MUST accept frames of up to 512 (MIN-MAX-FRAME-SIZE) octets"
        if (limit != null && limit.longValue() < 512) {
            throw Refusal.ofConnection(AmqpError.INVALID_FIELD, "max-frame-size is below 512");
        }
        maxFrameBytes = limit == null ? Integer.MAX_VALUE : (int) Math.min(limit.longValue(), Integer.MAX_VALUE);
    }

    /** How many frames were written since the start; tells whether the connection was idle. */
    long framesWritten() {
        return framesWritten;
    }

    void protocolHeader(long header) {
        if (closed) return;
        buffer().writeLong(header);
        framesWritten++;
    }

    /** An empty frame: a heartbeat (AMQP 1.0 §2.4.5). */
    void emptyFrame() {
        if (closed) return;
        end(begin(), FrameReader.TYPE_AMQP, 0);
    }

    /** A frame with a performative and no payload. */
    void frame(int type, int channel, Object performative) {
        if (closed) return;
        int start = begin();
        ByteBuf out = buffer();
        PerformativeCodec.ofThread().encode(performative, new ByteBufSink(out));
        int size = out.writerIndex() - start;
        if (type == FrameReader.TYPE_AMQP && size > maxFrameBytes) {
            out.writerIndex(start);
            throw new FrameTooLarge(performative.getClass().getSimpleName() + " takes " + size
                    + " bytes, you take frames of " + maxFrameBytes);
        }
        end(start, type, channel);
    }

    /** The next frame of a delivery, as large as the peer takes. */
    void transferFrame(int channel, OutgoingTransfer transfer) {
        if (closed) return;
        int most = transfer.isLarge() ? Math.min(maxFrameBytes, LARGE_FRAME_BYTES) : maxFrameBytes;
        byte[] head = HEAD.get();
        int headBytes = transfer.writeHead(head, HEADER_BYTES, most - HEADER_BYTES);
        int piece = transfer.pieceBytes();
        BigEndian.putInt(head, 0, headBytes + piece);
        BigEndian.putInt(head, 4, BODY_OFFSET_WORDS << 24 | FrameReader.TYPE_AMQP << 16 | channel);
        ByteBuf out = bufferFor(headBytes + (piece < SLICE_BYTES ? piece : 0));
        out.writeBytes(head, 0, headBytes);
        framesWritten++;
        byte[] bytes = transfer.piece();
        int from = transfer.pieceFrom();
        if (piece < SLICE_BYTES) {
            out.writeBytes(bytes, from, piece);
        } else {
            writeBuffer();
            write(Unpooled.wrappedBuffer(bytes, from, piece));
        }
    }

    /** Whether the peer takes what it is sent more slowly than it is produced. */
    boolean isCongested() {
        return !context.channel().isWritable();
    }

    /**
     * Whether what the peer has not read is more than deliveries alone come to, which stop when it is congested: so these are
     * answers to what it goes on sending. Not before, since a peer may have to write before it reads.
     */
    boolean isFull() {
        return context.channel().bytesBeforeWritable() > MAX_UNREAD_BYTES;
    }

    void flush() {
        if (closed) return;
        writeBuffer();
        context.flush();
    }

    /** The socket is gone; what is written from here on goes nowhere. */
    void close() {
        closed = true;
        if (buffer != null) buffer.release();
        buffer = null;
    }

    private ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current == null) buffer = current = context.alloc().buffer(bufferBytes);
        return current;
    }

    /** The buffer to write so many bytes to. */
    private ByteBuf bufferFor(int bytes) {
        ByteBuf current = buffer();
        if (!current.isReadable() || current.readableBytes() + bytes <= FULL_BYTES) return current;
        writeBuffer();
        return buffer();
    }

    private int begin() {
        ByteBuf out = bufferFor(USUAL_FRAME_BYTES);
        int start = out.writerIndex();
        out.writeZero(HEADER_BYTES);
        return start;
    }

    private void end(int start, int type, int channel) {
        ByteBuf out = buffer();
        out.setInt(start, out.writerIndex() - start);
        out.setByte(start + 4, BODY_OFFSET_WORDS);
        out.setByte(start + 5, type);
        out.setShort(start + 6, channel);
        framesWritten++;
    }

    private void writeBuffer() {
        ByteBuf full = buffer;
        if (full == null) return;
        buffer = null;
        int used = full.readableBytes();
        int wanted = Math.max(used + used / 4, bufferBytes - bufferBytes / 8);
        bufferBytes = Math.max(SMALLEST_BUFFER_BYTES, Math.min(wanted, FULL_BYTES));
        write(full);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a void promise: a failed write closes the channel
    private void write(ByteBuf bytes) {
        context.write(bytes, context.voidPromise());
    }
}
