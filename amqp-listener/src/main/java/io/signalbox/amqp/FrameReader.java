package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ConnectionError;

/**
 * Cuts one connection's bytes into protocol headers and frames (AMQP 1.0 §2.2, §2.3), however they are fragmented or
 * pipelined. Each frame gets an array of its own size, which {@link #limitFrames} has bounded before: it is copied once, from
 * the socket's buffer, and a message may keep it. Confined to the connection's event loop.
 */
final class FrameReader {

    /** Frame type of everything but SASL (AMQP 1.0 §2.3.1). */
    static final int TYPE_AMQP = 0;

    /** Frame type of SASL frames (AMQP 1.0 §5.3.1). */
    static final int TYPE_SASL = 1;

    private static final int HEADER_BYTES = 8;

    /** What a frame that has only begun gets at first: a size is a promise, memory follows the bytes that come. */
    private static final int FIRST_HOLD_BYTES = 4096;

    private static final byte[] NOTHING = {};

    /** Takes what was cut. The arrays are never written again, so a message may keep them. */
    interface Sink {
        /** Eight bytes that begin with {@code AMQP}, as one big-endian number. */
        void onProtocolHeader(long header) throws Refusal;

        /**
         * A frame.
         *
         * @param type {@link #TYPE_AMQP} or {@link #TYPE_SASL}
         * @param channel bytes 6 and 7 of the frame header
         * @param from index of the body's first byte
         * @param to index after the body; an empty frame has {@code from == to}
         */
        void onFrame(int type, int channel, byte[] bytes, int from, int to) throws Refusal;
    }

    /** Bytes that may come while the reader is paused: what was on its way when the socket was told to be quiet. */
    private static final int MAX_PAUSED_BYTES = 64 << 10;

    private boolean headerExpected = true;
    private boolean paused;
    private byte[] waiting = NOTHING;
    private int maxFrameBytes;
    private byte[] held = NOTHING;
    private int heldBytes;
    private int heldUnit;

    FrameReader(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** The next eight bytes are a protocol header: after a successful SASL exchange (AMQP 1.0 §5.3.2). */
    void expectProtocolHeader() {
        headerExpected = true;
    }

    /** Frames larger than this are refused from the next one on. */
    void limitFrames(int newMaxFrameBytes) {
        maxFrameBytes = newMaxFrameBytes;
    }

    /** What is read from here on waits for {@link #resume}: who the peer is must be known first. */
    void pause() {
        paused = true;
    }

    /** Goes on with what has waited. */
    void resume(Sink sink) throws Refusal {
        paused = false;
        ByteBuf bytes = Unpooled.wrappedBuffer(waiting);
        waiting = NOTHING;
        feed(bytes, sink);
    }

    /** Reads all of {@code in}. After a refusal the stream has lost its frame and is not fed again. */
    void feed(ByteBuf in, Sink sink) throws Refusal {
        while (in.isReadable()) {
            if (paused) {
                keepWaiting(in);
            } else if (heldBytes > 0) {
                fillHeld(in, sink);
            } else {
                cut(in, sink);
            }
        }
    }

    private void cut(ByteBuf in, Sink sink) throws Refusal {
        int available = in.readableBytes();
        boolean isSized = !headerExpected && available >= HEADER_BYTES;
        int unit = isSized ? frameBytes(in.getInt(in.readerIndex())) : HEADER_BYTES;
        if (unit > available) {
            hold(in, unit);
            return;
        }
        byte[] bytes = new byte[unit];
        in.readBytes(bytes);
        dispatch(bytes, sink);
    }

    private void keepWaiting(ByteBuf in) throws Refusal {
        int more = in.readableBytes();
        if (more > MAX_PAUSED_BYTES - waiting.length) {
            throw Refusal.ofConnection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "too much was sent before the login was answered");
        }
        int before = waiting.length;
        waiting = Arrays.copyOf(waiting, before + more);
        in.readBytes(waiting, before, more);
    }

    private void hold(ByteBuf in, int unit) {
        heldBytes = in.readableBytes();
        heldUnit = unit;
        held = new byte[Math.min(unit, Math.max(FIRST_HOLD_BYTES, heldBytes))];
        in.readBytes(held, 0, heldBytes);
    }

    private void fillHeld(ByteBuf in, Sink sink) throws Refusal {
        if (heldBytes == held.length) {
            held = Arrays.copyOf(held, (int) Math.min(heldUnit, Math.max(FIRST_HOLD_BYTES, 2L * held.length)));
        }
        int more = Math.min(in.readableBytes(), held.length - heldBytes);
        in.readBytes(held, heldBytes, more);
        heldBytes += more;
        if (heldBytes < heldUnit) return;
        if (!headerExpected) heldUnit = frameBytes(BigEndian.intAt(held, 0)); // the first eight bytes name the size
        if (heldBytes < heldUnit) return;
        byte[] bytes = held;
        held = NOTHING;
        heldBytes = 0;
        dispatch(bytes, sink);
    }

    private int frameBytes(int sizeField) throws Refusal {
        long size = Integer.toUnsignedLong(sizeField);
        // AMQP 1.0 §2.3.1: "the frame is malformed if the size is less than the size of the frame header"
        if (size < HEADER_BYTES) throw malformed("a frame of " + size + " bytes is smaller than its header");
        if (size > maxFrameBytes) {
            throw malformed("a frame of " + size + " bytes is larger than the " + maxFrameBytes + " that were agreed");
        }
        return (int) size;
    }

    /** @param bytes one header or frame, and nothing else */
    private void dispatch(byte[] bytes, Sink sink) throws Refusal {
        if (headerExpected) {
            headerExpected = false;
            sink.onProtocolHeader(BigEndian.longAt(bytes, 0));
            return;
        }
        int bodyOffset = (bytes[4] & 0xff) * 4;
        // AMQP 1.0 §2.3.1: "the value of the data offset is malformed if it is less than 2"
        if (bodyOffset < HEADER_BYTES || bodyOffset > bytes.length) {
            throw malformed("a frame of " + bytes.length + " bytes has its body at " + bodyOffset);
        }
        int type = bytes[5] & 0xff;
        if (type > TYPE_SASL) throw malformed("frame type " + type + " is neither AMQP nor SASL");
        int channel = BigEndian.ushortAt(bytes, 6);
        sink.onFrame(type, channel, bytes, bodyOffset, bytes.length);
    }

    private static Refusal malformed(String sentence) {
        return Refusal.ofConnection(ConnectionError.FRAMING_ERROR, sentence);
    }
}
