package io.signalbox.server.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LoggingTest {

    private static String lineOf(String message) {
        LogRecord logged = new LogRecord(Level.INFO, message);
        logged.setInstant(Instant.EPOCH);
        return new Logging.Line().format(logged);
    }

    @Test
    void anEventIsALineWhateverIsInIt() {
        assertEquals(
                "1970-01-01T00:00:00Z INFO  event=a client=x\\nevent=b \\x1b[31m \\x0d \\x9b\n",
                lineOf("event=a client=x\nevent=b \u001b[31m \r \u009b"));
        assertEquals("1970-01-01T00:00:00Z INFO  event=a client=é\n", lineOf("event=a client=é"));
    }

    @Test
    void aDefectOfOursKeepsItsStackTrace() {
        LogRecord logged = new LogRecord(Level.SEVERE, "event=broken");
        logged.setThrown(new IllegalStateException("why"));
        assertTrue(new Logging.Line()
                .format(logged)
                .contains("event=broken\njava.lang.IllegalStateException: why\n\tat "));
    }
}
