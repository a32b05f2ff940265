package io.signalbox.amqp;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import io.signalbox.broker.message.ReservedNames;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sections of an AMQP message one by one, for a protocol that has no sections: {@link NeutralSections} is the way
 * back. What no field of the neutral view holds becomes a property with a reserved name. Used once.
 */
final class NeutralViewBuilder implements AmqpMessages.SectionVisitor {

    /** So many data sections are told apart; of a message with more only the bytes are kept. */
    private static final int MAX_DATA_SECTIONS = 1000;

    /** Half of what an MQTT string holds, since bytes are written in hexadecimal. */
    private static final int MAX_FOOTER_BYTES = 32_767;

    private final Body.Inline body;
    private Properties properties = new Properties();
    private Map<?, ?> annotations = Map.of();
    private Map<?, ?> applicationProperties = Map.of();
    private Body.@Nullable Inline payload;
    private PayloadKind kind = PayloadKind.BINARY;
    private String bodyWord = "none";
    private final List<String> dataLengths = new ArrayList<>(1);
    private byte[] footer = {};
    private boolean encodedSections;
    private int bodySectionsFrom = -1;

    NeutralViewBuilder(Body.Inline body) {
        this.body = body;
    }

    @Override
    public void section(int code, int from, int valueFrom, int to) throws Refusal {
        switch (code) {
            case AmqpMessages.MESSAGE_ANNOTATIONS -> {
                if (decode(from, to) instanceof MessageAnnotations section && section.getValue() != null) {
                    annotations = section.getValue();
                }
            }
            case AmqpMessages.PROPERTIES -> {
                if (decode(from, to) instanceof Properties section) properties = section;
            }
            case AmqpMessages.APPLICATION_PROPERTIES -> {
                if (decode(from, to) instanceof ApplicationProperties section && section.getValue() != null) {
                    applicationProperties = section.getValue();
                }
            }
            case AmqpMessages.DATA -> addData(from, valueFrom, to);
            case AmqpMessages.AMQP_VALUE -> readValue(from, valueFrom, to);
            case AmqpMessages.AMQP_SEQUENCE -> keepEncoded(from, to);
            case AmqpMessages.FOOTER -> footer = Arrays.copyOfRange(body.bytes(), from, to);
            default -> {} // the envelope has the header, and delivery annotations were for the broker
        }
    }

    private Object decode(int from, int to) throws Refusal {
        return PerformativeCodec.ofThread().decode(body.bytes(), from, to);
    }

