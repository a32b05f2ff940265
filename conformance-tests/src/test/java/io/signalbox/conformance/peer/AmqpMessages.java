package io.signalbox.conformance.peer;

import java.io.ByteArrayOutputStream;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;
import org.apache.qpid.protonj2.codec.DecoderState;
import org.apache.qpid.protonj2.codec.Encoder;
import org.apache.qpid.protonj2.codec.EncoderState;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Header;

/** Durable messages with a data section, to bytes and back (AMQP 1.0 §3.2). Confined to the peer's thread. */
final class AmqpMessages {

    private final Encoder encoder = CodecFactory.getDefaultEncoder();
    private final EncoderState encoderState = encoder.newEncoderState();
    private final Decoder decoder = CodecFactory.getDefaultDecoder();
    private final DecoderState decoderState = decoder.newDecoderState();

    ProtonBuffer encode(byte[] body) {
        ProtonBuffer buffer = ProtonBufferAllocator.defaultAllocator().allocate(body.length + 64);
        encoder.writeObject(buffer, encoderState.reset(), new Header().setDurable(true));
        encoder.writeObject(buffer, encoderState.reset(), new Data(body));
        return buffer;
    }

    /** What the tests look at of a message. */
    Decoded decode(ProtonBuffer bytes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean firstAcquirer = false; // AMQP 1.0 §3.2.1: absent is false
        while (bytes.isReadable()) {
            Object section = decoder.readObject(bytes, decoderState.reset());
            if (section instanceof Header header) firstAcquirer = header.isFirstAcquirer();
            if (section instanceof Data data) body.writeBytes(data.getValue());
        }
        return new Decoded(body.toByteArray(), firstAcquirer);
    }

    /** @param firstAcquirer whether the broker is sure that nobody had the message before */
    record Decoded(byte[] body, boolean firstAcquirer) {}
}
