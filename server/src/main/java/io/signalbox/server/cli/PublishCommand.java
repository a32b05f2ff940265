package io.signalbox.server.cli;

import io.signalbox.server.control.ControlMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code publish}: sends one durable message and ends with 0 only once the broker has answered for it. */
@Command(name = "publish", description = "Publishes one message to a topic, or with --queue to a queue.")
final class PublishCommand implements Callable<Integer> {

    /** Base64 makes three bytes four, and the line has other fields too. */
    private static final int MAX_PAYLOAD_BYTES = ControlMessage.MAX_LINE_BYTES / 4 * 3 - 4096;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Option(names = "--queue", description = "The name is a queue's, not a topic's.")
    private boolean toQueue;

    @Parameters(index = "0", paramLabel = "<topic>", description = "The topic, or the queue with --queue.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "<payload>", description = "The payload; - reads the standard input.")
    private String payload = "";

    @Override
    public Integer call() throws CommandFailure {
        byte[] bytes = payloadBytes();
        if (bytes.length > MAX_PAYLOAD_BYTES) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "The payload has " + bytes.length + " bytes; this command sends at most " + MAX_PAYLOAD_BYTES
                            + ".");
        }
        try (BrokerConnection broker = BrokerConnection.open(options)) {
            ControlMessage answer = broker.ask(ControlMessage.of("publish")
                    .with(toQueue ? "queue" : "topic", name)
                    .with("payload", bytes));
            if (answer.kind().equals("unroutable")) {
                PrintWriter out = spec.commandLine().getOut();
                out.println("Published, but nobody was subscribed to " + name + ".");
            }
        }
        return ExitCode.OK;
    }

    private byte[] payloadBytes() throws CommandFailure {
        if (!payload.equals("-")) return payload.getBytes(StandardCharsets.UTF_8);
        try {
            return System.in.readNBytes(MAX_PAYLOAD_BYTES + 1);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "The standard input cannot be read (" + e.getMessage() + ").", e);
        }
    }
}