    /** AMQP 1.0 §3.2: several data sections are one payload. */
    private void addData(int from, int valueFrom, int to) {
        Body.Inline more = variable(valueFrom, to);
        bodyWord = "";
        dataLengths.add(Integer.toString(more.size()));
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

    private void readValue(int from, int valueFrom, int to) {
        bodyWord = "";
        switch (body.bytes()[valueFrom] & 0xff) {
            case 0x40 -> bodyWord = "null";
            case 0xa0, 0xb0 -> {
                payload = variable(valueFrom, to);
                bodyWord = "value";
            }
            case 0xa1, 0xb1 -> {
                payload = variable(valueFrom, to);
                kind = PayloadKind.TEXT;
            }
            default -> keepEncoded(from, to);
        }
    }

    private void keepEncoded(int from, int to) {
        bodyWord = "";
        if (bodySectionsFrom < 0) bodySectionsFrom = from;
        encodedSections = true;
        payload = new Body.Inline(body.bytes(), bodySectionsFrom, to);
    }

    /** The content of a binary or string that starts at its constructor. */
    private Body.Inline variable(int from, int to) {
        int sizeBytes = (body.bytes()[from] & 0xff) < 0xb0 ? 1 : 4;
        return new Body.Inline(body.bytes(), from + 1 + sizeBytes, to);
    }

    /** The view of a large message, whose body is not among what was read. */
    NeutralView buildLarge(boolean isText) {
        bodyWord = "";
        if (isText) kind = PayloadKind.TEXT;
        return build();
    }

    NeutralView build() {
        List<Property> all = new ArrayList<>();
        addUserProperties(all);
        addAnnotations(all);
        Optional<String> replyTo = addReplyTo(all);
        Optional<byte[]> correlationId = addCorrelationId(all);
        Optional<String> messageId = addMessageId(all);
        addFields(all);
        addBodyWords(all);
        return new NeutralView(
                payload == null ? Body.Inline.of(new byte[0]) : payload,
                kind,
                contentType(all),
                replyTo,
                correlationId,
                messageId,
                Optional.ofNullable(properties.getSubject()),
                all);
    }

    /** In the order the annotation has, if there is one and as far as it still tells the values. */
    private void addUserProperties(List<Property> all) {
        Map<String, Property> left = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : applicationProperties.entrySet()) {
            if (entry.getKey() == null) continue; // AMQP 1.0 §3.2.5: keys are strings
            String name = entry.getKey().toString();
            left.put(name, PropertyValues.toNeutral(escaped(name), entry.getValue()));
        }
        List<?> pairs = annotations.get(AmqpFormat.USER_PROPERTIES) instanceof List<?> list ? list : List.of();
        Map<String, Integer> last = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            String name = String.valueOf(pairs.get(i));
            if (!left.containsKey(name)) continue; // the sender took it out
            last.put(name, all.size());
            all.add(PropertyValues.toNeutral(escaped(name), pairs.get(i + 1)));
        }
        last.forEach((name, index) -> all.set(index, left.get(name)));
        left.keySet().removeAll(last.keySet());
        all.addAll(left.values());
    }

    private static String escaped(String name) {
        return ReservedNames.isReserved(name) ? ReservedNames.PROPERTY + name : name;
    }

    private void addAnnotations(List<Property> all) {
        for (Map.Entry<?, ?> entry : annotations.entrySet()) {
            if (!(entry.getKey() instanceof Symbol key)) continue; // AMQP 1.0 §3.2.10: no other key has a meaning yet
            if (key.equals(AmqpFormat.USER_PROPERTIES) || key.equals(AmqpFormat.CONTENT_TYPE)) continue;
            if (key.equals(ReplyTo.JMS_REPLY_TO_KIND) && isReplyToByItsKind()) continue;
            String name = key.toString();
            boolean own = name.startsWith(ReservedNames.ANNOTATION_PREFIX) && !name.equals(ReservedNames.GROUP_ID);
            all.add(PropertyValues.toNeutral(own ? name : ReservedNames.ANNOTATION + name, entry.getValue()));
        }
    }

    private String neutralReplyTo(String address) {
        return ReplyTo.toNeutral(address, annotations.get(ReplyTo.JMS_REPLY_TO_KIND));
    }

    /** Whether reply-to and its kind are as the way back writes them by itself. */
    private boolean isReplyToByItsKind() {
        String address = properties.getReplyTo();
        if (address == null) return false;
        String neutral = neutralReplyTo(address);
        Object kind = annotations.get(ReplyTo.JMS_REPLY_TO_KIND);
        return ReplyTo.fromNeutral(neutral).equals(address)
                && kind instanceof Byte
                && kind.equals(ReplyTo.jmsKindOfNeutral(neutral));
    }

    private Optional<String> addReplyTo(List<Property> all) {
        String address = properties.getReplyTo();
        if (address == null) return Optional.empty();
        if (!isReplyToByItsKind()) all.add(new Property(ReservedNames.REPLY_TO_ADDRESS, address));
        return Optional.of(neutralReplyTo(address));
    }

    private Optional<byte[]> addCorrelationId(List<Property> all) {
        Object id = properties.getCorrelationId();
        if (id == null) return Optional.empty();
        byte[] bytes = MessageIds.toBytes(id);
        if (!MessageIds.fromBytes(bytes).equals(id)) {
            all.add(new Property(ReservedNames.CORRELATION_ID_TYPE, MessageIds.typeOf(id)));
        }
        return Optional.of(bytes);
    }

    private Optional<String> addMessageId(List<Property> all) {
        Object id = properties.getMessageId();
        if (id == null) return Optional.empty();
        if (!(id instanceof String)) all.add(new Property(ReservedNames.MESSAGE_ID_TYPE, MessageIds.typeOf(id)));
        return Optional.of(MessageIds.toText(id));
    }

    private void addFields(List<Property> all) {
        add(
                all,
                ReservedNames.USER_ID,
                PropertyType.BINARY,
                properties.getUserId() == null ? null : AmqpFormat.bytesOf(properties.getUserId()));
        add(all, ReservedNames.CONTENT_ENCODING, PropertyType.SYMBOL, properties.getContentEncoding());
        add(all, ReservedNames.ABSOLUTE_EXPIRY_TIME, PropertyType.TIMESTAMP, properties.getAbsoluteExpiryTime());
        add(all, ReservedNames.CREATION_TIME, PropertyType.TIMESTAMP, properties.getCreationTime());
        add(all, ReservedNames.GROUP_SEQUENCE, PropertyType.UINT, properties.getGroupSequence());
        if (properties.getGroupId() != null) all.add(new Property(ReservedNames.GROUP_ID, properties.getGroupId()));
        if (properties.getReplyToGroupId() != null) {
            all.add(new Property(ReservedNames.REPLY_TO_GROUP_ID, properties.getReplyToGroupId()));
        }
    }

    /** Of a field the type is known, so its text is enough. */
    private static void add(List<Property> all, String name, PropertyType type, @Nullable Object value) {
        if (value != null) all.add(new Property(name, type.text(value)));
    }

    private void addBodyWords(List<Property> all) {
        if (!bodyWord.isEmpty()) all.add(new Property(ReservedNames.BODY, bodyWord));
        if (dataLengths.size() > 1 && dataLengths.size() <= MAX_DATA_SECTIONS) {
            all.add(new Property(ReservedNames.DATA_SECTIONS, String.join(",", dataLengths)));
        }
        if (footer.length > 0 && footer.length <= MAX_FOOTER_BYTES) {
            all.add(new Property(ReservedNames.FOOTER, PropertyType.BINARY.text(footer)));
        }
    }

    private Optional<String> contentType(List<Property> all) {
        Optional<String> own = Optional.ofNullable(properties.getContentType()).map(Symbol::toString);
        if (annotations.get(AmqpFormat.CONTENT_TYPE) instanceof String type && own.isEmpty()) own = Optional.of(type);
        if (!encodedSections) return own;
        own.ifPresent(type -> all.add(new Property(ReservedNames.CONTENT_TYPE, type)));
        return Optional.of(AmqpFormat.ENCODED_SECTIONS_TYPE);
    }
}
