package io.signalbox.amqp;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import io.signalbox.broker.message.ReservedNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;

/**
 * Sorts the fields and properties of a neutral view into the sections of AMQP they belong to. A reserved name whose value
 * makes no sense, or that comes again, is an application property like any other. Used once.
 */
final class NeutralFields {

    private final NeutralView view;
    private final Properties properties = new Properties();
    private final Map<Symbol, Object> annotations = new LinkedHashMap<>();
    private final List<Property> userProperties = new ArrayList<>();
    private final Map<String, String> words = new LinkedHashMap<>();
    private String bodyWord = "";
    private List<Integer> dataLengths;
    private byte[] footer = {};

    private NeutralFields(NeutralView view) {
        this.view = view;
        this.dataLengths = List.of(view.payload().size());
    }

    /** @param encoded whether the payload holds body sections, which have no content type of their own */
    static NeutralFields read(Envelope envelope, NeutralView view, boolean encoded) {
        NeutralFields fields = new NeutralFields(view);
        fields.properties.setTo(envelope.address());
        for (Property property : view.properties()) fields.sort(property);
        fields.setIds();
        fields.setReplyTo();
        if (encoded)
            fields.words.computeIfPresent(ReservedNames.CONTENT_TYPE, (name, type) -> fields.contentType(type));
        else view.contentType().ifPresent(fields::contentType);
        view.subject().ifPresent(fields.properties::setSubject);
        fields.keepRepeatedNames();
        return fields;
    }

    private void sort(Property property) {
        String name = property.name();
        if (!ReservedNames.isReserved(name)) {
            userProperties.add(property);
        } else if (name.startsWith(ReservedNames.PROPERTY)) {
            String own = name.substring(ReservedNames.PROPERTY.length());
            userProperties.add(new Property(own, property.value(), property.type()));
        } else if (name.equals(ReservedNames.GROUP_ID) || name.startsWith(ReservedNames.PREFIX)) {
            if (!isField(property)) userProperties.add(property);
        } else if (!annotate(name, property)) {
            userProperties.add(property);
        }
    }

    private boolean annotate(String key, Property property) {
        if (!isAscii(key)) return false; // AMQP 1.0 §1.6.21: a symbol is ASCII
        Symbol symbol = Symbol.valueOf(key);
        if (annotations.containsKey(symbol) || key.equals(AmqpFormat.USER_PROPERTIES.toString())) return false;
        annotations.put(symbol, PropertyValues.toAmqp(property));
        return true;
    }

    private boolean isField(Property property) {
        String name = property.name();
        if (name.startsWith(ReservedNames.ANNOTATION)) {
            String key = name.substring(ReservedNames.ANNOTATION.length());
            // AMQP 1.0 §3.2.10: whoever does not know any other annotation must end the link
            return key.startsWith(ReservedNames.ANNOTATION_PREFIX) && annotate(key, property);
        }
        if (!(property.value() instanceof String text) || words.containsKey(name)) return false;
        boolean understood = switch (name) {
            case ReservedNames.MESSAGE_ID_TYPE,
                    ReservedNames.CORRELATION_ID_TYPE,
                    ReservedNames.REPLY_TO_ADDRESS,
                    ReservedNames.CONTENT_TYPE -> true;
            case ReservedNames.GROUP_ID -> set(text, properties::setGroupId);
            case ReservedNames.REPLY_TO_GROUP_ID -> set(text, properties::setReplyToGroupId);
            case ReservedNames.USER_ID ->
                PropertyType.BINARY
                        .read(text)
                        .map(bytes -> set(new Binary((byte[]) bytes), properties::setUserId))
                        .orElse(false);
            case ReservedNames.CONTENT_ENCODING ->
                isAscii(text) && set(Symbol.valueOf(text), properties::setContentEncoding);
            case ReservedNames.ABSOLUTE_EXPIRY_TIME -> setTime(text, properties::setAbsoluteExpiryTime);
            case ReservedNames.CREATION_TIME -> setTime(text, properties::setCreationTime);
            case ReservedNames.GROUP_SEQUENCE ->
                PropertyType.UINT
                        .read(text)
                        .map(number -> set(UnsignedInteger.valueOf((Long) number), properties::setGroupSequence))
                        .orElse(false);
            case ReservedNames.BODY -> isBodyWord(text) && set(text, word -> bodyWord = word);
            case ReservedNames.DATA_SECTIONS -> setDataLengths(text);
            case ReservedNames.FOOTER -> setFooter(text);
            default -> false;
        };
        if (understood) words.put(name, text);
        return understood;
    }

