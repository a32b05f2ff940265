package io.signalbox.benchmarks;

import io.signalbox.benchmarks.goals.TalkingCommand;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.measure.ProcessProbe;
import io.signalbox.benchmarks.memory.MemoryCommand;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.storage.StorageCommand;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command: measures every target with every workload, in turns, and prints one table. */
@Command(
        name = "benchmarks/run",
        subcommands = {ScaleCommand.class, MemoryCommand.class, StorageCommand.class},
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures brokers that speak AMQP 1.0 or MQTT, side by side, and prints a Markdown table.")
final class RunCommand extends TalkingCommand {

    private static final int EXIT_FAILED = 1;

    @Option(
            names = "--target",
            paramLabel = "FILE|KEYS",
            description = "A broker: the file that its script in peers/ wrote, or name=x;mqtt=mqtt://host:port;"
                    + "amqp=amqp://user:password@host:port;pid=1. May be given several times.")
    private List<String> targets = List.of();

    @Option(names = "--workload", paramLabel = "NAME", split = ",", description = "Which; * stands for anything.")
    private List<String> workloads = List.of("*");

    @Option(names = "--list", description = "Name the workloads and do nothing.")
    private boolean list;

    @Option(names = "--seconds", paramLabel = "N", description = "How long each is measured (default 3).")
    private double seconds = 3;

    @Option(names = "--warm-up", paramLabel = "N", description = "Seconds before the first of a row (default 3).")
    private double warmUp = 3;

    @Option(names = "--repetitions", paramLabel = "N", description = "How often each is measured (default 3).")
    private int repetitions = 3;

    @Option(names = "--backlog", paramLabel = "N", description = "Messages of a backlog (default 250000).")
    private long backlog = 250_000;

    @Option(names = "--mqtt-version", paramLabel = "3|5", description = "3 = 3.1.1, 5 = 5.0 (default 3).")
    private int mqttVersion = 3;

    @Option(names = "--output", paramLabel = "FILE", description = "Also write the table there.")
    private @Nullable Path output;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = out();
        if (list) {
            for (Workload workload : Workloads.all()) {
                out.printf("%-22s %s%n", workload.name(), workload.what());
            }
            return 0;
        }
        List<Target> parsed;
        List<Workload> chosen;
        try {
            parsed = targets.stream().map(Target::parse).toList();
            chosen = Workloads.matching(workloads);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        if (parsed.isEmpty()) throw usage("Nothing to measure: give at least one --target.");
        if (repetitions < 1 || !(seconds > 0)) throw usage("Measure at least once, for more than 0 seconds.");
        if (backlog < 1) throw usage("A backlog has at least one message.");
        List<Row> rows = measure(parsed, chosen);
        String report = head(parsed) + "\n" + Table.of(rows);
        out.println();
        out.print(report);
        out.flush();
        Path file = output;
        if (file != null) Files.writeString(file, report);
        return rows.stream().anyMatch(row -> row.failure().isPresent()) ? EXIT_FAILED : 0;
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private List<Row> measure(List<Target> all, List<Workload> chosen) {
        MqttVersion version = mqttVersion == 5 ? MqttVersion.V5_0 : MqttVersion.V3_1_1;
        try (Generator generator = new Generator()) {
            Runs runs = new Runs(
                    all, new Runs.Setting(repetitions, seconds, warmUp, version, backlog), generator, this::say);
            chosen.forEach(runs::measure);
            return runs.rows();
        }
    }

    private String head(List<Target> all) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("Date: ")
                .append(ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")))
                .append("  \nMachine: ")
                .append(MachineProbe.describe())
                .append(String.format(
                        Locale.ROOT,
                        "  %nEach figure: the median of %d × %.0f s, ± half of the spread; MQTT %s; targets in"
                                + " turns%n%n",
                        repetitions,
                        seconds,
                        mqttVersion == 5 ? "5.0" : "3.1.1"));
        text.append("| target | version | before a durable message is confirmed | most memory since its start, MiB |\n")
                .append("|---|---|---|---:|\n");
        for (Target target : all) {
            String peak = target.pid().isPresent()
                    ? String.format(
                            Locale.ROOT,
                            "%,d",
                            ProcessProbe.of(target.pid().getAsLong()).peakResidentBytes() >> 20)
                    : "–";
            text.append(String.join(" | ", "| " + target.name(), target.version(), target.durability(), peak + " |\n"));
        }
        return text.toString();
    }
}
