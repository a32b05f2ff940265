package io.signalbox.benchmarks.parts;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The benchmarks of this checkout with its own classes and with those of another, a JVM for each, in turns, so that what drifts in
 * the machine hits both alike. What looks slower is measured once more as long before it is said to be.
 */
final class Comparison {

    private static final int ROUNDS = 5;

    /** Where JMH finds the class path of the JVMs that it starts. */
    private static final String CLASS_PATH = "java.class.path";

    private final String hereClassPath = System.getProperty(CLASS_PATH);
    private final String otherClassPath;
    private final String otherName;
    private final CommandLineOptions asked;
    private final int rounds;
    private final Map<String, Turns> turns = new TreeMap<>();
    private final SortedSet<String> leftOut = new TreeSet<>();
    private final SortedSet<String> broken = new TreeSet<>();

    /** What was measured of one benchmark so far. */
    private static final class Turns {
        final List<Double> other = new ArrayList<>();
        final List<Double> here = new ArrayList<>();
        double otherBytes = Double.NaN;
        double hereBytes = Double.NaN;

        Pair pair(String name) {
            return new Pair(name, sample(other), sample(here));
        }

        private static Sample sample(List<Double> measured) {
            return new Sample(measured.stream().mapToDouble(Double::doubleValue).toArray());
        }

        boolean isComplete() {
            return !other.isEmpty() && !here.isEmpty();
        }
    }

    private enum Side {
        OTHER,
        HERE
    }

    /** @param otherName what the table calls it */
    Comparison(String otherClassPath, String otherName, CommandLineOptions asked) {
        this.otherClassPath = System.getProperty("signalbox.parts.benchmarks") + ":" + otherClassPath + ":"
                + System.getProperty("signalbox.parts.libraries");
        this.otherName = otherName;
        this.asked = asked;
        this.rounds = asked.getForkCount().orElse(ROUNDS);
    }

    int run() throws RunnerException {
        SortedSet<String> benchmarks = new TreeSet<>();
        List<String> patterns = asked.getIncludes().isEmpty() ? List.of(".*") : asked.getIncludes();
        for (BenchmarkListEntry entry : BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT),
                        patterns,
                        asked.getExcludes())) {
            benchmarks.add(entry.getUsername());
        }
        if (benchmarks.isEmpty()) throw new RunnerException("No benchmark has a name like " + patterns);
        measure(benchmarks, "");
        SortedSet<String> suspects = new TreeSet<>();
        turns.forEach((name, measured) -> {
            if (measured.isComplete() && measured.pair(name).isSlower()) suspects.add(methodOf(name, benchmarks));
        });
        if (!suspects.isEmpty()) measure(suspects, ", again");
        return report();
    }

    /** The benchmark that a row is of. */
    private static String methodOf(String row, Collection<String> benchmarks) {
        String method = row.replaceFirst(" \\(.*", "");
        return benchmarks.stream()
                .filter(name -> name.endsWith("." + method))
                .findFirst()
                .orElseThrow();
    }

    private void measure(Collection<String> benchmarks, String again) throws RunnerException {
        long begun = System.nanoTime();
        int done = 0;
        for (String benchmark : benchmarks) {
            String what = "[" + (done + 1) + "/" + benchmarks.size() + again + "] "
                    + benchmark.replaceFirst(".*\\.(\\w+\\.)", "$1");
            System.err.println(what + left(begun, done, benchmarks.size()));
            for (int round = 0; round < rounds; round++) {
                // A B, B A, A B: what drifts steadily cancels out.
                Side first = round % 2 == 0 ? Side.OTHER : Side.HERE;
                measure(benchmark, first);
                measure(benchmark, first == Side.OTHER ? Side.HERE : Side.OTHER);
            }
            done++;
        }
    }

    private static String left(long begunNanos, int done, int all) {
        if (done == 0) return "";
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begunNanos) * (all - done) / done;
        return ", about " + (seconds + 59) / 60 + " min left";
    }

    private void measure(String benchmark, Side side) throws RunnerException {
        if (leftOut.contains(benchmark) || broken.contains(benchmark)) return;
        ChainedOptionsBuilder options = Parts.options(asked)
                .forks(1)
                .include("^" + benchmark.replace(".", "\\.").replace("$", "\\$") + "$")
                .shouldFailOnError(false)
                .verbosity(asked.verbosity().orElse(VerboseMode.SILENT));
        if (!asked.getWarmupTime().hasValue()) options.warmupTime(Parts.millis(200));
        if (!asked.getMeasurementTime().hasValue()) options.measurementTime(Parts.millis(200));
        Collection<RunResult> results = run(options.build(), side);
        if (results.isEmpty()) (side == Side.HERE ? broken : leftOut).add(benchmark);
        for (RunResult result : results) {
            Turns measured = turns.computeIfAbsent(Measured.name(result.getParams()), name -> new Turns());
            for (BenchmarkResult fork : result.getBenchmarkResults()) {
                (side == Side.HERE ? measured.here : measured.other).add(Measured.nanos(fork));
            }
            if (side == Side.HERE) measured.hereBytes = Measured.allocated(result);
            else measured.otherBytes = Measured.allocated(result);
        }
    }

    private Collection<RunResult> run(Options options, Side side) throws RunnerException {
        System.setProperty(CLASS_PATH, side == Side.HERE ? hereClassPath : otherClassPath);
        try {
            return new Runner(options).run();
        } finally {
            System.setProperty(CLASS_PATH, hereClassPath);
        }
    }

    private int report() {
        List<String> slower = new ArrayList<>();
        int compared = 0;
        System.out.println(
                Measured.row("part", otherName + ", ns", "±", "here, ns", "±", "ratio", otherName + ", B", "here, B"));
        System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|");
        for (Map.Entry<String, Turns> row : turns.entrySet()) {
            Turns measured = row.getValue();
            if (measured.here.isEmpty()) broken.add(row.getKey());
            else if (measured.other.isEmpty()) leftOut.add(row.getKey());
            if (!measured.isComplete()) continue;
            Pair pair = measured.pair(row.getKey());
            compared++;
            if (pair.isSlower()) slower.add(pair.name());
            System.out.println(Measured.row(
                    pair.name(),
                    Measured.number(pair.other().median()),
                    Measured.percent(pair.other().spread()),
                    Measured.number(pair.here().median()),
                    Measured.percent(pair.here().spread()),
                    Measured.number(pair.ratio()),
                    Measured.bytes(measured.otherBytes),
                    Measured.bytes(measured.hereBytes)));
        }
        System.out.println();
        leftOut.forEach(name ->
                System.out.println("- left out, as it does not run with the classes of " + otherName + ": " + name));
        broken.forEach(name -> System.out.println("- does not run here: " + name));
        slower.forEach(name -> System.out.println("- slower than with the classes of " + otherName + ": " + name));
        return compared > 0 && slower.isEmpty() && broken.isEmpty() ? Parts.WELL : Parts.WRONG;
    }
}
