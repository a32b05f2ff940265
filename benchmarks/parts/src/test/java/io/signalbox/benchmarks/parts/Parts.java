package io.signalbox.benchmarks.parts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What {@code benchmarks/parts/run} becomes: measures this checkout, or it and another in turns. */
public final class Parts {

    /** Everything was measured; nothing is slower. */
    static final int WELL = 0;

    /** Something is slower, or could not be measured here. */
    static final int WRONG = 1;

    private static final int MISUSED = 2;

    private static final String AGAINST = "--against";

    private Parts() {}

    public static void main(String[] args) throws Exception {
        try {
            System.exit(run(args));
        } catch (CommandLineOptionException | RunnerException e) {
            System.err.println(e.getMessage());
            System.exit(MISUSED);
        }
    }

    private static int run(String[] args) throws Exception {
        boolean against = args.length >= 3 && args[0].equals(AGAINST);
        CommandLineOptions asked = new CommandLineOptions(against ? Arrays.copyOfRange(args, 3, args.length) : args);
        if (asked.shouldHelp()) {
            asked.showHelp();
            return WELL;
        }
        if (asked.shouldList()) {
            new Runner(asked).list();
            return WELL;
        }
        return against ? new Comparison(args[1], args[2], asked).run() : measure(asked);
    }

    /**
     * JVMs as they are measured in: what differs from one to the next by itself is kept small, so the heap has one size and one thread
     * collects it.
     */
    static ChainedOptionsBuilder options(CommandLineOptions asked) {
        List<String> jvm = new ArrayList<>(List.of(
                "-Xms2g",
                "-Xmx2g",
                "-XX:+UseSerialGC",
                "-Dsignalbox.parts.directory=" + System.getProperty("signalbox.parts.directory", "/tmp")));
        String more = System.getProperty("signalbox.parts.jvm", "").trim();
        if (!more.isEmpty()) jvm.addAll(List.of(more.split("\\s+")));
        ChainedOptionsBuilder options = new OptionsBuilder().parent(asked);
        if (asked.getProfilers().isEmpty()) options.addProfiler(GCProfiler.class);
        if (!asked.getWarmupIterations().hasValue()) options.warmupIterations(3);
        if (!asked.getMeasurementIterations().hasValue()) options.measurementIterations(5);
        return options.jvmArgs(jvm.toArray(String[]::new));
    }

    static TimeValue millis(long millis) {
        return TimeValue.milliseconds(millis);
    }

    private static int measure(CommandLineOptions asked) throws RunnerException {
        ChainedOptionsBuilder options = options(asked);
        if (!asked.getForkCount().hasValue()) options.forks(2);
        if (!asked.getWarmupTime().hasValue()) options.warmupTime(millis(300));
        if (!asked.getMeasurementTime().hasValue()) options.measurementTime(millis(300));
        VerboseMode verbosity = asked.verbosity().orElse(VerboseMode.NORMAL);
        OutputFormat progress = OutputFormatFactory.createFormatInstance(System.err, verbosity);
        Collection<RunResult> results = new Runner(options.build(), progress).run();
        System.out.println(Measured.row("part", "ns", "±", "B"));
        System.out.println("|---|---:|---:|---:|");
        for (RunResult result : results) {
            Result<?> score = result.getPrimaryResult();
            System.out.println(Measured.row(
                    Measured.name(result.getParams()),
                    Measured.number(score.getScore()),
                    Measured.percent(score.getScoreError() / score.getScore()),
                    Measured.bytes(Measured.allocated(result))));
        }
        return results.isEmpty() ? WRONG : WELL;
    }
}
