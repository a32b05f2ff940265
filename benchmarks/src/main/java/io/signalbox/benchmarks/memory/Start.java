package io.signalbox.benchmarks.memory;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.measure.ProcessProbe;
import io.signalbox.benchmarks.measure.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * How large a broker is and how long it takes to start: with nothing, and after kill -9 with a backlog until the first message.
 * Used by one thread.
 */
final class Start {

    private static final double JAR_MB = 10;
    private static final double RESIDENT_MB = 80;
    private static final double EMPTY_SECONDS = 1;
    private static final double BACKLOG_SECONDS = 1.5;
    private static final int BODY_BYTES = 1024;
    private static final double MB = 1e6;

    private final Workbench bench;
    private final Path jar;
    private final Extent extent;

    /** How many messages wait at a kill, how often a broker is started for a figure, and how long it idles. */
    record Extent(long backlog, int starts, Duration idle) {}

    Start(Workbench bench, Path jar, Extent extent) {
        this.bench = bench;
        this.jar = jar;
        this.extent = extent;
    }

    List<Figure> measure() throws IOException, BenchmarkFailure {
        bench.say("starts with nothing");
        try (BrokerJvm once = bench.start()) { // what the launcher makes at the first start of all is there afterwards
            bench.say(
                    String.format(Locale.ROOT, "  the first took %.2f s and does not count", once.secondsSinceStart()));
        }
        List<Double> empty = new ArrayList<>();
        for (int i = 1; i < extent.starts(); i++) {
            try (BrokerJvm broker = bench.start()) {
                empty.add(broker.secondsSinceStart());
            }
        }
        double residentMb;
        try (BrokerJvm broker = bench.start()) {
            empty.add(broker.secondsSinceStart());
            LockSupport.parkNanos(extent.idle().toNanos());
            residentMb = ProcessProbe.of(broker.pid()).residentBytes() / MB;
            bench.fill(broker, "backlog", extent.backlog(), BODY_BYTES);
            broker.kill();
        }
        bench.say("starts with a backlog");
        List<Double> full = new ArrayList<>();
        for (int i = 0; i < extent.starts(); i++) full.add(bench.secondsToFirstMessage("backlog"));
        String afterKill =
                String.format(Locale.ROOT, "kill -9 with %,d messages, start until the first, s", extent.backlog());
        return List.of(
                Figure.atMost("the jar, MB", Files.size(jar) / MB, JAR_MB),
                Figure.atMost("memory of an idle broker, MB", residentMb, RESIDENT_MB),
                Figure.atMost("start with nothing, s", Spread.of(empty).median(), EMPTY_SECONDS),
                Figure.atMost(afterKill, Spread.of(full).median(), BACKLOG_SECONDS));
    }
}
