package io.signalbox.server.cli;

import io.signalbox.server.node.RecoveryProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells how far the reading of the log is, or the copying of what lives in it, when it takes longer than two seconds: a person sees one line that changes, a log
 * gets a line every few seconds. On the opening thread.
 */
final class RecoveryLine implements RecoveryProgress {

    /** What goes on. */
    enum Work {
        READING("Reading the log", "reading_log"),
        COPYING("Copying what lives", "copying");

        private final String sentence;
        private final String event;

        Work(String sentence, String event) {
            this.sentence = sentence;
            this.event = event;
        }
    }

    /** How the line is shown, and how often. */
    enum Form {
        REWRITTEN(TimeUnit.MILLISECONDS.toNanos(200)),
        LOGGED(TimeUnit.SECONDS.toNanos(5));

        private final long periodNanos;

        Form(long periodNanos) {
            this.periodNanos = periodNanos;
        }
    }

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final Form form;
    private final Work work;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private long nextNanos;
    private boolean shown;

    RecoveryLine(PrintWriter out, Form form, Work work, LongSupplier nanoTime) {
        this.out = out;
        this.form = form;
        this.work = work;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.nextNanos = startNanos + QUIET_NANOS;
    }

    @Override
    public void progress(long bytesDone, long bytesTotal) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0 || bytesTotal == 0) return;
        nextNanos = now + form.periodNanos;
        shown = true;
        long percent = 100 * bytesDone / bytesTotal;
        long secondsLeft = secondsLeft(now - startNanos, bytesDone, bytesTotal);
        if (form == Form.REWRITTEN) {
            out.print(ERASE_LINE + "  " + work.sentence + ": " + percent + " % of " + amount(bytesTotal) + ", "
                    + duration(secondsLeft) + " left");
        } else {
            out.println("event=" + work.event + " percent=" + percent + " bytes=" + bytesDone + " total_bytes="
                    + bytesTotal + " seconds_left=" + secondsLeft);
        }
        out.flush();
    }

    /** If it goes on as it went so far; at least one second, since it is not over. */
    private static long secondsLeft(long elapsedNanos, long bytesDone, long bytesTotal) {
        double nanosPerByte = (double) elapsedNanos / Math.max(1, bytesDone);
        return Math.max(1, Math.round(nanosPerByte * (bytesTotal - bytesDone) / TimeUnit.SECONDS.toNanos(1)));
    }

    private static String amount(long bytes) {
        if (bytes < 1 << 30) return (bytes >> 20) + " MiB";
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }

    private static String duration(long seconds) {
        return seconds < 120 ? seconds + " s" : (seconds + 30) / 60 + " min";
    }

    /** The log has been read, or cannot be: the line that changed makes room for what is said next. */
    void end() {
        if (!shown || form == Form.LOGGED) return;
        out.print(ERASE_LINE);
        out.flush();
    }
}
