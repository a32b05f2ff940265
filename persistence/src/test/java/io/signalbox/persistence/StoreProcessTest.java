package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process on the real file system, killed without warning. */
@Timeout(60)
class StoreProcessTest {
    private static final int KILLS = 4;

    @TempDir
    Path directory;

    private Process start() throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        return new ProcessBuilder(List.of(
                        java,
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreProcess.class.getName(),
                        directory.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void whatAKilledProcessConfirmedIsThereAndWhatItSettledIsNot() throws Exception {
        Set<Long> published = new HashSet<>();
        Set<Long> settleBegun = new HashSet<>();
        Set<Long> settled = new HashSet<>();
        Random random = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start();
            int lines = 2000 + random.nextInt(20_000);
            try (BufferedReader confirmed = process.inputReader()) {
                for (String line = confirmed.readLine(); line != null; line = confirmed.readLine()) {
                    if (--lines == 0) process.toHandle().destroyForcibly();
                    note(line, published, settleBegun, settled);
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            try (StoreLife life = StoreLife.begin(directory, StoreProcess.SETTINGS)) {
                Set<Long> found =
                        life.entries.stream().map(StoreLife.Entry::lsn).collect(Collectors.toSet());
                assertEquals(Set.of(), intersection(found, settled), "returned");
                Set<Long> lost = new HashSet<>(published);
                lost.removeAll(settleBegun);
                lost.removeAll(found);
                assertEquals(Set.of(), lost, "lost");
            }
        }
        assertTrue(settled.size() > 1000 && published.size() > settled.size(), published.size() + " were published");
    }

    private static void note(String line, Set<Long> published, Set<Long> settleBegun, Set<Long> settled) {
        // The last line may be cut off in the middle.
        if (!line.endsWith(";")) return;
        long lsn = Long.parseLong(line.substring(2, line.length() - 1));
        switch (line.charAt(0)) {
            case 'p' -> published.add(lsn);
            case 'b' -> settleBegun.add(lsn);
            case 's' -> settled.add(lsn);
            default -> throw new AssertionError("unexpected line: " + line);
        }
    }

    private static Set<Long> intersection(Set<Long> one, Set<Long> other) {
        Set<Long> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }

    @Test
    void aDirectoryHeldByAnotherProcessIsRefusedWithItsPid() throws Exception {
        Process process = start();
        try {
            assertEquals("ready", process.inputReader().readLine());
            StoreException refusal =
                    assertThrows(StoreException.class, () -> StoreLife.begin(directory, StoreProcess.SETTINGS));
            assertEquals(
                    "Data directory " + directory + " is in use by Signalbox pid " + process.pid() + ".",
                    refusal.getMessage());
            assertFalse(process.waitFor(1, java.util.concurrent.TimeUnit.MILLISECONDS), "the other one goes on");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
