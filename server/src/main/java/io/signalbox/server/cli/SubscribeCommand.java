package io.signalbox.server.cli;

import io.signalbox.server.control.ControlMessage;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code subscribe}: prints payloads, one a line, until Ctrl-C. Messages of a queue are accepted one by one, each after it
 * was printed: what a killed command had not printed stays in the queue.
 */
@Command(
        name = "subscribe",
        description = "Prints the messages of a topic filter, or with --queue takes those of a queue.")
final class SubscribeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Option(names = "--queue", description = "The name is a queue's, not a topic filter.")
    private boolean fromQueue;

    @Option(names = "-v", description = "Prints the topic or queue before each payload.")
    private boolean withAddress;

    @Option(names = "--count", paramLabel = "<n>", description = "Ends after this many messages.")
    private long count = Long.MAX_VALUE;

    @Parameters(paramLabel = "<topic>", description = "The topic filter, or the queue with --queue.")
    private String name = "";

    @Override
    public Integer call() throws CommandFailure {
        PrintWriter notes = spec.commandLine().getErr();
        try (BrokerConnection broker = BrokerConnection.open(options)) {
            broker.ask(ControlMessage.of("subscribe")
                    .with(fromQueue ? "queue" : "topic", name)
                    .with("limit", count));
            if (Terminal.OUTPUT.isInteractive()) notes.println("Subscribed to " + name + ".  Ctrl-C ends.");
            long printed = 0;
            long awaited = 0;
            while (printed < count || awaited > 0) {
                ControlMessage next = broker.receive();
                switch (next.kind()) {
                    case "message" -> {
                        print(next);
                        printed++;
                        if (fromQueue) {
                            broker.send(accept(next));
                            awaited++;
                        }
                    }
                    case "settled" -> awaited--;
                    case "skipped" ->
                        notes.println(
                                next.number("messages").orElse(0L)
                                        + " messages were skipped: this terminal was too slow, or they are larger than 256 KiB.");
                    default -> throw new CommandFailure(ExitCode.FAILED, "The broker sent " + next.kind() + ".");
                }
            }
        }
        return ExitCode.OK;
    }

    private static ControlMessage accept(ControlMessage message) {
        return ControlMessage.of("accept")
                .with("delivery", message.number("delivery").orElse(0L));
    }

    /** @throws CommandFailure if it cannot be, so that it is not accepted either */
    private void print(ControlMessage message) throws CommandFailure {
        byte[] payload = message.requiredBytes("payload");
        PrintStream out = System.out; // a payload is bytes, which no writer may touch
        if (withAddress) {
            String address = Terminal.printable(message.text("address").orElse(""));
            out.writeBytes((address + " ").getBytes(StandardCharsets.UTF_8));
        }
        out.writeBytes(payload);
        out.write('\n');
        if (!out.checkError()) return;
        String kept = fromQueue ? "; what was not printed stays in the queue." : ".";
        throw new CommandFailure(ExitCode.FAILED, "The output is closed or full" + kept);
    }
}
