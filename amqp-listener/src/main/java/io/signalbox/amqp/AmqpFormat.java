package io.signalbox.amqp;

import io.signalbox.broker.filter.Selectable;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Messages as AMQP 1.0 writes them. The body in the core is every section but header and delivery annotations, byte for
 * byte as the sender wrote it: the bare message is immutable (AMQP 1.0 §3.2). Stateless and thread-safe.
 */
public final class AmqpFormat implements MessageFormat {

    /** The only instance: the format has no state. */
    public static final AmqpFormat INSTANCE = new AmqpFormat();

    /** Content type of a payload that holds AMQP-encoded body sections, since no bytes of its own could (RabbitMQ's name). */
    static final String ENCODED_SECTIONS_TYPE = "message/vnd.rabbitmq.amqp";

    /** Message annotation that holds user properties whose names repeat: name, value, name, value, and so on. */
    static final Symbol USER_PROPERTIES = Symbol.valueOf("x-opt-mqtt-user-properties");

    private AmqpFormat() {}

    @Override
    public byte id() {
        return 2;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        try {
            ViewBuilder view = new ViewBuilder(body);
            AmqpMessages.forEachSection(body.bytes(), body.from(), body.to(), view);
            return view.build();
        } catch (Refusal e) {
            throw new IllegalArgumentException("not an AMQP 1.0 message: " + e.sentence(), e);
        }
    }

    @Override
    public Selectable selectable(Envelope envelope, Body.Inline body) {
        return new AmqpSelectable(envelope, body);
    }

    /** Reads the sections one by one and keeps what another protocol understands. */
    private static final class ViewBuilder implements AmqpMessages.SectionVisitor {
        private final Body.Inline body;
        private Properties properties = new Properties();
        private final List<Property> applicationProperties = new ArrayList<>(0);
        private List<Property> orderedProperties = List.of();
        private @Nullable Object replyToKind;
        private Body.@Nullable Inline payload;
        private PayloadKind kind = PayloadKind.BINARY;
        private boolean encodedSections;
        private int bodySectionsFrom = -1;

        ViewBuilder(Body.Inline body) {
            this.body = body;
        }

        @Override
        public void section(int code, int from, int valueFrom, int to) throws Refusal {
            switch (code) {
                case AmqpMessages.MESSAGE_ANNOTATIONS -> readAnnotations(decode(from, to));
                case AmqpMessages.PROPERTIES -> {
                    if (decode(from, to) instanceof Properties section) properties = section;
                }
                case AmqpMessages.APPLICATION_PROPERTIES -> readApplicationProperties(decode(from, to));
                case AmqpMessages.DATA -> addData(from, valueFrom, to);
                case AmqpMessages.AMQP_VALUE -> readValue(from, valueFrom, to);
                case AmqpMessages.AMQP_SEQUENCE -> keepEncoded(from, to);
                default -> {} // header, delivery annotations and footer say nothing to another protocol
            }
        }

        NeutralView build() {
            Body.Inline content = payload == null ? Body.Inline.of(new byte[0]) : payload;
            Symbol contentType = properties.getContentType();
            return new NeutralView(
                    content,
                    kind,
                    encodedSections
                            ? Optional.of(ENCODED_SECTIONS_TYPE)
                            : Optional.ofNullable(contentType).map(Symbol::toString),
                    Optional.ofNullable(properties.getReplyTo())
                            .map(address -> ReplyTo.toNeutral(address, replyToKind)),
                    Optional.ofNullable(properties.getCorrelationId()).map(MessageIds::toBytes),
                    Optional.ofNullable(properties.getMessageId()).map(MessageIds::toText),
                    Optional.ofNullable(properties.getSubject()),
                    orderedProperties.isEmpty() ? applicationProperties : orderedProperties);
        }

        private Object decode(int from, int to) throws Refusal {
            return PerformativeCodec.ofThread().decode(body.bytes(), from, to);
        }

        private void readAnnotations(Object section) {
            if (!(section instanceof MessageAnnotations annotations) || annotations.getValue() == null) return;
            replyToKind = annotations.getValue().get(ReplyTo.JMS_REPLY_TO_KIND);
            if (annotations.getValue().get(USER_PROPERTIES) instanceof List<?> pairs && pairs.size() % 2 == 0) {
                List<Property> inOrder = new ArrayList<>(pairs.size() / 2);
                for (int i = 0; i < pairs.size(); i += 2) {
                    if (pairs.get(i) == null || pairs.get(i + 1) == null) return;
                    inOrder.add(new Property(String.valueOf(pairs.get(i)), PropertyValues.toNeutral(pairs.get(i + 1))));
                }
                orderedProperties = inOrder;
            }
        }

        private void readApplicationProperties(Object section) {
            if (!(section instanceof ApplicationProperties map) || map.getValue() == null) return;
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map.getValue()).entrySet()) {
                if (entry.getKey() == null || entry.getValue() == null) continue; // null has no counterpart elsewhere
                applicationProperties.add(
                        new Property(entry.getKey().toString(), PropertyValues.toNeutral(entry.getValue())));
            }
        }

        /** AMQP 1.0 §3.2: several data sections are one payload. */
        private void addData(int from, int valueFrom, int to) {
            Body.Inline more = variable(valueFrom, to);
            if (bodySectionsFrom < 0) {
                bodySectionsFrom = from;
                payload = more;
                return;
            }
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            if (payload != null) joined.write(payload.bytes(), payload.from(), payload.size());
            joined.write(more.bytes(), more.from(), more.size());
            payload = Body.Inline.of(joined.toByteArray());
        }

        private void readValue(int from, int valueFrom, int to) throws Refusal {
            switch (body.bytes()[valueFrom] & 0xff) {
                case 0x40 -> payload = Body.Inline.of(new byte[0]);
                case 0xa0, 0xb0 -> payload = variable(valueFrom, to);
                case 0xa1, 0xb1 -> {
                    payload = variable(valueFrom, to);
                    kind = PayloadKind.TEXT;
                }
                default -> keepEncoded(from, to);
            }
        }

        private void keepEncoded(int from, int to) {
            if (bodySectionsFrom < 0) bodySectionsFrom = from;
            encodedSections = true;
            payload = new Body.Inline(body.bytes(), bodySectionsFrom, to);
        }

        /** The content of a binary or string that starts at its constructor. */
        private Body.Inline variable(int from, int to) {
            int sizeBytes = (body.bytes()[from] & 0xff) < 0xb0 ? 1 : 4;
            return new Body.Inline(body.bytes(), from + 1 + sizeBytes, to);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytesOf(Binary binary) {
        byte[] bytes = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), bytes, 0, bytes.length);
        return bytes;
    }
}
