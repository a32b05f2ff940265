package io.signalbox.conformance.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sees segment rolls from outside. A roll begins when the log goes over to its newest segment; then a snapshot is written
 * under the temporary name {@code snapshot-<that segment's address>.tmp}, forced, renamed, and the one before it removed.
 * Stateless.
 */
final class RollWatch {

    private static final String SEGMENT_PREFIX = "seg-";
    private static final int LOOKS_PER_LISTING = 2_000;

    private RollWatch() {}

    /**
     * Waits until a roll is under way; false if none was within the limit. Looks without a pause, since a roll is over in a
     * millisecond or two and a thread that was asleep wakes up too late.
     */
    static boolean awaitRoll(Path directory, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            Path sign = directory.resolve(signOfNextRoll(directory));
            for (int look = 0; look < LOOKS_PER_LISTING; look++) {
                if (Files.exists(sign)) return true;
            }
        }
        return false;
    }

    private static String signOfNextRoll(Path directory) {
        String newest = names(directory).stream()
                .filter(name -> name.startsWith(SEGMENT_PREFIX))
                .max(String::compareTo)
                .orElseThrow(() -> new AssertionError("no segments in " + directory));
        String address = newest.substring(SEGMENT_PREFIX.length(), newest.indexOf('.'));
        return "snapshot-" + address + ".tmp";
    }

    /**
     * What the directory of a killed broker shows of a roll that had begun and not ended; empty if nothing. A temporary
     * snapshot was not renamed yet; of two snapshots the older was not removed yet.
     */
    static String unfinishedRoll(Path directory) {
        List<String> names = names(directory);
        if (names.stream().anyMatch(name -> name.startsWith("snapshot-") && name.endsWith(".tmp"))) {
            return "snapshot unpublished";
        }
        return names.stream().filter(name -> name.endsWith(".snap")).count() > 1 ? "older snapshot not removed" : "";
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
