package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import io.signalbox.server.node.Logging;
import io.signalbox.server.node.Node;
import io.signalbox.server.node.NodeFailure;
import io.signalbox.server.node.NodeParts;
import io.signalbox.server.node.StopReport;
import io.signalbox.server.node.StopSignals;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code run}: becomes a broker until SIGTERM or Ctrl-C. */
@Command(name = "run", description = "Runs a broker, until Ctrl-C or SIGTERM stops it cleanly.")
final class RunCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Option(names = "--debug", description = "Logs at debug level, and shows the stack trace when the start fails.")
    private boolean debug;

    /** For the launcher, which lists the classes of a start and of first connections. */
    @Option(names = "--rehearse", hidden = true, description = "Uses each port once, as clients do, and stops.")
    private boolean rehearse;

    @Override
    public Integer call() throws Exception {
        Configuration configuration = options.read();
        Logging.configure(debug ? "debug" : configuration.get(Settings.LOG_LEVEL));
        StopSignals signals = StopSignals.install();
        PrintWriter out = spec.commandLine().getOut();
        Node node = start(configuration);
        signals.onHangUp(node::reload); // what comes of it is in the log
        announce(node, configuration, out);
        if (!rehearse) {
            signals.await();
            return stop(node, out);
        }
        try {
            Rehearsal.play(node.startReport());
        } finally {
            stop(node, out);
        }
        return ExitCode.OK;
    }

    private Node start(Configuration configuration) throws CommandFailure {
        RecoveryLine.Form form =
                Terminal.ERROR.isInteractive() ? RecoveryLine.Form.REWRITTEN : RecoveryLine.Form.LOGGED;
        RecoveryLine progress =
                new RecoveryLine(spec.commandLine().getErr(), form, RecoveryLine.Work.READING, System::nanoTime);
        try {
            Node node = Node.start(configuration, options.source(), NodeParts.standard(configuration), progress);
            progress.end();
            return node;
        } catch (NodeFailure e) {
            progress.end();
            if (debug) e.printStackTrace(spec.commandLine().getErr());
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    private static void announce(Node node, Configuration configuration, PrintWriter out) {
        // The JVM's start, not the process's: the launcher may have built for a while before it became the JVM.
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        StartText text = new StartText(node.startReport(), configuration, millis);
        if (Terminal.OUTPUT.isInteractive()) {
            StartText.Colour colour = Terminal.OUTPUT.wantsColour() ? StartText.Colour.ANSI : StartText.Colour.NONE;
            text.block(colour).forEach(out::println);
        } else {
            out.println(text.line());
        }
        out.flush();
    }

    private static int stop(Node node, PrintWriter out) {
        StopReport report = node.stop();
        if (report.failure().isPresent()) {
            out.println("Stopped; the store had failed: " + report.failure().get());
            return ExitCode.FAILED;
        }
        out.println("Stopped cleanly, " + StartText.count(report.durableMessages(), "message") + " safe on disk.");
        return ExitCode.OK;
    }
}
