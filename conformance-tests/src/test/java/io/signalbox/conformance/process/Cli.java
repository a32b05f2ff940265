package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line of the packaged broker, each command a process. */
public final class Cli {

    private static final long LIMIT_SECONDS = 60;

    private final Path dataDirectory;

    public Cli(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    /** How a command ended and what it printed, on both streams. */
    public record Ended(int exitCode, String output) {}

    /** Runs a verb on the broker of the data directory. */
    public Ended run(String input, String... verb) {
        List<String> arguments = new ArrayList<>(List.of(verb));
        arguments.addAll(List.of("--data", dataDirectory.toString()));
        List<String> command = PackagedBroker.verb(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var to = process.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end");
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
    }

    /** Runs a verb that has to succeed; what it printed. */
    public String succeed(String input, String... verb) {
        Ended ended = run(input, verb);
        if (ended.exitCode() != 0) throw new AssertionError(String.join(" ", verb) + ": " + ended);
        return ended.output();
    }
}
