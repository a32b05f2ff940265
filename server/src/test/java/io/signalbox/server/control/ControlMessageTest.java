package io.signalbox.server.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ControlMessageTest {

    @Test
    void aMessageIsReadAsItWasWritten() {
        byte[] payload = {0, 10, 13, -1, 34};
        String line = ControlMessage.of("publish")
                .with("topic", "a/\"b\"\n\u00e4")
                .with("delivery", Long.MAX_VALUE)
                .with("payload", payload)
                .toLine();
        assertEquals(line.length() - 1, line.indexOf('\n'), "one line");
        ControlMessage read = ControlMessage.parse(line);
        assertEquals("publish", read.kind());
        assertEquals("a/\"b\"\n\u00e4", read.requiredText("topic"));
        assertEquals(Long.MAX_VALUE, read.number("delivery").orElseThrow());
        assertArrayEquals(payload, read.requiredBytes("payload"));
    }

    @Test
    void whatIsNotAFlatObjectWithAKindIsRefused() {
        for (String line : List.of(
                "",
                "x",
                "[]",
                "{}",
                "{\"kind\":1}",
                "{\"kind\":\"a\",\"b\":{}}",
                "{\"kind\":\"a\",\"b\":[1]}",
                "{\"kind\":\"a\"",
                "{\"kind\":\"a\",\"b\":1e999}",
                "{\"kind\":\"a\",\"b\":99999999999999999999}")) {
            assertThrows(IllegalArgumentException.class, () -> ControlMessage.parse(line), line);
        }
    }

    @Test
    void aMissingFieldIsNamed() {
        IllegalArgumentException missing = assertThrows(
                IllegalArgumentException.class,
                () -> ControlMessage.of("publish").requiredText("topic"));
        assertEquals("publish needs a topic", missing.getMessage());
    }
}
