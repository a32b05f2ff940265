package io.signalbox.benchmarks.parts;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What JMH's results say. Pure functions. */
final class Measured {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private Measured() {}

    /** Class and method, and the parameters. */
    static String name(BenchmarkParams params) {
        String[] path = params.getBenchmark().split("\\.");
        String name = path[path.length - 2] + "." + path[path.length - 1];
        Collection<String> keys = params.getParamsKeys();
        if (keys.isEmpty()) return name;
        return name + keys.stream().map(params::getParam).collect(Collectors.joining(", ", " (", ")"));
    }

    /** The median of a JVM's iterations, in nanoseconds for one operation. */
    static double nanos(BenchmarkResult result) {
        double[] iterations = result.getIterationResults().stream()
                .map(IterationResult::getPrimaryResult)
                .mapToDouble(Result::getScore)
                .toArray();
        return new Sample(iterations).median();
    }

    /** Bytes of heap for one operation; NaN if that was not asked for. */
    static double allocated(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ALLOCATED))
                .mapToDouble(entry -> entry.getValue().getScore())
                .findFirst()
                .orElse(Double.NaN);
    }

    static String row(Object... cells) {
        return Arrays.stream(cells).map(Object::toString).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Three digits, or all before the point. */
    static String number(double value) {
        if (Double.isNaN(value)) return "–";
        int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    /** Less than a byte for one operation is the measurement's own. */
    static String bytes(double value) {
        if (Double.isNaN(value)) return "–";
        return String.format(Locale.ROOT, "%,d", Math.round(value));
    }

    static String percent(double part) {
        return Double.isNaN(part) ? "–" : String.format(Locale.ROOT, "±%.0f %%", part * 100);
    }
}
