package io.signalbox.conformance.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Adds up the sizes of the files in a directory every 50 ms, on a thread of its own, and keeps the largest sum. A file
 * counts with its whole size, preallocated or not.
 */
final class DiskUsage implements AutoCloseable {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path directory;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long largestBytes;

    DiskUsage(Path directory) {
        this.directory = directory;
        this.thread = new Thread(this::watch, "disk usage of " + directory);
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!closed) {
            largestBytes = Math.max(largestBytes, nowBytes());
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    long nowBytes() {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.toList();
        } catch (UncheckedIOException | IOException e) {
            return 0; // a file went while the directory was listed; the next round sees it whole
        }
        return files.stream().mapToLong(DiskUsage::size).sum();
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long largestBytes() {
        return largestBytes;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
