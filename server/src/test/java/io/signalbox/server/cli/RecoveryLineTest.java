package io.signalbox.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecoveryLineTest {

    private final StringWriter out = new StringWriter();
    private long nowNanos = -5; // the JVM's clock may be negative
    private final RecoveryLine line = new RecoveryLine(new PrintWriter(out), () -> nowNanos);

    private void progressAfter(long millis, long bytesDone) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
        line.progress(bytesDone, 200L << 20);
    }

    @Test
    void aQuickStartSaysNothing() {
        progressAfter(1_000, 1);
        progressAfter(999, 200L << 20);
        assertEquals("", out.toString());
    }

    @Test
    void aSlowStartTellsHowFarItIsOnceASecond() {
        progressAfter(2_000, 50L << 20);
        progressAfter(500, 60L << 20);
        progressAfter(500, 100L << 20);
        assertEquals(
                "Reading the log: 25 % of 200 MiB …\nReading the log: 50 % of 200 MiB …\n"
                        .replace("\n", System.lineSeparator()),
                out.toString());
    }
}
