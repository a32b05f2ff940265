package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

class AmqpFormatTest {

    private static final Envelope ENVELOPE = Envelope.of("a/b", true, 0);

    private static Body.Inline sections(Object... sections) {
        ByteBuf out = Unpooled.buffer();
        for (Object section : sections) PerformativeCodec.ofThread().encode(section, new ByteBufSink(out));
        return Body.Inline.of(Arrays.copyOf(out.array(), out.writerIndex()));
    }

    private static NeutralView view(Object... sections) {
        return AmqpFormat.INSTANCE.neutralView(ENVELOPE, sections(sections));
    }

    private static String text(Body.Inline payload) {
        return new String(payload.bytes(), payload.from(), payload.size(), StandardCharsets.UTF_8);
    }

    private static Binary binary(String text) {
        return new Binary(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void dataIsBinaryAndAStringValueIsText() {
        assertEquals(PayloadKind.BINARY, view(new Data(binary("xyz"))).kind());
        assertEquals("xyz", text(view(new Data(binary("xyz"))).payload()));
        assertEquals(
                "xyz", text(view(new Data(binary("x")), new Data(binary("yz"))).payload()));
        NeutralView text = view(new AmqpValue("grüße" + "!".repeat(300)));
        assertEquals(PayloadKind.TEXT, text.kind());
        assertEquals("grüße" + "!".repeat(300), text(text.payload()));
        assertEquals("bin", text(view(new AmqpValue(binary("bin"))).payload()));
        assertEquals(0, view(new AmqpValue(null)).payload().size());
        assertEquals(0, view().payload().size());
    }

    @Test
    void bodiesThatNoBytesCanHoldTravelEncodedAndComeBackAsTheyWere() throws Refusal {
        for (Object body :
                List.of(new AmqpValue(Map.of("a", 1)), new AmqpValue(7), new AmqpSequence(List.of(1, "two")))) {
            NeutralView view = view(body);
            assertEquals(Optional.of(AmqpFormat.ENCODED_SECTIONS_TYPE), view.contentType());
            Body.Inline back = NeutralSections.encode(ENVELOPE, view);
            NeutralView again = AmqpFormat.INSTANCE.neutralView(ENVELOPE, back);
            assertEquals(text(view.payload()), text(again.payload()));
            assertEquals(view.contentType(), again.contentType());
        }
    }

    @Test
    void propertiesAreReadAsOtherProtocolsKnowThem() {
        UUID uuid = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
        Properties properties = new Properties();
        properties.setMessageId(uuid);
        properties.setCorrelationId(binary("corr"));
        properties.setSubject("subject");
        properties.setContentType(Symbol.valueOf("text/plain"));
        properties.setReplyTo("topic://answers/1");
        NeutralView view = view(properties, new Data(binary("x")));
        assertEquals(Optional.of("urn:uuid:" + uuid), view.messageId());
        assertEquals("corr", new String(view.correlationId().orElseThrow(), StandardCharsets.UTF_8));
        assertEquals(Optional.of("subject"), view.subject());
        assertEquals(Optional.of("text/plain"), view.contentType());
        assertEquals(Optional.of("answers/1"), view.replyTo());
    }

    @Test
    void aReplyToNamesAQueueUnlessItSaysTopic() {
        for (Map.Entry<String, String> pair : Map.of(
                        "q", "$queue/q",
                        "queue://q", "$queue/q",
                        "/queues/a%2Fb+c", "$queue/a/b+c",
                        "/topics/a%20b", "a b",
                        "topic://a/b.c", "a/b.c")
                .entrySet()) {
            Properties properties = new Properties();
            properties.setReplyTo(pair.getKey());
            assertEquals(Optional.of(pair.getValue()), view(properties).replyTo());
        }
        Properties properties = new Properties();
        properties.setReplyTo("news");
        MessageAnnotations jmsTopic = new MessageAnnotations(Map.of(ReplyTo.JMS_REPLY_TO_KIND, (byte) 1));
        assertEquals(Optional.of("news"), view(jmsTopic, properties).replyTo());
    }

    @Test
    void applicationPropertiesKeepTheirTypes() {
        NeutralView view = view(
                new ApplicationProperties(Map.of(
                        "uint", UnsignedInteger.MAX_VALUE, "ulong", UnsignedLong.valueOf(-1L), "bytes", binary("b"))),
                new Data(binary("x")));
        for (Property property : view.properties()) {
            switch (property.name()) {
                case "uint" -> assertEquals(0xffff_ffffL, property.value());
                case "ulong" -> assertEquals(UnsignedLong.valueOf(-1L).bigIntegerValue(), property.value());
                default -> assertArrayEquals(new byte[] {'b'}, (byte[]) property.value());
            }
        }
        assertEquals(3, view.properties().size());
    }

    @Test
    void aMessageOfAnotherProtocolComesBackWhole() {
        NeutralView view = new NeutralView(
                Body.Inline.of("hello".getBytes(StandardCharsets.UTF_8)),
                PayloadKind.TEXT,
                Optional.of("text/plain"),
                Optional.of("answers"),
                Optional.of("corr".getBytes(StandardCharsets.UTF_8)),
                Optional.empty(),
                Optional.empty(),
                List.of(new Property("k", "1"), new Property("j", "2"), new Property("k", "3")));
        NeutralView back = AmqpFormat.INSTANCE.neutralView(ENVELOPE, NeutralSections.encode(ENVELOPE, view));
        assertEquals(view.kind(), back.kind());
        assertEquals(text(view.payload()), text(back.payload()));
        assertEquals(view.contentType(), back.contentType());
        assertEquals(view.replyTo(), back.replyTo());
        assertArrayEquals(
                view.correlationId().orElseThrow(), back.correlationId().orElseThrow());
        assertEquals(view.properties(), back.properties());
    }

    @Test
    void binaryIsADataSectionAndSoIsTextThatIsNotUtf8() throws Refusal {
        byte[] bytes = {(byte) 0xff, 0, 1};
        for (PayloadKind kind : PayloadKind.values()) {
            Body.Inline encoded = NeutralSections.encode(ENVELOPE, NeutralView.ofPayload(Body.Inline.of(bytes), kind));
            String hex = Hex.text(Arrays.copyOfRange(encoded.bytes(), encoded.from(), encoded.to()));
            assertTrue(hex.endsWith("005375a003ff0001"), hex);
        }
    }

    @Test
    void bytesThatAreNoMessageAreSaidToBeNone() {
        assertThrows(
                IllegalArgumentException.class,
                () -> AmqpFormat.INSTANCE.neutralView(ENVELOPE, Body.Inline.of(Hex.bytes("005375a0ff"))));
    }
}
