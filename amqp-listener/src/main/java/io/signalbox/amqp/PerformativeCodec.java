package io.signalbox.amqp;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.codec.WritableBuffer;

/**
 * AMQP values to objects and back, by qpid-proton-j's codec, behind the walls of {@link TypeWalk}. One per thread, since
 * that codec keeps a position; {@link #ofThread} hands it out and nobody keeps it.
 */
final class PerformativeCodec {

    private static final FastThreadLocal<PerformativeCodec> PER_THREAD = new FastThreadLocal<>() {
        @Override
        protected PerformativeCodec initialValue() {
            return new PerformativeCodec();
        }
    };

    private static final ReadableBuffer NO_INPUT = ReadableBuffer.ByteBufferReader.wrap(new byte[0]);

    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);

    private PerformativeCodec() {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        decoder.setMaxDecodeDepth(TypeWalk.MAX_DEPTH);
        decoder.setZeroWidthArrayElementLimit(TypeWalk.MAX_ZERO_WIDTH_ELEMENTS);
    }

    static PerformativeCodec ofThread() {
        return PER_THREAD.get();
    }

    /**
     * Decodes one value, which {@link TypeWalk#skip} has found to end at {@code to}.
     *
     * @throws Refusal amqp:decode-error, of the connection, if its fields have wrong types or a mandatory one is missing
     */
    Object decode(byte[] bytes, int from, int to) throws Refusal {
        try {
            decoder.setBuffer(ReadableBuffer.ByteBufferReader.wrap(ByteBuffer.wrap(bytes, from, to - from)));
            Object value = decoder.readObject();
            if (value == null) throw Refusal.ofConnection(AmqpError.DECODE_ERROR, "null stands where a type must");
            return value;
        } catch (RuntimeException e) {
            // the codec reports what it dislikes by many exceptions: DecodeException, ClassCastException, NPE, ...
            throw Refusal.ofConnection(AmqpError.DECODE_ERROR, "a value cannot be decoded: " + e.getMessage());
        } finally {
            decoder.setBuffer(NO_INPUT);
        }
    }

    /**
     * Reads a performative that {@link TypeWalk#skip} has found to end at {@code to}; a transfer is an {@link IncomingTransfer}.
     *
     * @throws Refusal as {@link #decode} says, or if a mandatory field is missing
     */
    static Object read(byte[] bytes, int from, int to) throws Refusal {
        IncomingTransfer transfer = IncomingTransfer.read(bytes, from, to);
        if (transfer != null) return transfer;
        Object performative = ofThread().decode(bytes, from, to);
        MandatoryFields.check(performative);
        return performative instanceof Transfer unusual ? IncomingTransfer.of(unusual) : performative;
    }

    /** Appends the encoding of {@code value}. */
    void encode(Object value, WritableBuffer out) {
        encoder.setByteBuffer(out);
        encoder.writeObject(value);
    }
}
