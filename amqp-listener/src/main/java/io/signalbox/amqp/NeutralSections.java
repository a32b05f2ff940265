package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Writes a message that came by another protocol as AMQP sections: all but header and delivery annotations, which each
 * delivery has of its own. Pure functions.
 */
final class NeutralSections {

    private static final int DATA8 = 0xa0;
    private static final int DATA32 = 0xb0;
    private static final int STRING8 = 0xa1;
    private static final int STRING32 = 0xb1;

    private NeutralSections() {}

    static Body.Inline encode(Envelope envelope, NeutralView view) {
        ByteBuf out = Unpooled.buffer(256 + view.payload().size());
        ByteBufSink sink = new ByteBufSink(out);
        PerformativeCodec codec = PerformativeCodec.ofThread();
        writeRepeatedNames(view.properties(), codec, sink);
        codec.encode(properties(envelope, view), sink);
        if (!view.properties().isEmpty()) codec.encode(applicationProperties(view.properties()), sink);
        if (isEncodedSections(view))
            out.writeBytes(
                    view.payload().bytes(),
                    view.payload().from(),
                    view.payload().size());
        else writePayload(view, out);
        return new Body.Inline(out.array(), out.arrayOffset(), out.arrayOffset() + out.writerIndex());
    }

    private static Properties properties(Envelope envelope, NeutralView view) {
        Properties properties = new Properties();
        properties.setTo(envelope.address());
        view.messageId().ifPresent(properties::setMessageId);
        view.subject().ifPresent(properties::setSubject);
        view.replyTo().map(ReplyTo::fromNeutral).ifPresent(properties::setReplyTo);
        view.correlationId().map(MessageIds::fromBytes).ifPresent(properties::setCorrelationId);
        // a symbol is ASCII (AMQP 1.0 §1.6.21); a type that is not says nothing a MIME parser could read
        view.contentType()
                .filter(type -> StandardCharsets.US_ASCII.newEncoder().canEncode(type))
                .filter(type -> !isEncodedSections(view))
                .map(Symbol::valueOf)
                .ifPresent(properties::setContentType);
        return properties;
    }

    private static ApplicationProperties applicationProperties(List<Property> properties) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Property property : properties) map.put(property.name(), PropertyValues.toAmqp(property.value()));
        return new ApplicationProperties(map);
    }

    /** A map holds a name once: where names repeat, an annotation keeps them all and their order. */
    private static void writeRepeatedNames(List<Property> properties, PerformativeCodec codec, ByteBufSink sink) {
        if (properties.stream().map(Property::name).distinct().count() == properties.size()) return;
        List<Object> pairs = new ArrayList<>(properties.size() * 2);
        for (Property property : properties) {
            pairs.add(property.name());
            pairs.add(PropertyValues.toAmqp(property.value()));
        }
        codec.encode(new MessageAnnotations(Map.of(AmqpFormat.USER_PROPERTIES, pairs)), sink);
    }

    private static void writePayload(NeutralView view, ByteBuf out) {
        Body.Inline payload = view.payload();
        boolean text = view.kind() == PayloadKind.TEXT && isUtf8(payload);
        boolean small = payload.size() < 256;
        out.writeByte(0);
        out.writeByte(0x53);
        out.writeByte(text ? AmqpMessages.AMQP_VALUE : AmqpMessages.DATA);
        if (text) out.writeByte(small ? STRING8 : STRING32);
        else out.writeByte(small ? DATA8 : DATA32);
        if (small) out.writeByte(payload.size());
        else out.writeInt(payload.size());
        out.writeBytes(payload.bytes(), payload.from(), payload.size());
    }

    /** Whether the payload holds body sections of AMQP, well-formed ones, because it came from there. */
    private static boolean isEncodedSections(NeutralView view) {
        if (view.contentType().filter(AmqpFormat.ENCODED_SECTIONS_TYPE::equals).isEmpty()) return false;
        Body.Inline payload = view.payload();
        try {
            AmqpMessages.forEachSection(payload.bytes(), payload.from(), payload.to(), (code, from, valueFrom, to) -> {
                if (code < AmqpMessages.DATA || code > AmqpMessages.AMQP_VALUE) {
                    throw Refusal.ofConnection(AmqpError.DECODE_ERROR, "not a body");
                }
            });
            return payload.size() > 0;
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
