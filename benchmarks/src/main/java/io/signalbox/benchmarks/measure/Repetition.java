package io.signalbox.benchmarks.measure;

import java.util.Optional;

/**
 * What one repetition yielded and cost.
 *
 * @param perSecond deliveries, or whatever the workload counts
 * @param targetCpuMicros of the target, per message; NaN if its process is not known
 * @param residentMiB the most that was seen; NaN if its process is not known
 * @param latency NaN where nothing was timed
 * @param generatorShare of one core that the generator's loop used
 * @param oddity what was wrong and leaves the figures what they are
 * @param othersShare of one core that neither target nor generator used
 */
public record Repetition(
        double perSecond,
        double targetCpuMicros,
        double residentMiB,
        Latency latency,
        double generatorShare,
        double othersShare,
        Optional<String> oddity) {

    /**
     * Percentiles in microseconds.
     *
     * @param lateP99 how late the generator itself sent
     */
    public record Latency(double p50, double p99, double p999, double lateP99) {

        public static final Latency NOT_TIMED = new Latency(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
}
