package io.signalbox.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecoveryLineTest {

    private static final String ERASE = "\r\u001b[K";

    private final StringWriter out = new StringWriter();
    private long nowNanos = -5; // the JVM's clock may be negative
    private RecoveryLine line = line(RecoveryLine.Form.LOGGED);

    private RecoveryLine line(RecoveryLine.Form form) {
        return new RecoveryLine(new PrintWriter(out), form, RecoveryLine.Work.READING, () -> nowNanos);
    }

    private void progressAfter(long millis, long bytesDone) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
        line.progress(bytesDone, 200L << 20);
    }

    @Test
    void aQuickStartSaysNothing() {
        for (RecoveryLine.Form form : RecoveryLine.Form.values()) {
            line = line(form);
            progressAfter(1_000, 1);
            progressAfter(999, 200L << 20);
            line.end();
        }
        assertEquals("", out.toString());
    }

    @Test
    void aLogGetsALineEveryFiveSeconds() {
        progressAfter(2_000, 50L << 20);
        progressAfter(4_999, 90L << 20);
        progressAfter(1, 100L << 20);
        line.end();
        assertEquals("""
                event=reading_log percent=25 bytes=52428800 total_bytes=209715200 seconds_left=6
                event=reading_log percent=50 bytes=104857600 total_bytes=209715200 seconds_left=7
                """.replace("\n", System.lineSeparator()), out.toString());
    }

    @Test
    void aLineSaysWhatGoesOn() {
        line = new RecoveryLine(
                new PrintWriter(out), RecoveryLine.Form.LOGGED, RecoveryLine.Work.COPYING, () -> nowNanos);
        progressAfter(2_000, 50L << 20);
        assertEquals(
                "event=copying percent=25 bytes=52428800 total_bytes=209715200 seconds_left=6" + System.lineSeparator(),
                out.toString());
    }

    @Test
    void aPersonSeesOneLineThatChangesAndGoesAway() {
        line = line(RecoveryLine.Form.REWRITTEN);
        progressAfter(2_000, 2L << 20);
        progressAfter(100, 3L << 20);
        progressAfter(100, 199L << 20);
        line.end();
        assertEquals(
                ERASE + "  Reading the log: 1 % of 200 MiB, 3 min left" + ERASE
                        + "  Reading the log: 99 % of 200 MiB, 1 s left" + ERASE,
                out.toString());
    }

    @Test
    void aLongLogIsToldInGibibytes() {
        line = line(RecoveryLine.Form.REWRITTEN);
        nowNanos += TimeUnit.SECONDS.toNanos(10);
        line.progress(1L << 30, 5L << 29);
        assertEquals(ERASE + "  Reading the log: 40 % of 2.5 GiB, 15 s left", out.toString());
    }
}
