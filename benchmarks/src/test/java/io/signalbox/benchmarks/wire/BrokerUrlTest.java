package io.signalbox.benchmarks.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUrlTest {

    @Test
    void userPasswordHostAndPortAreTaken() {
        BrokerUrl url = BrokerUrl.parse("amqp://guest:secret@127.0.0.1:1234");
        assertEquals(new BrokerUrl("amqp", "127.0.0.1", 1234, Optional.of("guest"), Optional.of("secret")), url);
    }

    @Test
    void portsHaveTheirDefaults() {
        assertEquals(1883, BrokerUrl.parse("mqtt://localhost").port());
        assertEquals(5672, BrokerUrl.parse("amqp://localhost").port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:1883", "http://localhost", "mqtt://", "mqtt:// x", "127.0.0.1"})
    void anythingElseIsRefusedWithItsText(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> BrokerUrl.parse(text));
        assertTrue(String.valueOf(refusal.getMessage()).contains(text), refusal.getMessage());
    }
}
