package io.signalbox.benchmarks.memory;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.Target;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.BrokerOptions;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.TalkingCommand;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.mqtt.MqttCrowd;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command: what brokers of this checkout, and those that are named, hold while nothing happens, in one table. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Starts brokers of this checkout and prints what an idle connection, an idle broker and a start cost,"
                        + " beside their goals; and what an idle connection costs others.")
public final class MemoryCommand extends TalkingCommand {

    private static final int EXIT_MISSED = 1;
    private static final String OURS = "signalbox";
    /** Goals, in bytes; those of AMQP are for a tenth of the connections. */
    private static final int MQTT_BYTES = 1500;

    private static final int SUBSCRIBED_BYTES = 2000;
    private static final int AMQP_BYTES = 12_000;
    private static final int AMQP_SHARE = 10;
    private static final int STARTS = 3;
    private static final Duration SETTLING = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(5);

    @Option(
            names = "--target",
            paramLabel = "FILE|KEYS",
            description =
                    "Another broker on this machine, with its pid, as benchmarks/run takes it. May be given several"
                            + " times.")
    private List<String> targets = List.of();

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Idle MQTT clients (default 10000); of AMQP a tenth.")
    private int connections = 10_000;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description = "Messages before kill -9 and a start (default 250000).")
    private long backlog = 250_000;

    @Option(names = "--mqtt-version", paramLabel = "3|5", description = "3 = 3.1.1, 5 = 5.0 (default 3).")
    private int mqttVersion = 3;

    @Mixin
    private BrokerOptions options = new BrokerOptions();

    private final StringBuilder table =
            new StringBuilder("| broker | figure | measured | goal | |\n|---|---|---:|---:|---|\n");

    private boolean held = true;

    @Override
    public Integer call() throws IOException {
        if (connections < 1 || backlog < 1)
            throw usage("There is nothing to measure without connections or a backlog.");
        try (Generator generator = new Generator()) {
            List<Target> others = targets.stream().map(Target::parse).toList();
            for (Target other : others)
                if (other.pid().isEmpty())
                    throw usage("Without the pid of " + other.name() + " nothing is known of it.");
            Workbench bench = new Workbench(
                    new Workbench.Setting(
                            options.launch(), options.directory(), options.settings(), Workbench.Cache.KEPT, 0),
                    generator,
                    this::say);
            try {
                Start start = new Start(bench, options.jar(), new Start.Extent(backlog, STARTS, IDLE));
                for (Figure figure : start.measure()) add(OURS, figure);
                bench.say("idle connections");
                try (BrokerJvm broker = bench.start()) {
                    idle(generator, ours(broker));
                }
            } finally {
                bench.clear();
            }
            for (Target other : others) idle(generator, other);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        } catch (BenchmarkFailure e) {
            table.append("| ")
                    .append(OURS)
                    .append(" | FAILED: ")
                    .append(e.getMessage())
                    .append(" | | | |\n");
            held = false;
        }
        say("\nMachine: " + MachineProbe.describe() + "\n\n" + table);
        return held ? 0 : EXIT_MISSED;
    }

    private static Target ours(BrokerJvm broker) {
        return new Target(
                OURS,
                Optional.of(broker.mqtt()),
                Optional.of(broker.amqp()),
                OptionalLong.of(broker.pid()),
                "",
                "",
                "%s");
    }

    private void idle(Generator generator, Target target) throws IOException {
        Idle idle = new Idle(generator, target.pid().getAsLong(), SETTLING);
        Optional<String> obstacle = idle.obstacle(connections);
        if (obstacle.isPresent()) throw usage(obstacle.get());
        MqttVersion version = mqttVersion == 5 ? MqttVersion.V5_0 : MqttVersion.V3_1_1;
        if (target.mqtt().isPresent()) {
            var url = target.mqtt().get();
            add(
                    target,
                    connections,
                    "MQTT clients",
                    MQTT_BYTES,
                    idle.mqtt(url, version, MqttCrowd.Wish.NOTHING, connections));
            Idle.Cost subscribed = idle.mqtt(url, version, MqttCrowd.Wish.SUBSCRIPTION, connections);
            add(target, connections, "MQTT clients with one QoS 1 subscription", SUBSCRIBED_BYTES, subscribed);
        }
        if (target.amqp().isPresent()) {
            int count = Math.max(1, connections / AMQP_SHARE);
            Idle.Cost cost = idle.amqp(target.amqp().get(), target.amqpAddress(), count);
            add(target, count, "AMQP connections with one session and link", AMQP_BYTES, cost);
        }
    }

    private void add(Target target, int count, String what, int goalBytes, Idle.Cost cost) {
        String each = String.format(Locale.ROOT, "each of %,d idle %s", count, what);
        boolean isOurs = target.name().equals(OURS);
        if (cost.heap().isPresent()) {
            double bytes = Math.rint(cost.heap().get());
            String heap = "heap of " + each + ", bytes";
            add(target.name(), isOurs ? Figure.atMost(heap, bytes, goalBytes) : Figure.of(heap, bytes));
        }
        add(target.name(), Figure.of("memory of " + each + ", bytes", Math.rint(cost.resident())));
    }

    private void add(String broker, Figure figure) {
        say("  " + figure.line(broker));
        table.append(figure.line(broker)).append('\n');
        held &= figure.holds();
    }
}
