package io.signalbox.server.cli;

import io.signalbox.server.control.ControlMessage;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code queue add|ls|rm|bind}: the queues of the running broker. Each change is durable when the command ends with 0. */
@Command(
        name = "queue",
        description = "Adds, lists, removes and binds queues.",
        subcommands = {QueueCommand.Add.class, QueueCommand.Ls.class, QueueCommand.Rm.class, QueueCommand.Bind.class})
final class QueueCommand {

    /** {@code queue add <name>}; a queue that is there already is fine. */
    @Command(name = "add", description = "Adds a durable queue.")
    static final class Add implements Callable<Integer> {

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Parameters(paramLabel = "<queue>", description = "The queue's name.")
        private String queue = "";

        @Override
        public Integer call() throws CommandFailure {
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                broker.ask(ControlMessage.of("queue-add").with("queue", queue));
            }
            return ExitCode.OK;
        }
    }

    /** {@code queue ls}. */
    @Command(
            name = "ls",
            description = "Lists the queues: messages, consumers, what expired or was dropped since the start, policy.")
    static final class Ls implements Callable<Integer> {

        private static final String ROW = "%12s %10s %10s %10s  %-15s  %s%n";

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Override
        public Integer call() throws CommandFailure {
            PrintWriter out = spec.commandLine().getOut();
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                broker.send(ControlMessage.of("queue-ls"));
                out.printf(ROW, "MESSAGES", "CONSUMERS", "EXPIRED", "DROPPED", "POLICY", "QUEUE");
                ControlMessage row = broker.receive();
                while (row.kind().equals("queue")) {
                    String policy = row.text("policy").orElse("");
                    out.printf(
                            ROW,
                            row.number("messages").orElse(0L),
                            row.number("consumers").orElse(0L),
                            row.number("expired").orElse(0L),
                            row.number("dropped").orElse(0L),
                            policy.isEmpty() ? "-" : Terminal.printable(policy),
                            Terminal.printable(row.requiredText("queue")));
                    row = broker.receive();
                }
            }
            return ExitCode.OK;
        }
    }

    /** {@code queue rm <name>}; messages in it are lost only when that is said. */
    @Command(name = "rm", description = "Removes a queue.")
    static final class Rm implements Callable<Integer> {

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Option(names = "--yes", description = "Also if it holds messages, which are then lost.")
        private boolean withMessages;

        @Parameters(paramLabel = "<queue>", description = "The queue's name.")
        private String queue = "";

        @Override
        public Integer call() throws CommandFailure {
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                broker.ask(ControlMessage.of("queue-rm")
                        .with("queue", queue)
                        .with("messages", withMessages ? "delete" : "keep"));
            }
            return ExitCode.OK;
        }
    }

    /** {@code queue bind <queue> <filter>}. */
    @Command(name = "bind", description = "Lets a queue receive what is published to a topic.")
    static final class Bind implements Callable<Integer> {

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Option(names = "--exchange", paramLabel = "<name>", description = "The exchange; topics if none is named.")
        private String exchange = "topics";

        @Parameters(index = "0", paramLabel = "<queue>", description = "The queue's name.")
        private String queue = "";

        @Parameters(
                index = "1",
                paramLabel = "<filter>",
                description = "The topic filter, or the exchange's binding key.")
        private String key = "";

        @Override
        public Integer call() throws CommandFailure {
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                broker.ask(ControlMessage.of("queue-bind")
                        .with("queue", queue)
                        .with("exchange", exchange)
                        .with("key", key));
            }
            return ExitCode.OK;
        }
    }
}
