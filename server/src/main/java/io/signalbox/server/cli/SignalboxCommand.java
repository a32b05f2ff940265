package io.signalbox.server.cli;

import io.signalbox.server.node.Version;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line. Without a verb it shows what there is. */
@Command(
        name = "signalbox",
        description = "A message broker: AMQP 1.0 and MQTT over one durable core.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunCommand.class,
            PublishCommand.class,
            SubscribeCommand.class,
            QueueCommand.class,
            UserCommand.class,
            StatusCommand.class,
            ReloadCommand.class,
            DataCommand.class,
            TlsCommand.class,
            CheckConfigCommand.class,
            ConfigCommand.class
        })
public final class SignalboxCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private SignalboxCommand() {}

    /** Runs a command and tells its exit code. */
    public static int execute(String... arguments) {
        CommandLine line = commandLine();
        int code = line.execute(arguments);
        line.getOut().flush(); // what was printed without an end of line is still there
        line.getErr().flush();
        return code;
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new SignalboxCommand());
        for (CommandLine verb : line.getSubcommands().values()) addHelp(verb);
        line.getCommandSpec().version("Signalbox " + Version.current());
        line.setExecutionExceptionHandler(SignalboxCommand::explain);
        return line;
    }

    private static void addHelp(CommandLine verb) {
        verb.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Shows this help.")
                        .build());
        for (CommandLine nested : verb.getSubcommands().values()) addHelp(nested);
    }

    private static int explain(Exception failure, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        if (failure instanceof CommandFailure expected) {
            err.println(expected.getMessage());
            return expected.exitCode();
        }
        err.println("Signalbox failed, which is a defect of Signalbox:");
        failure.printStackTrace(err);
        return ExitCode.FAILED;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
