package io.signalbox.conformance.foreign;

import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import io.signalbox.testkit.GeneratedView;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.Decimal128;
import org.apache.qpid.protonj2.types.Decimal32;
import org.apache.qpid.protonj2.types.Decimal64;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedByte;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.UnsignedShort;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.ApplicationProperties;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Footer;
import org.apache.qpid.protonj2.types.messaging.MessageAnnotations;
import org.apache.qpid.protonj2.types.messaging.Properties;
import org.apache.qpid.protonj2.types.messaging.Section;

/** AMQP messages made up from a seed, with every property and type the protonj2 client can write, and their text. */
final class GeneratedAmqp {

    private final GeneratedView generated;

    GeneratedAmqp(long seed) {
        generated = new GeneratedView(seed);
    }

    AdvancedMessage<Object> message() throws ClientException {
        AdvancedMessage<Object> message = AdvancedMessage.create();
        message.durable(generated.coin());
        if (generated.coin()) message.priority((byte) generated.below(10));
        if (generated.coin()) message.timeToLive(60_000);
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        Map<String, Object> application = new LinkedHashMap<>();
        for (Property property : generated.ofEveryType()) {
            if (property.type() == PropertyType.ENCODED) continue;
            if (generated.coin()) application.put(property.name(), value(property));
            if (generated.coin()) annotations.put(Symbol.valueOf("x-opt-" + property.type()), value(property));
        }
        message.annotations(new MessageAnnotations(annotations));
        message.properties(properties());
        message.applicationProperties(new ApplicationProperties(application));
        for (Section<?> section : body()) message.addBodySection(section);
        if (generated.below(3) == 0) message.footer(new Footer(Map.of(Symbol.valueOf("x-opt-crc"), 7)));
        return message;
    }

    private Properties properties() {
        Properties properties = new Properties();
        if (generated.coin()) properties.setMessageId(id());
        if (generated.coin()) properties.setCorrelationId(id());
        if (generated.coin()) properties.setUserId(new Binary(generated.bytes(20)));
        if (generated.coin()) properties.setSubject(generated.text());
        if (generated.coin()) properties.setReplyTo(generated.coin() ? "a-queue" : "topic://answers/1");
        if (generated.coin()) properties.setContentType("text/plain");
        if (generated.coin()) properties.setContentEncoding("gzip");
        if (generated.coin()) properties.setAbsoluteExpiryTime(System.currentTimeMillis() + 3_600_000);
        if (generated.coin()) properties.setCreationTime(generated.below(1 << 30));
        if (generated.coin()) properties.setGroupId(generated.text());
        if (generated.coin()) properties.setGroupSequence(generated.below(1 << 30));
        if (generated.coin()) properties.setReplyToGroupId(generated.text());
        return properties;
    }

    private Object id() {
        return switch (generated.below(4)) {
            case 0 -> generated.text();
            case 1 -> new UUID(generated.below(9), 2);
            case 2 -> UnsignedLong.valueOf(-1L - generated.below(9));
            default -> new Binary(generated.correlationBytes());
        };
    }

    private List<Section<?>> body() {
        return switch (generated.below(6)) {
            case 0 -> List.of(new AmqpValue<>(generated.text()));
            case 1 -> List.of(new AmqpValue<>(new Binary(generated.bytes(300))));
            case 2 -> List.of(new AmqpValue<>(Map.of("a", List.of(1, 2))));
            case 3 -> List.of(new AmqpSequence<>(List.of(1, "two")));
            case 4 -> List.of(new Data(generated.bytes(300)), new Data(generated.bytes(300)));
            default -> List.of(new Data(generated.bytes(300)));
        };
    }

    private static Object value(Property property) {
        Object value = property.value();
        return switch (property.type()) {
            case NULL -> null;
            case SYMBOL -> Symbol.valueOf((String) value);
            case UBYTE -> UnsignedByte.valueOf(((Integer) value).byteValue());
            case USHORT -> UnsignedShort.valueOf(((Integer) value).shortValue());
            case UINT -> UnsignedInteger.valueOf((Long) value);
            case ULONG -> UnsignedLong.valueOf((BigInteger) value);
            case DECIMAL32 -> new Decimal32((Integer) value);
            case DECIMAL64 -> new Decimal64((Long) value);
            case DECIMAL128 -> {
                ByteBuffer bits = ByteBuffer.wrap((byte[]) value);
                yield new Decimal128(bits.getLong(), bits.getLong());
            }
            case BINARY -> new Binary((byte[]) value);
            default -> value;
        };
    }

    /** All of a message that is not its time to live or its address, as text. */
    static String text(AdvancedMessage<?> message) throws ClientException {
        StringBuilder text = new StringBuilder();
        text.append("durable ").append(message.durable()).append("\npriority ").append(message.priority());
        if (message.annotations() != null)
            append(text, "annotation", message.annotations().getValue());
        Properties properties = message.properties() == null
                ? new Properties()
                : message.properties().copy();
        properties.setTo(null);
        text.append('\n').append(properties).append("\nids ").append(BodyText.of(properties.getMessageId()));
        text.append(' ').append(BodyText.of(properties.getCorrelationId()));
        if (message.applicationProperties() != null) {
            append(text, "property", message.applicationProperties().getValue());
        }
        for (Section<?> section : message.bodySections()) {
            text.append('\n').append(section.getClass().getSimpleName()).append(' ');
            text.append(BodyText.of(section.getValue()));
        }
        if (message.footer() != null) append(text, "footer", message.footer().getValue());
        return text.toString();
    }

    private static void append(StringBuilder text, String what, Map<?, ?> map) {
        Map<String, String> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), BodyText.of(value)));
        sorted.forEach((key, value) -> text.append('\n')
                .append(what)
                .append(' ')
                .append(key)
                .append(" = ")
                .append(value));
    }
}
