package io.signalbox.benchmarks;

import io.signalbox.benchmarks.Measurement.Extent;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Spread;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Measures workloads on targets. They take turns within a repetition, so that what drifts in the machine hits them alike. Used by
 * one thread.
 */
final class Runs {

    /** What the names of this project's own targets begin with; all others are peers. */
    private static final String OURS = "signalbox";

    private static final double SHARE = 0.5;

    private final List<Target> targets;
    private final Setting setting;
    private final Generator generator;
    private final Consumer<String> listener;
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final List<Row> rows = new ArrayList<>();

    /** How often and how long, and how many messages a backlog has. */
    record Setting(int repetitions, double seconds, double warmUp, MqttVersion version, long backlog) {

        Setting withBacklog(long messages) {
            return new Setting(repetitions, seconds, warmUp, version, messages);
        }
    }

    Runs(List<Target> targets, Setting setting, Generator generator, Consumer<String> listener) {
        this.targets = targets;
        this.setting = setting;
        this.generator = generator;
        this.listener = listener;
    }

    static boolean isOurs(Target target) {
        return target.name().startsWith(OURS);
    }

    /** What was measured so far, in the order of measuring. */
    List<Row> rows() {
        return rows;
    }

    void measure(Workload workload) {
        if (workload instanceof Workload.Half half) measureHalf(half);
        else rows.addAll(inTurns(workload));
    }

    private void measureHalf(Workload.Half half) {
        String saturating = half.saturating().name();
        if (rows.stream().noneMatch(row -> row.name().equals(saturating))) measure(half.saturating());
        OptionalDouble best = best(saturating);
        if (best.isPresent()) {
            rows.addAll(inTurns(half.at(Math.max(1, Math.rint(SHARE * best.getAsDouble())))));
            return;
        }
        for (Row row : open(half)) rows.add(row.failed("no target says at which rate it is saturated"));
    }

    /** The highest rate of a peer in this run; of any target if there is no peer. */
    private OptionalDouble best(String workload) {
        List<Row> measured =
                rows.stream().filter(row -> row.name().equals(workload)).toList();
        List<Row> peers = measured.stream().filter(row -> !isOurs(row.target())).toList();
        return (peers.isEmpty() ? measured : peers)
                .stream()
                        .flatMap(row -> row.spread(Repetition::perSecond).stream())
                        .mapToDouble(Spread::median)
                        .max();
    }

    /** The rows of a workload: of its first part for each target, then of the next. */
    private List<Row> inTurns(Workload workload) {
        List<Row> open = open(workload);
        int parts = Math.max(1, workload.parts().size());
        int count = open.size() / parts;
        for (int repetition = 1; repetition <= setting.repetitions(); repetition++) {
            for (int i = 0; i < count; i++) {
                if (open.get(i).failure().isPresent()) continue;
                try {
                    List<Repetition> measured = repeat(workload, open.get(i).target(), repetition);
                    for (int part = 0; part < parts; part++) {
                        int at = part * count + i;
                        open.set(at, open.get(at).and(measured.get(part)));
                        tell(open.get(at), measured.get(part), repetition);
                    }
                } catch (BenchmarkFailure | IOException | IllegalStateException e) {
                    String sentence = String.valueOf(e.getMessage());
                    for (int at = i; at < open.size(); at += count)
                        open.set(at, open.get(at).failed(sentence));
                    listener.accept(label(open.get(i), repetition) + " FAILED: " + sentence);
                }
            }
        }
        return open;
    }

    private List<Repetition> repeat(Workload workload, Target target, int repetition)
            throws IOException, BenchmarkFailure {
        String name = workload.name() + "-" + run + "-" + repetition;
        String label = workload.name() + " " + target.name();
        double warmUp = repetition == 1 ? setting.warmUp() : Math.min(setting.warmUp(), 1);
        Measurement measurement = new Measurement(
                generator,
                setting.version(),
                rate -> listener.accept(String.format(Locale.ROOT, "  %s: %,d/s", label, rate)));
        return measurement.run(
                workload, target, name, new Extent(seconds(warmUp), seconds(setting.seconds()), setting.backlog()));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (1000 * seconds));
    }

    private String label(Row row, int repetition) {
        return row.name() + " " + row.target().name() + " " + repetition + "/" + setting.repetitions();
    }

    private void tell(Row row, Repetition measured, int repetition) {
        listener.accept(String.format(
                Locale.ROOT,
                "%s: %,.0f/s, %.2f µs of the target's CPU each, p99 %.0f µs, generator %.0f %%, others %.0f %%",
                label(row, repetition),
                measured.perSecond(),
                measured.targetCpuMicros(),
                measured.latency().p99(),
                100 * measured.generatorShare(),
                100 * measured.othersShare()));
    }

    private List<Row> open(Workload workload) {
        List<Workload.Part> parts = workload.parts();
        List<Row> open = new ArrayList<>();
        for (int i = 0; i < Math.max(1, parts.size()); i++) {
            String name = parts.isEmpty()
                    ? workload.name()
                    : workload.name() + "-" + parts.get(i).name();
            String what = parts.isEmpty() ? workload.what() : parts.get(i).what();
            for (Target target : targets) {
                if (target.url(workload.protocol()).isEmpty()) continue;
                open.add(new Row(name, what, target, List.of(), Optional.empty()));
            }
        }
        return open;
    }
}
