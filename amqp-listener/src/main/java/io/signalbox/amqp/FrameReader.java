package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ConnectionError;

/**
 * Cuts one connection's bytes into protocol headers and frames (AMQP 1.0 §2.2, §2.3), however they are fragmented or
 * pipelined. What lies whole in a read shares one array, copied once from the socket's buffer; a frame that spans reads
 * gets an array of its own size, which {@link #limitFrames} has bounded before. Confined to the connection's event loop.
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
        byte[] bytes = waiting;
        waiting = NOTHING;
        cut(bytes, 0, sink);
    }

    /** Reads all of {@code in}. After a refusal the stream has lost its frame and is not fed again. */
    void feed(ByteBuf in, Sink sink) throws Refusal {
        while (heldBytes > 0 && in.isReadable() && !paused) fillHeld(in, sink);
        if (!in.isReadable()) return;
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        cut(bytes, 0, sink);
    }

    private void cut(byte[] bytes, int from, Sink sink) throws Refusal {
        int at = from;
        while (at < bytes.length) {
            if (paused) {
                keepWaiting(bytes, at);
                return;
            }
            int unit = unitBytes(bytes, at, bytes.length - at);
            if (unit > bytes.length - at) {
                hold(bytes, at, unit);
                return;
            }
            dispatch(bytes, at, unit, sink);
            at += unit;
        }
    }

    private void keepWaiting(byte[] bytes, int from) throws Refusal {
        int more = bytes.length - from;
        if (more > MAX_PAUSED_BYTES - waiting.length) {
            throw Refusal.ofConnection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "too much was sent before the login was answered");
        }
        int before = waiting.length;
        waiting = Arrays.copyOf(waiting, before + more);
        System.arraycopy(bytes, from, waiting, before, more);
    }

    private void hold(byte[] bytes, int from, int unit) {
        heldBytes = bytes.length - from;
        heldUnit = unit;
        held = new byte[Math.min(unit, Math.max(FIRST_HOLD_BYTES, heldBytes))];
        System.arraycopy(bytes, from, held, 0, heldBytes);
    }

    private void fillHeld(ByteBuf in, Sink sink) throws Refusal {
        if (heldBytes == held.length) held = Arrays.copyOf(held, (int) Math.min(heldUnit, 2L * held.length));
        int more = Math.min(in.readableBytes(), held.length - heldBytes);
        in.readBytes(held, heldBytes, more);
        heldBytes += more;
        if (heldBytes < heldUnit) return;
        heldUnit = unitBytes(held, 0, heldBytes); // the first eight bytes name the size
        if (heldBytes < heldUnit) return;
        byte[] bytes = held;
        held = NOTHING;
        heldBytes = 0;
        dispatch(bytes, 0, heldUnit, sink);
    }

    /** How many bytes the unit that starts at {@code at} has; {@value #HEADER_BYTES} until enough is there to say. */
    private int unitBytes(byte[] bytes, int at, int available) throws Refusal {
        if (headerExpected || available < HEADER_BYTES) return HEADER_BYTES;
        long size = Integer.toUnsignedLong(BigEndian.intAt(bytes, at));
        // AMQP 1.0 §2.3.1: "the frame is malformed if the size is less than the size of the frame header"
        if (size < HEADER_BYTES) throw malformed("a frame of " + size + " bytes is smaller than its header");
        if (size > maxFrameBytes) {
            throw malformed("a frame of " + size + " bytes is larger than the " + maxFrameBytes + " that were agreed");
        }
        return (int) size;
    }

    private void dispatch(byte[] bytes, int at, int size, Sink sink) throws Refusal {
        if (headerExpected) {
            headerExpected = false;
            sink.onProtocolHeader(BigEndian.longAt(bytes, at));
            return;
        }
        int bodyOffset = (bytes[at + 4] & 0xff) * 4;
        // AMQP 1.0 §2.3.1: "the value of the data offset is malformed if it is less than 2"
        if (bodyOffset < HEADER_BYTES || bodyOffset > size) {
            throw malformed("a frame of " + size + " bytes has its body at " + bodyOffset);
        }
        int type = bytes[at + 5] & 0xff;
        if (type > TYPE_SASL) throw malformed("frame type " + type + " is neither AMQP nor SASL");
        int channel = BigEndian.ushortAt(bytes, at + 6);
        sink.onFrame(type, channel, bytes, at + bodyOffset, at + size);
    }

    private static Refusal malformed(String sentence) {
        return Refusal.ofConnection(ConnectionError.FRAMING_ERROR, sentence);
    }
}
