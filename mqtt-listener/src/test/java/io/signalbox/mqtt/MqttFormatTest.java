package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.mqtt.codec.Bytes;
import io.signalbox.testkit.GeneratedView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
                List.of(new Property("n", "a\0b")));
        NeutralView back = MqttFormat.INSTANCE.neutralView(ENVELOPE, toMqtt(view));
        assertEquals(Optional.of("ab"), back.contentType());
        assertEquals(Optional.of("no/#/topic"), back.replyTo());
        assertEquals(List.of(new Property("n", "a\0b")), back.properties());
    }

    @Test
    void propertiesKeepTheirTypesOnTheWayThereAndBack() {
        for (long seed = 0; seed < 500; seed++) {
            List<Property> sent = new GeneratedView(seed).ofEveryType();
            List<Property> back = MqttFormat.INSTANCE
                    .neutralView(ENVELOPE, toMqtt(withProperties(sent)))
                    .properties();
            assertEquals(sent.size(), back.size(), "seed " + seed);
            for (int i = 0; i < sent.size(); i++) {
                String where = "seed " + seed + " " + sent.get(i);
                assertEquals(sent.get(i).name(), back.get(i).name(), where);
                assertEquals(sent.get(i).type(), back.get(i).type(), where);
                assertTrue(Objects.deepEquals(sent.get(i).value(), back.get(i).value()), where);
            }
        }
    }

    private static NeutralView withProperties(List<Property> properties) {
        return new NeutralView(
                Body.Inline.of(new byte[0]),
                PayloadKind.BINARY,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                properties);
    }

    @Test
    void aTypeIsFoundWhereverItStandsAndStaysAPropertyIfItFitsNone() {
        NeutralView view = fromMqtt("46 26 00 01 'n' 00 01 '7' 26 00 09 'amqp.type' 00 05 'int:n'"
                + " 26 00 09 'amqp.type' 00 05 'int:m' 26 00 01 'm' 00 01 'x'"
                + " 26 00 09 'amqp.type' 00 04 'none' 'hi'");
        assertEquals(
                List.of(
                        new Property("n", 7),
                        new Property("amqp.type", "int:m"),
                        new Property("m", "x"),
                        new Property("amqp.type", "none")),
                view.properties());
    }

    @Test
    void priorityTravelsInAUserProperty() {
        Envelope urgent = new Envelope("t", true, 7, Envelope.NEVER, 0);
        Body.Inline body = MqttFormat.bodyOf(
                new Message(urgent, new Other(withProperties(List.of())), Body.Inline.of(new byte[0])));
        assertEquals(7, UserProperties.priorityOf(body));
        assertEquals(List.of(), MqttFormat.INSTANCE.neutralView(urgent, body).properties());
        assertEquals(Envelope.DEFAULT_PRIORITY, UserProperties.priorityOf(toMqtt(withProperties(List.of()))));
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
