package io.signalbox.server.cli;

import io.signalbox.broker.QueueNames;
import io.signalbox.broker.queue.QueueImage;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Findings;
import io.signalbox.persistence.StoreInspection;
import io.signalbox.server.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code data ...}: what is in a data directory that no broker has open. */
@Command(
        name = "data",
        description = "Checks, shows or brings in order what is in a data directory while no broker uses it.",
        subcommands = {
            DataCommand.Verify.class,
            DataCommand.Print.class,
            DataRebuildCommand.class,
            DataCompactCommand.class
        })
final class DataCommand {

    /** Something that is done with the files of a store. */
    private interface Inspection {
        int of(StoreInspection store) throws StoreException;
    }

    private static int inspect(ConfigurationOptions options, Inspection inspection) throws CommandFailure {
        Path directory = options.read().get(Settings.DATA_DIR);
        try (StoreInspection store = StoreInspection.open(directory, QueueImage::living)) {
            return inspection.of(store);
        } catch (StoreException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    static RecoveryLine progressLine(CommandSpec spec, RecoveryLine.Work work) {
        RecoveryLine.Form form =
                Terminal.ERROR.isInteractive() ? RecoveryLine.Form.REWRITTEN : RecoveryLine.Form.LOGGED;
        return new RecoveryLine(spec.commandLine().getErr(), form, work, System::nanoTime);
    }

    /** How this program is called. */
    static String command() {
        return System.getProperty("signalbox.command", "signalbox");
    }

    /** {@code data verify}: reads every byte; ends with 1 if one is not what was written. */
    @Command(name = "verify", description = "Reads every byte; says what is damaged and which messages that has hit.")
    static final class Verify implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Override
        public Integer call() throws CommandFailure {
            return inspect(options, this::verify);
        }

        private int verify(StoreInspection store) throws StoreException {
            RecoveryLine line = progressLine(spec, RecoveryLine.Work.READING);
            Findings found = store.verify(line::progress);
            line.end();
            DataReport report = new DataReport(
                    found, store.unreadableFiles(), QueueNames.of(store.table(QueueNames.TABLE)), command());
            report.lines().forEach(spec.commandLine().getOut()::println);
            return report.isDamaged() ? ExitCode.FAILED : ExitCode.OK;
        }
    }

    /** {@code data print}: the records of the log, oldest first. */
    @Command(name = "print", description = "Shows the records of the log, oldest first.")
    static final class Print implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Option(names = "--from", paramLabel = "<lsn>", description = "Begin at this LSN.")
        private long from;

        @Option(names = "--count", paramLabel = "<n>", description = "Show so many; 100 if not said.")
        private long count = 100;

        @Override
        public Integer call() throws CommandFailure {
            return inspect(options, this::print);
        }

        private int print(StoreInspection store) throws StoreException {
            PrintWriter out = spec.commandLine().getOut();
            long[] left = {count};
            store.print(from, line -> {
                if (left[0]-- <= 0) return false;
                out.println(line);
                return true;
            });
            return ExitCode.OK;
        }
    }
}
