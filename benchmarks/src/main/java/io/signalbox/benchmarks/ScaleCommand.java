package io.signalbox.benchmarks;

import io.signalbox.benchmarks.amqp.AmqpGrid;
import io.signalbox.benchmarks.amqp.DeliveryKind;
import io.signalbox.benchmarks.goals.TalkingCommand;
import io.signalbox.benchmarks.load.Grid;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.mqtt.MqttGrid;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command: how targets do with more connections, topics and queues, more load and more backlog; tables and charts. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures how throughput, CPU, latency and memory grow with connections, topics, queues, load and"
                + " backlog, prints tables and writes charts. Exits with 1 if a message costs this project's own broker"
                + " over 20 %% more anywhere in the grid, or a target failed.")
final class ScaleCommand extends TalkingCommand {

    private static final int EXIT_MISSED = 1;
    private static final int KIB = 1024;

    /** What grows. */
    private enum Part {
        GRID,
        LOAD,
        BACKLOG
    }

    @Parameters(paramLabel = "PART", description = "grid, load, backlog; all if none is named.")
    private List<String> parts = List.of();

    @Option(names = "--target", paramLabel = "FILE|KEYS", description = "As benchmarks/run takes it.")
    private List<String> targets = List.of();

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            split = ",",
            description = "Of mqtt-qos0, mqtt-qos1, amqp-durable.")
    private List<String> workloads = List.of("mqtt-qos0", "mqtt-qos1", "amqp-durable");

    @Option(names = "--connections", paramLabel = "N", split = ",", description = "Of each side (default 1,10,1000).")
    private List<Integer> connections = List.of(1, 10, 1000);

    @Option(
            names = "--places",
            paramLabel = "N",
            split = ",",
            description = "Topics or queues (default 1,10,100,1000).")
    private List<Integer> places = List.of(1, 10, 100, 1000);

    @Option(names = "--window", paramLabel = "N", description = "Messages under way for each connection (default 100).")
    private int window = 100;

    @Option(names = "--backlog", paramLabel = "N", description = "The largest (default 250000).")
    private long backlog = 250_000;

    @Option(names = "--seconds", paramLabel = "N", description = "How long each is measured (default 2).")
    private double seconds = 2;

    @Option(names = "--warm-up", paramLabel = "N", description = "Seconds before it (default 2).")
    private double warmUp = 2;

    @Option(names = "--repetitions", paramLabel = "N", description = "How often each is measured (default 3).")
    private int repetitions = 3;

    @Option(names = "--charts", paramLabel = "DIR", description = "Where they go (default benchmarks/target/charts).")
    private Path charts = Path.of(System.getProperty("signalbox.charts", "benchmarks/target/charts"));

    @Override
    public Integer call() throws IOException {
        if (repetitions < 1 || !(seconds > 0) || window < 1 || backlog < 1) throw usage("There is nothing to measure.");
        try (Generator generator = new Generator()) {
            List<Target> parsed = targets.stream().map(Target::parse).toList();
            if (parsed.isEmpty()) throw usage("Nothing to measure: give at least one --target.");
            Runs.Setting setting = new Runs.Setting(repetitions, seconds, warmUp, MqttVersion.V3_1_1, backlog);
            Scaling scaling = new Scaling(parsed, setting, generator, charts, this::say);
            for (Part part : chosen()) measure(part, scaling);
            say("\nMachine: " + MachineProbe.describe() + "\n\n" + scaling.report());
            return scaling.holds() ? 0 : EXIT_MISSED;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private List<Part> chosen() {
        if (parts.isEmpty()) return List.of(Part.values());
        List<Part> chosen = new ArrayList<>();
        for (String name : parts) {
            Part known = null;
            for (Part part : Part.values()) if (part.name().equalsIgnoreCase(name)) known = part;
            if (known == null) throw usage("There is no part \"" + name + "\"; there are grid, load and backlog.");
            chosen.add(known);
        }
        return chosen;
    }

    private void measure(Part part, Scaling scaling) throws IOException {
        if (part == Part.BACKLOG) {
            scaling.backlog(Workloads.matching(List.of("amqp-backlog", "mqtt-session-backlog")));
            return;
        }
        for (String name : workloads) {
            if (part == Part.LOAD) scaling.load((Workload.Messages) saturating(name));
            else scaling.grid(name, cells(name));
        }
    }

    private static Workload saturating(String name) {
        return Workloads.matching(List.of(name.startsWith("mqtt-") ? name + "-64" : name))
                .get(0);
    }

    private List<Scaling.Cell> cells(String name) {
        List<Scaling.Cell> cells = new ArrayList<>();
        for (int place : places) {
            for (int connection : connections) {
                Grid grid = new Grid(place, connection);
                cells.add(new Scaling.Cell(grid, workload(name, grid)));
            }
        }
        return cells;
    }

    private Workload.Messages workload(String name, Grid grid) {
        Plan plan = Plan.throughput(window, window);
        boolean isMqtt = name.startsWith("mqtt-");
        String what = String.format(
                Locale.ROOT,
                "connections %,d, %s %,d",
                grid.connections(),
                isMqtt ? "topics" : "queues",
                grid.places());
        String label = name + "-" + grid.connections() + "x" + grid.places();
        return switch (name) {
            case "mqtt-qos0", "mqtt-qos1" -> {
                MqttGrid.Shape shape = new MqttGrid.Shape(grid, name.endsWith("0") ? 0 : 1, 64);
                yield new Workload.Messages(
                        label,
                        Protocol.MQTT,
                        what,
                        plan,
                        at -> new MqttGrid(at.generator(), at.url(), at.version(), at.address(), shape, at.trouble()));
            }
            case "amqp-durable" -> {
                AmqpGrid.Shape shape = new AmqpGrid.Shape(grid, DeliveryKind.DURABLE, KIB);
                yield new Workload.Messages(
                        label,
                        Protocol.AMQP,
                        what,
                        plan,
                        at -> new AmqpGrid(at.generator(), at.url(), at.address(), shape, at.trouble()));
            }
            default -> throw new IllegalArgumentException("There is no grid of \"" + name + "\".");
        };
    }
}
