package io.signalbox.conformance.peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;

/** Reads AMQP 1.0 frames (§2.3) out of one direction of a recorded connection. */
public final class AmqpFrames {

    private static final byte[] PROTOCOL = "AMQP".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 8;
    private static final int AMQP_FRAME = 0;

    private AmqpFrames() {}

    /** Takes one frame. */
    public interface Visitor {
        /** @param offset where the frame begins */
        void frame(int offset, Object performative, byte[] payload);
    }

    /** Shows every AMQP frame; protocol headers and SASL frames are passed over. */
    public static void read(byte[] stream, Visitor visitor) {
        Decoder decoder = CodecFactory.getDefaultDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(stream);
        int at = 0;
        while (at + HEADER_BYTES <= stream.length) {
            if (startsWithProtocol(stream, at)) {
                at += HEADER_BYTES;
                continue;
            }
            int size = bytes.getInt(at);
            int body = at + (stream[at + 4] & 0xff) * 4;
            int end = at + size;
            if (size < HEADER_BYTES || end > stream.length)
                throw new IllegalStateException("a frame of " + size + " bytes at " + at);
            if (stream[at + 5] == AMQP_FRAME && body < end) {
                ProtonBuffer frame = ProtonBufferAllocator.defaultAllocator().copy(stream, body, end - body);
                Object performative = decoder.readObject(frame, decoder.newDecoderState());
                byte[] payload = new byte[frame.getReadableBytes()];
                frame.readBytes(payload, 0, payload.length);
                visitor.frame(at, performative, payload);
            }
            at = end;
        }
    }

    private static boolean startsWithProtocol(byte[] stream, int at) {
        for (int i = 0; i < PROTOCOL.length; i++) {
            if (stream[at + i] != PROTOCOL[i]) return false;
        }
        return true;
    }
}
