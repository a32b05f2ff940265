package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * kill -9 with a backlog and a long log after the last checkpoint; how long it takes from the start of the next JVM until a consumer has
 * its first message. Once as it is, once with nothing of the files in memory if that is wanted, and once with the newest checkpoint
 * damaged. A broker that is not held up writes a checkpoint every second or so, whatever came in: so those that there were before the last
 * part of the log are kept beside and put back before each start, as if the kill had come before the next was there.
 */
final class RestartRow implements StorageRow {

    private static final double GOAL_SECONDS = 3;
    private static final String FORCED = "signalbox_store_forced_bytes_total";
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

    private static final int CHECKPOINTS = 2;
    private static final long LOOK_NANOS = 50_000_000;
    private static final int MOST_LOOKS = 1200;

    /** So many bytes are wrong in the middle of a damaged checkpoint. */
    private static final int DAMAGED_BYTES = 64;

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String what(Sizes sizes) {
        return String.format(
                Locale.ROOT, "kill -9 with %,d messages of %,d B queued", sizes.messages(), sizes.bodyBytes());
    }

    @Override
    public Sizes usual() {
        return new Sizes(1_000_000, 1024, 1, 1);
    }

    @Override
    public List<Figure> measure(Workbench bench, Sizes sizes) throws IOException, BenchmarkFailure {
        double tailBytes;
        try (BrokerJvm broker = bench.start()) {
            bench.fill(broker, "backlog", sizes.messages(), sizes.bodyBytes());
            keepCheckpoints(bench);
            double before = broker.metric(FORCED);
            bench.fill(broker, "backlog", bench.tailBytes() / sizes.bodyBytes() + 1, sizes.bodyBytes());
            tailBytes = broker.metric(FORCED) - before;
            broker.kill();
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.atLeast(
                "log after the last checkpoint, MiB", tailBytes / (1 << 20), (double) (bench.tailBytes() >> 20)));
        putBack(bench);
        figures.add(seconds("JVM start to first message, s", bench.secondsToFirstMessage("backlog")));
        putBack(bench);
        if (dropCaches(bench))
            figures.add(seconds("the same, files not in memory, s", bench.secondsToFirstMessage("backlog")));
        putBack(bench);
        damage(newest(checkpoints(bench.data())));
        boolean isCold = dropCaches(bench);
        figures.add(seconds(
                "the newest checkpoint damaged" + (isCold ? ", files not in memory" : "") + ", s",
                bench.secondsToFirstMessage("backlog")));
        return figures;
    }

    private static Figure seconds(String what, double seconds) {
        return Figure.atMost(what, seconds, GOAL_SECONDS);
    }

    /** Copies the two that there are, when no other takes the place of one meanwhile. */
    private static void keepCheckpoints(Workbench bench) throws IOException, BenchmarkFailure {
        Path kept = Files.createDirectories(bench.file("checkpoints"));
        for (int look = 0; look < MOST_LOOKS; look++) {
            List<Path> before = checkpoints(bench.data());
            if (before.size() == CHECKPOINTS && areCopied(before, kept)) return;
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new BenchmarkFailure("There are no two checkpoints in " + bench.data() + " that stay for a moment.");
    }

    private static boolean areCopied(List<Path> checkpoints, Path to) throws IOException {
        try {
            for (Path old : checkpoints(to)) Files.delete(old);
            for (Path file : checkpoints) {
                Path copy = to.resolve(file.getFileName().toString());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (NoSuchFileException e) {
            return false; // another has taken its place
        }
        return true;
    }

    /** Those that were kept in the place of all that there are. */
    private static void putBack(Workbench bench) throws IOException {
        for (Path file : checkpoints(bench.data())) Files.delete(file);
        for (Path file : checkpoints(bench.file("checkpoints"))) {
            Path place = bench.data().resolve(file.getFileName().toString());
            Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static List<Path> checkpoints(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".idx")).toList();
        }
    }

    private static Path newest(List<Path> checkpoints) throws IOException {
        Path newest = checkpoints.get(0);
        for (Path file : checkpoints) {
            if (Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(newest)) > 0) newest = file;
        }
        return newest;
    }

    private static void damage(Path checkpoint) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(checkpoint.toFile(), "rw")) {
            file.seek(Math.max(0, file.length() / 2 - DAMAGED_BYTES));
            byte[] bytes = new byte[(int) Math.min(DAMAGED_BYTES, file.length())];
            file.readFully(bytes);
            for (int i = 0; i < bytes.length; i++) bytes[i] ^= 0x5a;
            file.seek(Math.max(0, file.length() / 2 - DAMAGED_BYTES));
            file.write(bytes);
        }
    }

    /** Whether nothing of any file is in memory now. */
    private static boolean dropCaches(Workbench bench) throws IOException {
        if (bench.cache() == Workbench.Cache.KEPT) return false;
        Files.writeString(DROP_CACHES, "1\n");
        return true;
    }
}
