package io.signalbox.benchmarks.measure;

import java.util.Arrays;
import java.util.List;

/** The median of some repetitions, and the least and the greatest of them. */
public record Spread(double median, double least, double greatest) {

    public static Spread of(List<Double> values) {
        if (values.isEmpty()) throw new IllegalArgumentException("nothing was measured");
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Half of the way from the least to the greatest, as a share of the median. */
    public double relative() {
        return median == 0 ? 0 : (greatest - least) / 2 / median;
    }

    @Override
    public String toString() {
        return Arrays.asList(median, least, greatest).toString();
    }
}
