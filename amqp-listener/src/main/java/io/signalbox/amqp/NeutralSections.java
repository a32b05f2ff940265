package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Writes a message that came by another protocol as AMQP sections: all but header and delivery annotations, which each
 * delivery has of its own. The way back of {@link NeutralViewBuilder}. Pure functions.
 */
final class NeutralSections {

    private static final int DATA8 = 0xa0;
    private static final int STRING8 = 0xa1;

    /** What makes the constructor of a short binary or string one of a long one. */
    private static final int LONG_FORM = 0x10;

    private NeutralSections() {}

    static Body.Inline encode(Envelope envelope, NeutralView view) {
        ByteBuf out = Unpooled.buffer(256 + view.payload().size());
        ByteBufSink sink = new ByteBufSink(out);
        PerformativeCodec codec = PerformativeCodec.ofThread();
        boolean encoded = isEncodedSections(view);
        NeutralFields fields = NeutralFields.read(envelope, view, encoded);
        if (!fields.annotations().getValue().isEmpty()) codec.encode(fields.annotations(), sink);
        codec.encode(fields.properties(), sink);
        if (!fields.applicationProperties().getValue().isEmpty()) codec.encode(fields.applicationProperties(), sink);
        if (encoded) writeBytes(view.payload(), out);
        else writeBody(view, fields, out);
        out.writeBytes(fields.footer());
        return new Body.Inline(out.array(), out.arrayOffset(), out.arrayOffset() + out.writerIndex());
    }

    /**
     * The sections of a large message up to where its payload begins, which is one data section: what could be told of
     * it only by having it in memory, a footer or whether it is text, is left out.
     *
     * @param view of its properties
     */
    static Body.Inline encodeLarge(Envelope envelope, NeutralView view, Body.Large body) {
        if (body.payloadBytes() == Body.Large.UNREADABLE)
            throw new IllegalArgumentException("its payload is not found");
        ByteBuf out = Unpooled.buffer(256);
        ByteBufSink sink = new ByteBufSink(out);
        PerformativeCodec codec = PerformativeCodec.ofThread();
        NeutralFields fields = NeutralFields.read(envelope, view, false);
        if (!fields.annotations().getValue().isEmpty()) codec.encode(fields.annotations(), sink);
        codec.encode(fields.properties(), sink);
        if (!fields.applicationProperties().getValue().isEmpty()) codec.encode(fields.applicationProperties(), sink);
        writeDescriptor(AmqpMessages.DATA, out).writeByte(DATA8 | LONG_FORM).writeInt((int) body.payloadBytes());
        return new Body.Inline(out.array(), out.arrayOffset(), out.arrayOffset() + out.writerIndex());
    }

    private static void writeBytes(Body.Inline bytes, ByteBuf out) {
        out.writeBytes(bytes.bytes(), bytes.from(), bytes.size());
    }

    private static void writeBody(NeutralView view, NeutralFields fields, ByteBuf out) {
        Body.Inline payload = view.payload();
        if (view.kind() == PayloadKind.TEXT && isUtf8(payload)) {
            writeSection(AmqpMessages.AMQP_VALUE, STRING8, payload, out);
            return;
        }
        switch (fields.bodyWord()) {
            case "none" -> {}
            case "null" -> writeDescriptor(AmqpMessages.AMQP_VALUE, out).writeByte(0x40);
            case "value" -> writeSection(AmqpMessages.AMQP_VALUE, DATA8, payload, out);
            default -> {
                int from = payload.from();
                for (int length : fields.dataLengths()) {
                    writeSection(AmqpMessages.DATA, DATA8, new Body.Inline(payload.bytes(), from, from + length), out);
                    from += length;
                }
            }
        }
    }

    private static ByteBuf writeDescriptor(int section, ByteBuf out) {
        return out.writeByte(0).writeByte(0x53).writeByte(section);
    }

    private static void writeSection(int section, int shortForm, Body.Inline content, ByteBuf out) {
        writeDescriptor(section, out);
        if (content.size() < 256) out.writeByte(shortForm).writeByte(content.size());
        else out.writeByte(shortForm | LONG_FORM).writeInt(content.size());
        writeBytes(content, out);
    }

    /** Whether the payload holds body sections of AMQP, well-formed ones, because it came from there. */
    private static boolean isEncodedSections(NeutralView view) {
        if (view.contentType().filter(AmqpFormat.ENCODED_SECTIONS_TYPE::equals).isEmpty()) return false;
        Body.Inline payload = view.payload();
        return payload.size() > 0 && areSections(payload, AmqpMessages.DATA, AmqpMessages.AMQP_VALUE);
    }

    /** Whether bytes are well-formed sections with codes of this range, in their order. */
    static boolean areSections(Body.Inline bytes, int lowest, int highest) {
        try {
            AmqpMessages.forEachSection(bytes.bytes(), bytes.from(), bytes.to(), (code, from, valueFrom, to) -> {
                if (code < lowest || code > highest)
                    throw Refusal.ofConnection(AmqpError.DECODE_ERROR, "other section");
            });
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    /** A sender may call any bytes text; an AMQP string that is not UTF-8 would break its reader. */
    private static boolean isUtf8(Body.Inline payload) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload.bytes(), payload.from(), payload.size()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
