package io.signalbox.benchmarks;

import io.signalbox.benchmarks.chart.LineChart;
import io.signalbox.benchmarks.chart.LineChart.Direction;
import io.signalbox.benchmarks.chart.Scale;
import io.signalbox.benchmarks.chart.Series;
import io.signalbox.benchmarks.chart.Series.Point;
import io.signalbox.benchmarks.load.Grid;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Spread;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Measures what grows, and makes a table and a chart of each. Used by one thread. */
final class Scaling {

    /** A message may cost so many times what it costs where it is cheapest to compare: in the first cell of the grid. */
    private static final double GOAL = 1.2;
    /** Of a target's own saturation. */
    private static final double[] SHARES = {0.1, 0.25, 0.5, 0.75, 0.9};

    private static final int LOAD_COLUMNS = 7;
    private static final int BACKLOG_COLUMNS = 6;
    private static final double[] BACKLOGS = {0.1, 0.25, 0.5, 1};

    private final List<Target> targets;
    private final Runs.Setting setting;
    private final Generator generator;
    private final Path charts;
    private final Consumer<String> listener;
    private final StringBuilder report = new StringBuilder();
    private boolean holds = true;

    /** So many connections and places, and what runs there. */
    record Cell(Grid grid, Workload.Messages workload) {}

    Scaling(List<Target> targets, Runs.Setting setting, Generator generator, Path charts, Consumer<String> listener) {
        this.targets = targets;
        this.setting = setting;
        this.generator = generator;
        this.charts = charts;
        this.listener = listener;
    }

    /** All tables, and where the charts are. */
    String report() {
        return report.toString();
    }

    /** Whether no target failed and no message cost one of ours more than it may. */
    boolean holds() {
        return holds;
    }

    private Runs runs(List<Target> some, Runs.Setting how) {
        return new Runs(some, how, generator, listener);
    }

    /** The cells in which one workload is measured; the first is what the others are compared with. */
    void grid(String name, List<Cell> cells) throws IOException {
        Runs runs = runs(targets, setting);
        Map<String, Series> lines = new LinkedHashMap<>();
        Map<String, OptionalDouble> first = new LinkedHashMap<>();
        // A broker's first seconds are its slowest, and all else is compared with the first cell.
        runs(targets, setting).measure(cells.get(0).workload());
        head("| " + name
                + " | target | per second | target CPU, µs each | × the first | goal | | generator, of a core |\n"
                + "|---|---|---:|---:|---:|---:|---|---:|\n");
        for (Cell cell : cells) {
            runs.measure(cell.workload());
            for (Row row : runs.rows()) {
                if (!row.name().equals(cell.workload().name())) continue;
                OptionalDouble cost = median(row, Repetition::targetCpuMicros);
                first.putIfAbsent(row.target().name(), cost);
                report.append(line(row, cost, first.getOrDefault(row.target().name(), OptionalDouble.empty())));
                OptionalDouble rate = median(row, Repetition::perSecond);
                if (rate.isPresent())
                    add(
                            lines,
                            row.target().name() + ", " + cell.grid().places() + " topics or queues",
                            new Point(cell.grid().connections(), rate.getAsDouble()));
            }
        }
        chart(
                name + "-connections",
                new LineChart(
                        name + ": throughput against connections",
                        new Direction("connections of each side", Scale.LOGARITHMIC),
                        new Direction("messages a second", Scale.LINEAR),
                        List.copyOf(lines.values())));
    }

    private String line(Row row, OptionalDouble cost, OptionalDouble first) {
        String begin = "| " + row.what() + " | " + row.target().name() + " | ";
        if (row.failure().isPresent()) {
            holds = false;
            return begin + "FAILED: " + row.failure().get() + " | | | | | |\n";
        }
        String ratio = "–";
        String verdict = "";
        if (cost.isPresent() && first.isPresent() && first.getAsDouble() > 0) {
            double times = cost.getAsDouble() / first.getAsDouble();
            ratio = String.format(Locale.ROOT, "%.2f", times);
            boolean isOurs = Runs.isOurs(row.target());
            if (isOurs) verdict = times <= GOAL ? "held" : "MISSED";
            if (isOurs && times > GOAL) holds = false;
        }
        return begin
                + String.join(
                        " | ",
                        text("%,.0f", median(row, Repetition::perSecond)),
                        text("%.2f", cost),
                        ratio,
                        verdict.isEmpty() ? "" : "≤ 1.20",
                        verdict,
                        text("%.0f %%", median(row, repetition -> 100 * repetition.generatorShare())))
                + " |\n";
    }

