package io.signalbox.server.cli;

import io.signalbox.server.node.Version;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        mixinStandardHelpOptions = true)
public final class SignalboxCommand implements Runnable {

    /** By name, in the order in which the help shows them. */
    private static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("run", RunCommand.class);
        VERBS.put("publish", PublishCommand.class);
        VERBS.put("subscribe", SubscribeCommand.class);
        VERBS.put("queue", QueueCommand.class);
        VERBS.put("user", UserCommand.class);
        VERBS.put("status", StatusCommand.class);
        VERBS.put("reload", ReloadCommand.class);
        VERBS.put("data", DataCommand.class);
        VERBS.put("tls", TlsCommand.class);
        VERBS.put("check-config", CheckConfigCommand.class);
        VERBS.put("config", ConfigCommand.class);
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private SignalboxCommand() {}

    /** Runs a command and tells its exit code. */
    public static int execute(String... arguments) {
        CommandLine line = commandLine(arguments);
        int code = line.execute(arguments);
        line.getOut().flush(); // what was printed without an end of line is still there
        line.getErr().flush();
        return code;
    }

    /** For these arguments: what other verbs take need not be read, which is some 30 ms of a start. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new SignalboxCommand());
        Class<?> only = arguments.length == 0 ? null : VERBS.get(arguments[0]);
        for (Class<?> verb : only == null ? VERBS.values() : List.of(only)) line.addSubcommand(verb);
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
