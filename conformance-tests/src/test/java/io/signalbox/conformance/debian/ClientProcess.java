package io.signalbox.conformance.debian;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.OutputLines;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One run of a client program; ended when the test leaves. Used by one thread. */
final class ClientProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<String> command;
    private final Process process;
    private final OutputLines output;

    private ClientProcess(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.output = OutputLines.of(process.getInputStream(), command.get(0));
    }

    static ClientProcess start(List<String> command) {
        return start(command, List.of());
    }

    /** @param input lines for its standard input, which then ends */
    static ClientProcess start(List<String> command, List<String> input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (BufferedWriter in = process.outputWriter()) {
                for (String line : input) in.write(line + "\n");
            }
            return new ClientProcess(command, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program to its end and returns what it printed; fails if it does not end with 0. */
    static List<String> run(List<String> command) {
        try (ClientProcess client = start(command)) {
            return client.awaitSuccess();
        }
    }

    void awaitLine(String what, Predicate<String> wanted) {
        output.await(what + " from " + command, LIMIT, wanted);
    }

    /** Waits until it has printed so many lines that match. */
    void awaitLines(String what, int count, Predicate<String> wanted) {
        Await.until(
                what + " from " + command,
                LIMIT,
                () -> output.lines().stream().filter(wanted).count() >= count);
    }

    /** Waits for the end and returns what was printed; fails if the program does not end with 0. */
    List<String> awaitSuccess() {
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(command + " does not end; it printed:\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
        Await.until("the end of the output of " + command, LIMIT, output::hasEnded);
        if (process.exitValue() != 0) {
            throw new AssertionError(command + " ended with " + process.exitValue() + "; it printed:\n" + output);
        }
        return output.lines();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
