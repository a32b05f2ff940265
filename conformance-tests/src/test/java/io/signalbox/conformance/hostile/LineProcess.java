package io.signalbox.conformance.hostile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A class of these tests as a process of its own, asked one line at a time: what it does is not the broker's, so its threads,
 * its compiler and its collector are told apart by the system too. Used by one thread.
 */
final class LineProcess implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    /**
     * Who goes first on a machine with fewer cores than there is to do, and with other work besides: everybody as if on a
     * machine of his own.
     */
    enum Rank {
        /** As the system has it. */
        ANY(),
        /** What it measures is not its own waiting for a core. */
        PROBE("chrt --fifo 2"),
        /** Waits for no other work of the machine. */
        SERVER("chrt --rr 1"),
        /** Takes only what nobody else wants. */
        ATTACKER("chrt --idle 0", "nice -n 19");

        private final List<String> prefix;

        /** @param wishes the first of these commands that the system allows goes before the process's own */
        Rank(String... wishes) {
            this.prefix = Stream.of(wishes)
                    .map(wish -> List.of(wish.split(" ")))
                    .filter(Rank::isPossible)
                    .findFirst()
                    .orElse(List.of());
        }

        private static boolean isPossible(List<String> prefix) {
            List<String> command = new ArrayList<>(prefix);
            command.add("true");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD)
                        .start();
                return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** Answers lines. */
    interface Answers {
        String to(String line) throws Exception;
    }

    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;

    private LineProcess(Process process) {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the {@code main} of a class, which calls {@link #serve}. */
    static LineProcess start(Rank rank, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(rank.prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Small, and with as few threads of its own as there can be.
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        String classes = System.getProperty("java.class.path");
        builder.environment().put("CLASSPATH", System.getProperty("surefire.test.class.path", classes));
        try {
            return new LineProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other side: answers what is asked on the standard input until it ends. */
    static void serve(Answers answers) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answers.to(line));
        }
    }

    /** One line for one line. */
    String ask(String line) {
        Future<?> end = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        try {
            in.println(line);
            String answer = out.readLine();
            if (answer == null) throw new AssertionError("process " + process.pid() + " ended when asked: " + line);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            end.cancel(false);
        }
    }

    @Override
    public void close() {
        in.close();
        process.destroyForcibly();
    }
}
