package io.signalbox.conformance.disk;

import io.signalbox.conformance.process.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small ext4 file system in a file, mounted on a directory of its own, so that a test can fill a disk to the end. */
final class LoopDisk implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path image;
    private final Path directory;
    private final Thread reaper = new Thread(this::unmount, "end of a loop disk");

    private LoopDisk(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(reaper);
    }

    /** Empty where this process may not mount, or the system has not what it needs. */
    static Optional<LoopDisk> mount(long bytes) throws IOException {
        Path image = Files.createTempFile("sb-disk", ".img");
        Path directory = Files.createTempDirectory("sb-").toRealPath();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        boolean mounted = succeeds("mkfs.ext4", "-q", "-F", image.toString())
                && succeeds("mount", "-o", "loop", image.toString(), directory.toString());
        if (mounted) return Optional.of(new LoopDisk(image, directory));
        Files.delete(directory);
        Files.delete(image);
        return Optional.empty();
    }

    Path directory() {
        return directory;
    }

    long usableBytes() {
        return directory.toFile().getUsableSpace();
    }

    /** Writes a file until nothing more can be written, as somebody else may. */
    Path fill() throws IOException {
        Path filler = directory.resolve("filler");
        int block = 64 << 10;
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (block >= 512) {
                try {
                    out.write(new byte[block]);
                } catch (IOException full) {
                    block /= 2;
                }
            }
        }
        return filler;
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(reaper);
        unmount();
        Files.delete(directory);
        Files.delete(image);
    }

    /** A process that has just ended may keep it busy for a moment. */
    private void unmount() {
        boolean unmounted = Await.holdsWithin(LIMIT, () -> succeeds("umount", directory.toString()));
        if (!unmounted && !succeeds("umount", "-l", directory.toString())) {
            throw new AssertionError(directory + " cannot be unmounted");
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " did not end: " + output);
            }
            return process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
