package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The packaged broker as a process of its own: {@code java -jar signalbox.jar run} on a data directory, with ports that the
 * system chose on the loopback address. Ended by its own pid only. Used by one thread at a time.
 */
public final class BrokerProcess implements BrokerUnderTest {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final BrokerOptions options;
    private final Process process;
    private final OutputLines output;
    private final ReadyLine ready;
    private final ProcessHandle jvm;
    private final Thread reaper;

    private BrokerProcess(BrokerOptions options, Process process, OutputLines output) {
        this.options = options;
        this.process = process;
        this.output = output;
        this.reaper = new Thread(this::endAll, "end of broker " + process.pid());
        Runtime.getRuntime().addShutdownHook(reaper);
        try {
            String line = output.await("the ready line of the broker", START_LIMIT, ReadyLine::isOne);
            this.ready = ReadyLine.parse(line);
            this.jvm = ProcessHandle.of(ready.pid())
                    .orElseThrow(() -> new AssertionError("no process " + ready.pid() + ", which says: " + line));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Starts a broker and waits until it serves. */
    public static BrokerProcess start(BrokerOptions options) {
        try {
            ProcessBuilder builder = new ProcessBuilder(options.command()).redirectErrorStream(true);
            Process process = builder.start();
            process.getOutputStream().close();
            return new BrokerProcess(options, process, OutputLines.of(process.getInputStream(), "the broker"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the next process on the same data directory, and where the ports are kept ones, on the same ports. */
    public BrokerProcess restart() {
        if (process.isAlive()) throw new IllegalStateException("broker " + pid() + " still runs");
        return start(options);
    }

    /** The pid of the JVM, also when the broker was started through another program. */
    public long pid() {
        return ready.pid();
    }

    @Override
    public InetSocketAddress amqp() {
        return ready.amqp();
    }

    @Override
    public InetSocketAddress mqtt() {
        return ready.mqtt();
    }

    @Override
    public InetSocketAddress http() {
        return ready.http();
    }

    /** What the broker said of its start: milliseconds from the start of the JVM to readiness. */
    public long startMillis() {
        return ready.startMillis();
    }

    public Path dataDirectory() {
        return options.dataDirectory();
    }

    public OutputLines output() {
        return output;
    }

    @Override
    public List<String> lastLines() {
        return output.lines();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public Control control() {
        return Control.of(options.dataDirectory());
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() {
        jvm.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM; returns the exit code. */
    public int stop() {
        jvm.destroy();
        return awaitExit();
    }

    @Override
    public void stopCleanly() {
        stop();
    }

    private int awaitExit() {
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                endAll();
                throw new AssertionError(
                        "broker " + process.pid() + " did not end within " + STOP_LIMIT + ":\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a broker ended", e);
        }
        return process.exitValue();
    }

    private void endAll() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        endAll();
        try {
            process.onExit().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new CompletionException("broker " + process.pid() + " does not end", e);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            return; // the hooks run already, and this one has nothing left to end
        }
    }

    /** Removes a directory of a broker that has ended. */
    public static void deleteData(Path directory) {
        List<Path> paths = new ArrayList<>();
        try (var walk = Files.walk(directory)) {
            walk.forEach(paths::add);
            for (int i = paths.size() - 1; i >= 0; i--) Files.deleteIfExists(paths.get(i));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
