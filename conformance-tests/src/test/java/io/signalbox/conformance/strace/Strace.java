package io.signalbox.conformance.strace;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.OutputLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** strace on a process that runs. Ended by its own pid only. Used by one thread. */
public final class Strace implements AutoCloseable {

    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(20);

    private static final Duration DETACH_LIMIT = Duration.ofSeconds(2);

    /** Longer than any test. */
    private static final long HELD_MICROS = TimeUnit.MINUTES.toMicros(5);

    private final Process process;

    private Strace(Process process) {
        this.process = process;
    }

    /** Whether strace is installed and may trace here what it is told to, with these options. */
    public static boolean works(String... options) throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", "/dev/null"));
            command.addAll(List.of(options));
            command.add("true");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** From now on every force that the process asks for waits, and has not begun, until this is closed. */
    public static Strace holdForces(long pid) {
        try {
            Process process = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-p",
                            Long.toString(pid),
                            "-e",
                            "trace=fdatasync,fsync",
                            "-e",
                            "inject=fdatasync,fsync:delay_enter=" + HELD_MICROS)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            Strace strace = new Strace(process);
            OutputLines.of(process.getInputStream(), "strace")
                    .await("strace attached", ATTACH_LIMIT, line -> line.contains("attached"));
            return strace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the process go on by itself, if it is still there. */
    @Override
    public void close() {
        process.destroy();
        if (Await.holdsWithin(DETACH_LIMIT, () -> !process.isAlive())) return;
        process.destroyForcibly();
        Await.until("the end of strace", () -> !process.isAlive());
    }
}
