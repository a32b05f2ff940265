package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import io.signalbox.testkit.Clause;
import io.signalbox.testkit.GeneratedView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

/** The map of docs/properties.md: nothing is lost on the way to the neutral view and back, whichever end it began at. */
class PropertyMapTest {

    private static final int SEEDS = 2_000;
    private static final Envelope ENVELOPE = Envelope.of("a/b", true, 0);

    private static Body.Inline sections(List<Object> sections) {
        ByteBuf out = Unpooled.buffer();
        for (Object section : sections) PerformativeCodec.ofThread().encode(section, new ByteBufSink(out));
        return Body.Inline.of(Arrays.copyOf(out.array(), out.writerIndex()));
    }

    private static String hex(Body.Inline body) {
        return Hex.text(Arrays.copyOfRange(body.bytes(), body.from(), body.to()));
    }

    @Test
    void anAmqpMessageComesBackAsItWas() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Body.Inline sent = sections(message(new GeneratedView(seed)));
            Body.Inline back = NeutralSections.encode(ENVELOPE, AmqpFormat.INSTANCE.neutralView(ENVELOPE, sent));
            assertEquals(hex(sent), hex(back), "seed " + seed);
        }
    }

    /** In the order in which the way back writes, so that equal messages are equal bytes. */
    private static List<Object> message(GeneratedView generated) {
        List<Object> sections = new ArrayList<>();
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        Map<String, Object> application = new LinkedHashMap<>();
        for (Property property : generated.ofEveryType()) {
            if (generated.coin()) application.put(property.name(), PropertyValues.toAmqp(property));
            if (generated.coin()) {
                annotations.put(Symbol.valueOf("x-opt-" + property.type()), PropertyValues.toAmqp(property));
            }
        }
        if (generated.coin()) application.put("amqp.type", "int:looks reserved");
        if (generated.coin()) application.put("x-opt-like", List.of("a", 1));
        if (generated.coin()) annotations.put(Symbol.valueOf("x-opt-other"), Map.of("a", 1));
        if (generated.coin()) annotations.put(Symbol.valueOf("x-opt-group-id"), 7);
        Properties properties = properties(generated);
        if (generated.coin()) annotations.put(ReplyTo.JMS_REPLY_TO_KIND, (byte) generated.below(4));
        if (!annotations.isEmpty()) sections.add(new MessageAnnotations(annotations));
        sections.add(properties);
        if (!application.isEmpty()) sections.add(new ApplicationProperties(application));
        sections.addAll(body(generated));
        if (generated.below(3) == 0) sections.add(new Footer(Map.of(Symbol.valueOf("crc"), 7)));
        return sections;
    }

    private static Properties properties(GeneratedView generated) {
        Properties properties = new Properties();
        properties.setTo(ENVELOPE.address());
        if (generated.coin()) properties.setMessageId(id(generated));
        if (generated.coin()) properties.setCorrelationId(id(generated));
        if (generated.coin()) properties.setUserId(new Binary(generated.bytes(20)));
        if (generated.coin()) properties.setSubject(generated.text());
        if (generated.coin()) {
            String[] addresses = {"q", "queue://q", "topic://a/b", "/queues/a%2Fb", "/topics/c", "other://x"};
            properties.setReplyTo(addresses[generated.below(addresses.length)]);
        }
        if (generated.coin()) properties.setContentType(Symbol.valueOf("text/plain"));
        if (generated.coin()) properties.setContentEncoding(Symbol.valueOf("gzip"));
        if (generated.coin()) properties.setAbsoluteExpiryTime(Date.from(Instant.ofEpochMilli(1L << 41)));
        if (generated.coin()) properties.setCreationTime(Date.from(Instant.ofEpochMilli(generated.below(1 << 30))));
        if (generated.coin()) properties.setGroupId(generated.text());
        if (generated.coin()) properties.setGroupSequence(UnsignedInteger.valueOf(generated.below(1 << 30)));
        if (generated.coin()) properties.setReplyToGroupId(generated.text());
        return properties;
    }

    private static Object id(GeneratedView generated) {
        return switch (generated.below(5)) {
            case 0 -> generated.text();
            case 1 -> "urn:uuid:" + new UUID(1, generated.below(9));
            case 2 -> new UUID(generated.below(9), 2);
            case 3 -> UnsignedLong.valueOf(-1L - generated.below(9));
            default -> new Binary(generated.correlationBytes());
        };
    }

    private static List<Object> body(GeneratedView generated) {
        return switch (generated.below(9)) {
            case 0 -> List.of();
            case 1 -> List.of(new AmqpValue(null));
            case 2 -> List.of(new AmqpValue(generated.text()));
            case 3 -> List.of(new AmqpValue(new Binary(generated.bytes(300))));
            case 4 -> List.of(new AmqpValue(Map.of("a", List.of(1, 2))));
            case 5 -> List.of(new AmqpSequence(List.of(1, "two")), new AmqpSequence(List.of(3)));
            case 6 -> List.of(data(generated), data(generated), data(generated));
            default -> List.of(data(generated));
        };
    }

    private static Data data(GeneratedView generated) {
        return new Data(new Binary(generated.bytes(300)));
    }

    @Test
    void aMessageOfAProtocolWithoutTypesComesBackAsItWas() {
        for (long seed = 0; seed < SEEDS; seed++) {
            NeutralView sent = new GeneratedView(seed).withTexts();
            NeutralView back = AmqpFormat.INSTANCE.neutralView(ENVELOPE, NeutralSections.encode(ENVELOPE, sent));
            String where = "seed " + seed;
            assertEquals(sent.kind(), back.kind(), where);
            assertEquals(hex(sent.payload()), hex(back.payload()), where);
            assertEquals(sent.contentType(), back.contentType(), where);
            assertEquals(sent.replyTo(), back.replyTo(), where);
            assertEquals(
                    sent.correlationId().map(Hex::text), back.correlationId().map(Hex::text), where);
            assertEquals(sent.messageId(), back.messageId(), where);
            assertEquals(sent.subject(), back.subject(), where);
            assertEquals(sent.properties(), back.properties(), where);
        }
    }

    @Test
    void aDeviceThatSendsBackTheCorrelationDataAloneAnswersTheString() {
        assertEquals("ID:42", MessageIds.fromBytes("ID:42".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                new UUID(1, 2), MessageIds.fromBytes(("urn:uuid:" + new UUID(1, 2)).getBytes(StandardCharsets.UTF_8)));
        assertEquals(new Binary(new byte[] {0, 1}), MessageIds.fromBytes(new byte[] {0, 1}));
        assertEquals(new Binary(new byte[] {-1}), MessageIds.fromBytes(new byte[] {-1}));
    }

    @Clause({"AMQP-1.6.21-1", "AMQP-3.2.10-1"})
    @Test
    void reservedNamesThatMakeNoSenseAreApplicationProperties() {
        List<Property> properties = List.of(
                new Property("amqp.creation-time", "yesterday"),
                new Property("amqp.data-sections", "1,1,1"),
                new Property("amqp.body", "none"),
                new Property("amqp.footer", "00"),
                new Property("amqp.unknown", "x"),
                new Property("amqp.annotation.x-other", "not one that may be passed on"),
                new Property("x-opt-ü", "no symbol"));
        NeutralView view = new NeutralView(
                Body.Inline.of(new byte[] {1, 2}),
                PayloadKind.BINARY,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                properties);
        NeutralView back = AmqpFormat.INSTANCE.neutralView(ENVELOPE, NeutralSections.encode(ENVELOPE, view));
        assertEquals(
                properties.stream()
                        .map(property -> "amqp.property." + property.name())
                        .toList(),
                back.properties().stream().map(Property::name).toList());
        assertArrayEquals(
                new byte[] {1, 2},
                Arrays.copyOfRange(
                        back.payload().bytes(),
                        back.payload().from(),
                        back.payload().to()));
    }

    @Test
    void encodedValuesThatAPeerMadeUpStayBytes() {
        for (byte[] bytes : new byte[][] {{}, {0x45, 0x45}, {(byte) 0xd0, 0, 0}, {(byte) 0xf0, -1, -1, -1, -1}}) {
            Property property = new Property("p", bytes, PropertyType.ENCODED);
            assertTrue(PropertyValues.toAmqp(property) instanceof Binary);
        }
    }
}