    /** Latency at shares of each target's own saturation. */
    void load(Workload.Messages workload) throws IOException {
        Map<String, Series> lines = new LinkedHashMap<>();
        head("| target | " + workload.name()
                + ", per second | of its saturation | p50, µs | p99, µs | p99.9, µs | late p99, µs |\n"
                + "|---|---:|---:|---:|---:|---:|---:|\n");
        for (Target target : targets) {
            if (target.url(workload.protocol()).isEmpty()) continue;
            Runs runs = runs(List.of(target), setting);
            runs.measure(workload);
            OptionalDouble most = median(runs.rows().get(0), Repetition::perSecond);
            if (most.isEmpty()) {
                failed(runs.rows().get(0), LOAD_COLUMNS);
                continue;
            }
            for (double share : SHARES) {
                double rate = Math.max(1, Math.rint(share * most.getAsDouble()));
                String name = workload.name() + "-" + Math.round(share * 100);
                runs.measure(new Workload.Half(name, workload).at(rate));
                Row row = runs.rows().get(runs.rows().size() - 1);
                if (row.failure().isPresent()) {
                    failed(row, LOAD_COLUMNS);
                    continue;
                }
                OptionalDouble p50 =
                        median(row, repetition -> repetition.latency().p50());
                OptionalDouble p99 =
                        median(row, repetition -> repetition.latency().p99());
                add(lines, target.name() + ", p50", new Point(rate, p50.orElse(Double.NaN)));
                add(lines, target.name() + ", p99", new Point(rate, p99.orElse(Double.NaN)));
                report.append(String.format(
                        Locale.ROOT,
                        "| %s | %,.0f | %.0f %% | %s | %s | %s | %s |%n",
                        target.name(),
                        median(row, Repetition::perSecond).orElse(0),
                        share * 100,
                        text("%,.0f", p50),
                        text("%,.0f", p99),
                        text(
                                "%,.0f",
                                median(row, repetition -> repetition.latency().p999())),
                        text(
                                "%,.0f",
                                median(row, repetition -> repetition.latency().lateP99()))));
            }
        }
        chart(
                workload.name() + "-load",
                new LineChart(
                        workload.name() + ": latency against load",
                        new Direction("messages a second", Scale.LINEAR),
                        new Direction("µs", Scale.LOGARITHMIC),
                        List.copyOf(lines.values())));
    }

    /** The most memory while backlogs of several sizes come, the smallest first. */
    void backlog(List<Workload> workloads) throws IOException {
        Map<String, Series> lines = new LinkedHashMap<>();
        head("""
                | target | backlog | messages | per second | target CPU, µs each | peak RSS, MiB |
                |---|---|---:|---:|---:|---:|
                """);
        for (Workload workload : workloads) {
            for (double share : BACKLOGS) {
                long messages = Math.max(1, Math.round(share * setting.backlog()));
                Runs runs = runs(targets, setting.withBacklog(messages));
                runs.measure(workload);
                for (Row row : runs.rows()) {
                    if (row.failure().isPresent()) {
                        failed(row, BACKLOG_COLUMNS);
                        continue;
                    }
                    OptionalDouble most = median(row, Repetition::residentMiB);
                    if (most.isPresent())
                        add(lines, row.target().name() + ", " + row.name(), new Point(messages, most.getAsDouble()));
                    report.append(String.format(
                            Locale.ROOT,
                            "| %s | %s | %,d | %s | %s | %s |%n",
                            row.target().name(),
                            row.name(),
                            messages,
                            text("%,.0f", median(row, Repetition::perSecond)),
                            text("%.2f", median(row, Repetition::targetCpuMicros)),
                            text("%,.0f", most)));
                }
            }
        }
        chart(
                "memory-backlog",
                new LineChart(
                        "memory against backlog",
                        new Direction("messages of 1 KiB that wait", Scale.LINEAR),
                        new Direction("most memory of the process, MiB", Scale.LINEAR),
                        List.copyOf(lines.values())));
    }

    private void head(String line) {
        report.append(report.isEmpty() ? "" : "\n").append(line);
    }

    private void failed(Row row, int columns) {
        holds = false;
        report.append("| ")
                .append(row.target().name())
                .append(" | ")
                .append(row.name())
                .append(" FAILED: ")
                .append(row.failure().orElse("nothing came through"))
                .append(" |".repeat(columns - 1))
                .append('\n');
    }

    private static void add(Map<String, Series> lines, String name, Point point) {
        List<Point> points = new ArrayList<>();
        Series before = lines.get(name);
        if (before != null) points.addAll(before.points());
        points.add(point);
        lines.put(name, new Series(name, points));
    }

    private static OptionalDouble median(Row row, ToDoubleFunction<Repetition> figure) {
        Optional<Spread> spread = row.spread(figure);
        return spread.isPresent() ? OptionalDouble.of(spread.get().median()) : OptionalDouble.empty();
    }

    private static String text(String format, OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "–";
    }

    private void chart(String name, LineChart chart) throws IOException {
        Files.createDirectories(charts);
        Path file = charts.resolve(name + ".svg");
        Files.writeString(file, chart.svg());
        report.append("\nChart: ").append(file).append('\n');
    }
}
