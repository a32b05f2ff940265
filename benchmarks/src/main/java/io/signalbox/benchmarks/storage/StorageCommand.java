package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.goals.BrokerOptions;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.TalkingCommand;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.storage.StorageRow.Sizes;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The command: runs rows of what storage should stand on brokers of its own, and prints one table with the goals. */
@Command(
        name = "storage",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Starts, kills and starts again brokers of this checkout, and prints what the log costs beside its"
                        + " goals.")
public final class StorageCommand extends TalkingCommand {

    private static final int EXIT_MISSED = 1;
    static final List<StorageRow> ROWS =
            List.of(new FanOutRow(), new SlowConsumerRow(), new SettlementsRow(), new RestartRow());

    @Parameters(paramLabel = "ROW", description = "fan-out, slow-consumer, settlements, restart; all if none is named.")
    private List<String> names = List.of();

    @Option(names = "--messages", paramLabel = "N", description = "Instead of the row's own number.")
    private @Nullable Long messages;

    @Option(names = "--body", paramLabel = "BYTES", description = "Instead of the row's own size, 20 or more.")
    private @Nullable Integer body;

    @Option(names = "--queues", paramLabel = "N", description = "In fan-out and slow-consumer.")
    private @Nullable Integer queues;

    @Option(names = "--seconds", paramLabel = "N", description = "Of each half of slow-consumer (default 30).")
    private @Nullable Double seconds;

    @Option(
            names = "--tail",
            paramLabel = "MIB",
            description = "Of log after the last checkpoint in restart (default 200).")
    private long tail = 200;

    @Option(names = "--drop-caches", description = "In restart, also start with no file in memory; only root may.")
    private boolean dropCaches;

    @Mixin
    private BrokerOptions options = new BrokerOptions();

    @Override
    public Integer call() throws IOException {
        List<StorageRow> chosen = chosen();
        StringBuilder table = new StringBuilder("Machine: " + MachineProbe.describe() + "\n\n"
                + "| row | figure | measured | goal | |\n|---|---|---:|---:|---|\n");
        boolean held = true;
        try (Generator generator = new Generator()) {
            for (StorageRow row : chosen) held &= run(row, generator, table);
        }
        say("\n" + table);
        return held ? 0 : EXIT_MISSED;
    }

    private List<StorageRow> chosen() {
        List<StorageRow> chosen = new ArrayList<>();
        for (StorageRow row : ROWS) if (names.isEmpty() || names.contains(row.name())) chosen.add(row);
        for (String name : names) {
            if (ROWS.stream().noneMatch(row -> row.name().equals(name)))
                throw new ParameterException(spec().commandLine(), "There is no row " + name + ".");
        }
        return chosen;
    }

    private Sizes sizes(StorageRow row) {
        Sizes usual = row.usual();
        try {
            return new Sizes(
                    messages == null ? usual.messages() : messages,
                    body == null ? usual.bodyBytes() : body,
                    queues == null ? usual.queues() : queues,
                    seconds == null ? usual.seconds() : seconds);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** Adds the lines of a row; whether all is as it should be. */
    private boolean run(StorageRow row, Generator generator, StringBuilder table) throws IOException {
        Sizes sizes = sizes(row);
        String label = row.name() + ": " + row.what(sizes);
        say(label);
        Workbench.Cache cache = dropCaches ? Workbench.Cache.DROPPED : Workbench.Cache.KEPT;
        Workbench bench = new Workbench(
                new Workbench.Setting(launch(), options.directory(), options.settings(), cache, tail << 20),
                generator,
                this::say);
        boolean held = true;
        try {
            for (Figure figure : row.measure(bench, sizes)) {
                say("  " + figure.line("").replace("|  | ", ""));
                table.append(figure.line(label)).append('\n');
                held &= figure.holds();
            }
        } catch (BenchmarkFailure | IllegalStateException e) {
            table.append("| ")
                    .append(label)
                    .append(" | FAILED: ")
                    .append(e.getMessage())
                    .append(" | | | |\n");
            held = false;
        } finally {
            bench.clear();
        }
        return held;
    }

    private List<String> launch() {
        try {
            return options.bareLaunch();
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }
}
