package io.signalbox.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * Times in nanoseconds while recording is on, to three digits, up to a minute; what is longer counts as a minute. With the
 * intended send time as the start nothing is omitted when sender and broker wait for each other. Confined to one thread.
 */
public final class Latencies {

    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Histogram histogram = new Histogram(LONGEST_NANOS, 3);
    private boolean recording;

    public void begin() {
        histogram.reset();
        recording = true;
    }

    public void end() {
        recording = false;
    }

    public void record(long nanos) {
        if (recording) histogram.recordValue(Math.min(Math.max(nanos, 0), LONGEST_NANOS));
    }

    public long count() {
        return histogram.getTotalCount();
    }

    /** In microseconds; 0 if nothing was recorded. */
    public double micros(double percentile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000.0;
    }
}
