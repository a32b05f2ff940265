package io.signalbox.conformance.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Sees segment rolls from outside. A roll writes a snapshot under a temporary name and renames it, prepares the next segment
 * the same way and removes what is no longer needed, so its first sign is a new file. Used by one thread.
 */
final class RollWatch implements AutoCloseable {

    private final Path directory;
    private final WatchService watch;

    RollWatch(Path directory) {
        this.directory = directory;
        try {
            watch = directory.getFileSystem().newWatchService();
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the first sign of a roll; false if there was none within the limit. */
    boolean awaitRoll(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                WatchKey key = watch.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (key == null) return false;
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (String.valueOf(event.context()).endsWith(".tmp")) return true;
                }
                key.reset();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while watching " + directory, e);
        } catch (ClosedWatchServiceException e) {
            throw new AssertionError("closed while watching " + directory, e);
        }
    }

    /**
     * What the directory of a killed broker shows of a roll that had begun and not ended; empty if nothing.
     *
     * <p>A temporary file was not renamed yet; of two snapshots the older was not removed yet.
     */
    static String unfinishedRoll(Path directory) {
        List<String> names;
        try (Stream<Path> files = Files.list(directory)) {
            names = files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String name : names) {
            if (name.endsWith(".tmp"))
                return name.startsWith("snapshot") ? "snapshot unpublished" : "segment unfinished";
        }
        return names.stream().filter(name -> name.endsWith(".snap")).count() > 1 ? "old snapshot still there" : "";
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
