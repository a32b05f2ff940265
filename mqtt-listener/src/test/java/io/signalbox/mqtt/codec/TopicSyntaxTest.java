package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSyntaxTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "//", "a/b c/ü", "$SYS/x", " "})
    void isAName(String topic) {
        assertTrue(TopicSyntax.isName(topic));
    }

    @Clause({"MQTT-4.7.0-1", "MQTT-4.7.3-1"})
    @ParameterizedTest
    @ValueSource(strings = {"", "+", "a/+", "a#", "#"})
    void isNoName(String topic) {
        assertFalse(TopicSyntax.isName(topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "+", "+/+", "/+", "+/", "a/+/b/#", "/#", "a", "/", "$SYS/#"})
    void isAFilter(String filter) {
        assertTrue(TopicSyntax.isFilter(filter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a+", "+a", "a/b+/c", "##", "#/", "a#", "#/a", "++", "+#"})
    void isNoFilter(String filter) {
        assertFalse(TopicSyntax.isFilter(filter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share/g/a", "$share/g//", "$share/g/#", "$share/g/+/b", "$share/g/$SYS/x"})
    void isASharedFilter(String filter) {
        assertTrue(TopicSyntax.isShared(filter) && TopicSyntax.isSharedFilter(filter));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share",
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share/g+/a",
                "$share/#/a",
                "$share/g/a+"
            })
    void isAMalformedSharedFilter(String filter) {
        assertTrue(TopicSyntax.isShared(filter));
        assertFalse(TopicSyntax.isSharedFilter(filter));
    }

    @Test
    void everySlashBeginsALevel() {
        assertEquals(1, TopicSyntax.levels("a"));
        assertEquals(3, TopicSyntax.levels("//"));
        assertEquals(65536, TopicSyntax.levels("/".repeat(65535)));
    }
}
