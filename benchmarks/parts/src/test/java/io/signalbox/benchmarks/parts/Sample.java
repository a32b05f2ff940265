package io.signalbox.benchmarks.parts;

import java.util.Arrays;

/** What several JVMs measured of one benchmark, in nanoseconds. Immutable. */
record Sample(double[] sorted) {

    Sample {
        if (sorted.length == 0) throw new IllegalArgumentException("nothing was measured");
        sorted = sorted.clone();
        Arrays.sort(sorted);
    }

    static Sample of(double... measured) {
        return new Sample(measured);
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Where the middle half begins; the least of fewer than four. */
    double low() {
        return sorted[sorted.length / 4];
    }

    /** Where the middle half ends; the most of fewer than four. */
    double high() {
        return sorted[sorted.length - 1 - sorted.length / 4];
    }

    /** Half of what lies between {@link #low} and {@link #high}, of the median. */
    double spread() {
        return (high() - low()) / 2 / median();
    }
}
