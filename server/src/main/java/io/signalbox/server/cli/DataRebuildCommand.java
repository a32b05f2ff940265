package io.signalbox.server.cli;

import io.signalbox.broker.StoredQueues;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.Rebuilt;
import io.signalbox.persistence.StoreMaintenance;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import io.signalbox.server.node.NodeParts;
import java.io.Console;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code data rebuild}: makes a store that does not start for damage one that does, from what its log has. */
@Command(
        name = "rebuild",
        description =
                "Makes a new checkpoint from the log, if a start stops because of damage; says first what comes of it.")
final class DataRebuildCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    private boolean isRefused;

    @Override
    public Integer call() throws CommandFailure {
        Configuration configuration = options.read();
        PrintWriter out = spec.commandLine().getOut();
        RecoveryLine line = DataCommand.progressLine(spec, RecoveryLine.Work.READING);
        try {
            NodeParts parts = NodeParts.standard(configuration);
            StoreMaintenance.of(
                            configuration.get(Settings.DATA_DIR),
                            NodeParts.storeSettings(configuration),
                            parts.formats())
                    .rebuild(store -> new StoredQueues(store, line::progress), said -> {
                        line.end();
                        return isWanted(said, out);
                    });
        } catch (StoreException e) {
            line.end();
            throw new CommandFailure(
                    isRefused ? ExitCode.REFUSED : ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
        out.println("There is a new checkpoint; the next start begins with it.");
        return ExitCode.OK;
    }

    private boolean isWanted(Rebuilt said, PrintWriter out) {
        lines(said).forEach(out::println);
        out.flush();
        boolean wanted = yes || ask();
        isRefused = !wanted;
        return wanted;
    }

    @SuppressWarnings("SystemConsoleNull") // before Java 22 it is null when the output is no terminal
    private boolean ask() {
        Console console = System.console();
        if (console == null || !Terminal.INPUT.isInteractive()) {
            spec.commandLine().getErr().println("There is no terminal to ask on; --yes says that this is wanted.");
            return false;
        }
        return "yes".equals(console.readLine("Go on? Then answer yes: "));
    }

    /** What comes of it, for an operator. */
    static List<String> lines(Rebuilt said) {
        List<String> lines = new ArrayList<>();
        lines.add(said.checkpoint()
                .map(place -> "The checkpoint " + place + " is whole; behind it the log is read as far as it is.")
                .orElse("No checkpoint is whole; the log alone is read."));
        lines.add(StartText.count(said.entries(), "message") + " are in the queues then, counted once for each queue.");
        lines.add(
                said.mayReturn() == 0
                        ? "None of them was settled before."
                        : "Up to " + StartText.count(said.mayReturn(), "message")
                                + " of them may have been settled before and return: what said so is gone.");
        lines.add(
                said.tables() == Rebuilt.TableSource.WHOLE
                        ? "Queues, bindings, users, sessions and retained messages are as they were."
                        : "Of queues, bindings, users, sessions and retained messages only what the log still says is"
                                + " there: some may be missing or old, and what was removed may be back. Look through"
                                + " users and queues after the start.");
        if (said.lost() > 0) {
            lines.add(StartText.count(said.lost(), "message") + " lay in files that are missing, and are lost.");
        }
        if (said.unreadableBytes() > 0) {
            lines.add(StartText.count(said.unreadableBytes(), "byte")
                    + " of the log cannot be read; what was there is lost. `data verify` says where.");
        }
        for (String name : said.newHeaders()) lines.add("Its header is damaged and gets written anew: " + name);
        for (String name : said.setAside()) lines.add("Set aside, as *.damaged: " + name);
        lines.add("Keep a copy of the directory first, if it is worth one.");
        return lines;
    }
}
