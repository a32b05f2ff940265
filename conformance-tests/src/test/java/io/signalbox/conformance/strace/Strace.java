package io.signalbox.conformance.strace;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.OutputLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** strace on a process that runs. Ended by its own pid only. Used by one thread. */
public final class Strace implements AutoCloseable {

    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(20);

    private static final Duration DETACH_LIMIT = Duration.ofSeconds(2);

    /** Longer than any test. */
    private static final long HELD_MICROS = TimeUnit.MINUTES.toMicros(5);

    private static final String FAILURE = "error=EIO";
    private static final Pattern INJECTED = Pattern.compile("<([^>]*)>.*\\(INJECTED\\)");

    private final Process process;
    private final OutputLines output;

    private Strace(Process process) {
        this.process = process;
        this.output = OutputLines.of(process.getInputStream(), "strace");
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
        return inject(pid, "delay_enter=" + HELD_MICROS);
    }

    /** From now on every force that the process asks for fails with EIO. */
    public static Strace failForces(long pid) {
        return inject(pid, FAILURE);
    }

    /** Whether {@link #failForces} can be had here. */
    public static boolean canFailForces() throws InterruptedException {
        return works("-e", "inject=fdatasync,fsync:" + FAILURE);
    }

    /** The files whose force has failed so far, one for each time. */
    public List<String> failedForces() {
        List<String> files = new ArrayList<>();
        for (String line : output.lines()) {
            Matcher matcher = INJECTED.matcher(line);
            if (matcher.find()) files.add(matcher.group(1));
        }
        return files;
    }

    private static Strace inject(long pid, String what) {
        try {
            Process process = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-y",
                            "-p",
                            Long.toString(pid),
                            "-e",
                            "trace=fdatasync,fsync",
                            "-e",
                            "inject=fdatasync,fsync:" + what)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            Strace strace = new Strace(process);
            strace.output.await("strace attached", ATTACH_LIMIT, line -> line.contains("attached"));
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
