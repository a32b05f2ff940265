package io.signalbox.conformance.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sees from outside when the log rolls on to a checkpoint: that is written under the temporary name {@code checkpoint-<the next
 * number>.tmp}, forced, renamed, and of three the oldest is removed. Stateless.
 */
final class RollWatch {

    private static final String PREFIX = "checkpoint-";
    private static final String SUFFIX = ".idx";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    private static final int KEPT = 2;
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
        long newest = names(directory).stream()
                .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
                .mapToLong(name -> Long.parseLong(name.substring(PREFIX.length(), name.length() - SUFFIX.length()), 16))
                .max()
                .orElse(0);
        return PREFIX + String.format("%016x", newest + 1) + TEMPORARY_SUFFIX;
    }

    /**
     * What the directory of a killed broker shows of a roll that had begun and not ended; empty if nothing. A temporary
     * checkpoint was not renamed yet; of three the oldest was not removed yet.
     */
    static String unfinishedRoll(Path directory) {
        List<String> names = names(directory);
        if (names.stream().anyMatch(name -> name.startsWith(PREFIX) && name.endsWith(TEMPORARY_SUFFIX))) {
            return "checkpoint unpublished";
        }
        long published = names.stream()
                .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
                .count();
        return published > KEPT ? "oldest checkpoint not removed" : "";
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
