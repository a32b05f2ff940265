package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.mqtt.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MqttFormatTest {

    private static final Envelope ENVELOPE = Envelope.of("t", true, 0);

    /** Another protocol, whose messages look as a test says. */
    private record Other(NeutralView view) implements MessageFormat {
        @Override
        public byte id() {
            return 100;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            return view;
        }
    }

    private static Body.Inline toMqtt(NeutralView view) {
        return MqttFormat.bodyOf(new Message(ENVELOPE, new Other(view), Body.Inline.of(new byte[0])));
    }

    private static NeutralView fromMqtt(String body) {
        return MqttFormat.INSTANCE.neutralView(ENVELOPE, Body.Inline.of(Bytes.of(body)));
    }

    private static byte[] payload(NeutralView view) {
        Body.Inline payload = view.payload();
        return Arrays.copyOfRange(payload.bytes(), payload.from(), payload.to());
    }

    @Test
    void aBodyWithoutPropertiesIsAPayload() {
        NeutralView view = fromMqtt("00 'hi'");
        assertEquals("hi", new String(payload(view), StandardCharsets.UTF_8));
        assertEquals(PayloadKind.BINARY, view.kind());
        assertEquals(Optional.empty(), view.replyTo());
    }

    @Test
    void everyPropertyIsSeen() {
        NeutralView view = fromMqtt(
                "1e 01 01 03 00 01 'c' 08 00 01 'r' 09 00 01 ff 26 00 01 'k' 00 01 '1' 26 00 01 'k' 00 03 'two' 'hi'");
        assertEquals(PayloadKind.TEXT, view.kind());
        assertEquals(Optional.of("c"), view.contentType());
        assertEquals(Optional.of("r"), view.replyTo());
        assertArrayEquals(new byte[] {(byte) 0xFF}, view.correlationId().orElseThrow());
        assertEquals(List.of(new Property("k", "1"), new Property("k", "two")), view.properties());
        assertEquals("hi", new String(payload(view), StandardCharsets.UTF_8));
    }

    @Test
    void aBodyOfAnotherFormatIsNoMqttBody() {
        assertThrows(IllegalArgumentException.class, () -> fromMqtt("05 01"));
        assertThrows(IllegalArgumentException.class, () -> fromMqtt("02 02 01"));
        assertThrows(IllegalArgumentException.class, () -> fromMqtt(""));
    }

    @Test
    void whatMqttCannotWriteIsWrittenAsNearAsItCan() {
        NeutralView view = new NeutralView(
                Body.Inline.of(new byte[] {1}),
                PayloadKind.BINARY,
                Optional.of("a\0b"),
                Optional.of("no/#/topic"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new Property("n", 7), new Property("b", true), new Property("x", new byte[] {0x0A})));
        NeutralView back = MqttFormat.INSTANCE.neutralView(ENVELOPE, toMqtt(view));
        assertEquals(Optional.of("ab"), back.contentType());
        assertEquals(Optional.of("no/#/topic"), back.replyTo());
        assertEquals(
                List.of(new Property("n", "7"), new Property("b", "true"), new Property("x", "0a")), back.properties());
    }

    @Test
    void aLongStringIsCutBetweenCharacters() {
        String tooLong = "ü".repeat(40_000);
        NeutralView view = new NeutralView(
                Body.Inline.of(new byte[0]),
                PayloadKind.BINARY,
                Optional.of(tooLong),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        String cut = MqttFormat.INSTANCE
                .neutralView(ENVELOPE, toMqtt(view))
                .contentType()
                .orElseThrow();
        assertEquals("ü".repeat(32_767), cut);
    }

    @Test
    void textPropertiesSurviveTheWayThereAndBack() {
        for (long seed = 0; seed < 2000; seed++) {
            NeutralView view = randomView(new Random(seed));
            NeutralView back = MqttFormat.INSTANCE.neutralView(ENVELOPE, toMqtt(view));
            String where = "seed " + seed;
            assertArrayEquals(payload(view), payload(back), where);
            assertEquals(view.kind(), back.kind(), where);
            assertEquals(view.contentType(), back.contentType(), where);
            assertEquals(view.replyTo(), back.replyTo(), where);
            assertEquals(
                    view.correlationId().map(Bytes::hex), back.correlationId().map(Bytes::hex), where);
            assertEquals(view.messageId(), back.messageId(), where);
            assertEquals(view.subject(), back.subject(), where);
            assertEquals(view.properties(), back.properties(), where);
        }
    }

    private static NeutralView randomView(Random random) {
        byte[] payload = new byte[random.nextInt(100)];
        random.nextBytes(payload);
        List<Property> properties = new ArrayList<>();
        while (random.nextInt(3) > 0) properties.add(new Property(text(random), text(random)));
        return new NeutralView(
                Body.Inline.of(payload),
                random.nextBoolean() ? PayloadKind.TEXT : PayloadKind.BINARY,
                maybe(random),
                maybe(random),
                random.nextBoolean() ? Optional.of(new byte[random.nextInt(20)]) : Optional.empty(),
                maybe(random),
                maybe(random),
                properties);
    }

    private static Optional<String> maybe(Random random) {
        return random.nextBoolean() ? Optional.of(text(random)) : Optional.empty();
    }

    private static String text(Random random) {
        String[] texts = {"a", "", "queue/1", "topic/#", "ü𝄞", "x".repeat(200)};
        return texts[random.nextInt(texts.length)];
    }
}
