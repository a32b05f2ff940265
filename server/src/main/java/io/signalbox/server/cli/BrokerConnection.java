package io.signalbox.server.cli;

import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import java.io.IOException;
import java.nio.file.Path;

/** One verb's talk with the running broker, with every failure turned into a sentence and an exit code. */
final class BrokerConnection implements AutoCloseable {

    private final ControlClient client;

    private BrokerConnection(ControlClient client) {
        this.client = client;
    }

    static BrokerConnection open(ConfigurationOptions options) throws CommandFailure {
        Path data = ControlSocket.dataDirectory(options.read());
        try {
            return new BrokerConnection(ControlClient.connect(ControlSocket.in(data)));
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "No broker runs on the data directory " + data
                            + ". Start one with: signalbox run, or name its directory with --data.",
                    e);
        }
    }

    void send(ControlMessage message) throws CommandFailure {
        try {
            client.send(message);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Sends a request and awaits its answer; a refusal becomes this command's failure. */
    ControlMessage ask(ControlMessage request) throws CommandFailure {
        send(request);
        return receive();
    }

    /** The next message that is not a refusal. */
    ControlMessage receive() throws CommandFailure {
        ControlMessage answer;
        try {
            answer = client.receive().orElseThrow(() -> lost(new IOException("closed by the broker")));
        } catch (IOException | IllegalArgumentException e) {
            throw lost(e);
        }
        if (answer.kind().equals("refused")) {
            int exitCode = answer.number("exit").orElse((long) ExitCode.FAILED).intValue();
            throw new CommandFailure(exitCode, answer.text("sentence").orElse("The broker refused."));
        }
        return answer;
    }

    private static CommandFailure lost(Exception cause) {
        return new CommandFailure(
                ExitCode.UNREACHABLE, "The connection to the broker was lost (" + cause.getMessage() + ").", cause);
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            return; // the answer has come, and the system takes the socket back with the process
        }
    }
}
