package io.signalbox.conformance.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What a process printed: its last 10,000 lines, read by a thread of their own until the process closes its output. */
public final class OutputLines {

    private static final int KEPT = 10_000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final Thread reader;
    private boolean ended;

    private OutputLines(InputStream stream, String name) {
        reader = new Thread(() -> readAll(stream), "output of " + name);
        reader.setDaemon(true);
    }

    public static OutputLines of(InputStream stream, String name) {
        OutputLines output = new OutputLines(stream, name);
        output.reader.start();
        return output;
    }

    private void readAll(InputStream stream) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) add(line);
        } catch (IOException e) {
            add("(output ended: " + e.getMessage() + ")");
        }
        synchronized (lines) {
            ended = true;
        }
    }

    private void add(String line) {
        synchronized (lines) {
            if (lines.size() == KEPT) lines.removeFirst();
            lines.addLast(line);
        }
    }

    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** The first kept line that matches, if one has been printed. */
    public Optional<String> find(Predicate<String> wanted) {
        return lines().stream().filter(wanted).findFirst();
    }

    /** Waits for a line; fails with everything that was printed if it does not come or the output ends before. */
    public String await(String what, Duration limit, Predicate<String> wanted) {
        boolean settled = Await.holdsWithin(limit, () -> find(wanted).isPresent() || hasEnded());
        return find(wanted)
                .orElseThrow(() -> new AssertionError((settled ? "output ended without " : "not within " + limit + ": ")
                        + what + "; printed:\n" + this));
    }

    /** Whether the process has closed its output. */
    public boolean hasEnded() {
        synchronized (lines) {
            return ended;
        }
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
