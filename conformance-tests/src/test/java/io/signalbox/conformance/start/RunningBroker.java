package io.signalbox.conformance.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command that goes on running beside the test; ended by its own pid. */
final class RunningBroker implements AutoCloseable {

    private static final long LIMIT_SECONDS = 60;

    private final Process process;
    private final Path printed;

    private RunningBroker(Process process, Path printed) {
        this.process = process;
        this.printed = printed;
    }

    /** Starts a command; {@code run} is awaited until it is ready. */
    static RunningBroker start(Map<String, String> environment, List<String> command) throws IOException {
        Path printed = Files.createTempFile("signalbox-running", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().putAll(environment);
        RunningBroker running = new RunningBroker(builder.start(), printed);
        if (command.contains("run")) running.awaitReady();
        return running;
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!output().contains("event=ready")) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                close();
                throw new AssertionError("the broker did not get ready:\n" + output());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    String output() throws IOException {
        return Files.readString(printed, StandardCharsets.UTF_8);
    }

    /** SIGTERM; the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("no end: " + process.info());
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
