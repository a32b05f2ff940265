package io.signalbox.server.cli;

import io.signalbox.server.node.RecoveryProgress;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Tells how far the reading of the log is, once a second, when it takes longer than two. On the opening thread. */
final class RecoveryLine implements RecoveryProgress {

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private long nextNanos;

    RecoveryLine(PrintWriter out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong() + QUIET_NANOS;
    }

    @Override
    public void progress(long bytesDone, long bytesTotal) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0) return;
        nextNanos = now + PERIOD_NANOS;
        long percent = bytesTotal == 0 ? 100 : 100 * bytesDone / bytesTotal;
        out.println("Reading the log: " + percent + " % of " + (bytesTotal >> 20) + " MiB …");
        out.flush();
    }
}