    private static <T> boolean set(T value, Consumer<T> field) {
        field.accept(value);
        return true;
    }

    private static boolean setTime(String text, Consumer<Date> field) {
        Optional<Object> time = PropertyType.TIMESTAMP.read(text);
        time.ifPresent(value -> field.accept((Date) value));
        return time.isPresent();
    }

    private boolean isBodyWord(String word) {
        return switch (word) {
            case "none", "null" -> view.payload().size() == 0;
            case "value" -> true;
            default -> false;
        };
    }

    /** Lengths that do not add up belong to another payload. */
    private boolean setDataLengths(String text) {
        List<Integer> lengths = new ArrayList<>();
        long sum = 0;
        for (String number : text.split(",", -1)) {
            Optional<Object> length = PropertyType.INT.read(number);
            if (length.isEmpty() || (int) length.get() < 0) return false;
            lengths.add((Integer) length.get());
            sum += (int) length.get();
        }
        if (sum != view.payload().size()) return false;
        dataLengths = lengths;
        return true;
    }

    private boolean setFooter(String text) {
        Optional<Object> bytes = PropertyType.BINARY.read(text);
        if (bytes.isEmpty()) return false;
        Body.Inline section = Body.Inline.of((byte[]) bytes.get());
        if (!NeutralSections.areSections(section, AmqpMessages.FOOTER, AmqpMessages.FOOTER)) return false;
        footer = section.bytes();
        return true;
    }

    private void setIds() {
        String messageIdType = words.getOrDefault(ReservedNames.MESSAGE_ID_TYPE, "string");
        view.messageId().ifPresent(text -> properties.setMessageId(MessageIds.fromText(text, messageIdType)));
        String type = words.get(ReservedNames.CORRELATION_ID_TYPE);
        view.correlationId()
                .map(bytes -> type == null ? MessageIds.fromBytes(bytes) : MessageIds.fromBytes(bytes, type))
                .ifPresent(properties::setCorrelationId);
    }

    /**
     * As the sender wrote it, unless somebody gave the message another since. JMS clients hear whether it is a topic; a
     * sender of AMQP who did not say so wrote no annotation.
     */
    private void setReplyTo() {
        if (view.replyTo().isEmpty()) return;
        String neutral = view.replyTo().get();
        String address = words.get(ReservedNames.REPLY_TO_ADDRESS);
        Object kind = annotations.get(ReplyTo.JMS_REPLY_TO_KIND);
        boolean asWritten = address != null && ReplyTo.toNeutral(address, kind).equals(neutral);
        properties.setReplyTo(asWritten && address != null ? address : ReplyTo.fromNeutral(neutral));
        if (!asWritten) annotations.putIfAbsent(ReplyTo.JMS_REPLY_TO_KIND, ReplyTo.jmsKindOfNeutral(neutral));
    }

    private String contentType(String type) {
        if (isAscii(type)) properties.setContentType(Symbol.valueOf(type));
        else annotations.putIfAbsent(AmqpFormat.CONTENT_TYPE, type);
        return type;
    }

    /** A map holds a name once: where names repeat, an annotation keeps them all and their order. */
    private void keepRepeatedNames() {
        if (userProperties.stream().map(Property::name).distinct().count() == userProperties.size()) return;
        List<Object> pairs = new ArrayList<>(userProperties.size() * 2);
        for (Property property : userProperties) {
            pairs.add(property.name());
            pairs.add(PropertyValues.toAmqp(property));
        }
        annotations.put(AmqpFormat.USER_PROPERTIES, pairs);
    }

    private static boolean isAscii(String text) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
    }

    MessageAnnotations annotations() {
        return new MessageAnnotations(annotations);
    }

    Properties properties() {
        return properties;
    }

    ApplicationProperties applicationProperties() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Property property : userProperties) map.put(property.name(), PropertyValues.toAmqp(property));
        return new ApplicationProperties(map);
    }

    /** What the body is if the payload does not tell; empty if it does. */
    String bodyWord() {
        return bodyWord;
    }

    List<Integer> dataLengths() {
        return dataLengths;
    }

    /** The footer section, encoded; empty if there is none. */
    byte[] footer() {
        return footer;
    }
}
