package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.amqp.AmqpConsumer;
import io.signalbox.benchmarks.load.Trouble;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * kill -9 with a backlog and a long log after the last checkpoint; how long it takes from the start of the next JVM until a consumer has
 * its first message. Once as it is, once with nothing of the files in memory if that is wanted, and once with the newest
 * checkpoint damaged.
 */
final class RestartRow implements StorageRow {

    private static final double GOAL_SECONDS = 3;
    private static final String FORCED = "signalbox_store_forced_bytes_total";
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

    /** Published at a time while the log grows to where it is to be killed, at most and of what it is to grow by. */
    private static final long MOST_AT_ONCE = 4 << 20;

    private static final int STEPS = 8;

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
            tailBytes = growTail(bench, broker, sizes.bodyBytes());
            broker.kill();
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.atLeast(
                "log after the last checkpoint, MiB", tailBytes / (1 << 20), (double) (bench.tailBytes() >> 20)));
        figures.add(seconds("JVM start to first message, s", firstMessage(bench)));
        if (dropCaches(bench)) figures.add(seconds("the same, files not in memory, s", firstMessage(bench)));
        Optional<Path> newest = newestCheckpoint(bench.data());
        if (newest.isEmpty()) throw new BenchmarkFailure("There is no checkpoint in " + bench.data() + ".");
        damage(newest.get());
        boolean isCold = dropCaches(bench);
        figures.add(seconds(
                "the newest checkpoint damaged" + (isCold ? ", files not in memory" : "") + ", s",
                firstMessage(bench)));
        return figures;
    }

    private static Figure seconds(String what, double seconds) {
        return Figure.atMost(what, seconds, GOAL_SECONDS);
    }

    /** Publishes on until the log after the newest checkpoint is so long that a kill finds it; how long it is. */
    private static double growTail(Workbench bench, BrokerJvm broker, int bodyBytes)
            throws IOException, BenchmarkFailure {
        // Small steps: a checkpoint that comes within one makes it begin anew.
        long step = Math.max(1, Math.min(MOST_AT_ONCE, bench.tailBytes() / STEPS) / bodyBytes);
        Optional<String> checkpoint = Optional.empty();
        double forcedThen = broker.metric(FORCED);
        for (double tail = 0; ; tail = broker.metric(FORCED) - forcedThen) {
            Optional<String> now = identity(bench.data());
            if (!now.equals(checkpoint)) {
                // Its own place in the log lies before what was forced when it was there to be seen.
                checkpoint = now;
                forcedThen = broker.metric(FORCED);
                tail = 0;
            }
            if (now.isPresent() && tail >= bench.tailBytes()) return tail;
            bench.fill(broker, "backlog", step, bodyBytes);
        }
    }

    /** Starts the broker, takes one message, and kills it. */
    private static double firstMessage(Workbench bench) throws IOException, BenchmarkFailure {
        try (BrokerJvm broker = bench.start()) {
            Trouble trouble = new Trouble();
            try (AmqpConsumer consumer = new AmqpConsumer(bench.generator(), broker.amqp(), "backlog", trouble)) {
                consumer.take(1);
                bench.await("delivered", 1, consumer::taken, trouble);
                double seconds = broker.secondsSinceStart();
                bench.say(String.format(Locale.ROOT, "  first message %.2f s after the start of the JVM", seconds));
                broker.kill();
                return seconds;
            }
        }
    }

    private static Optional<Path> newestCheckpoint(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.toString().endsWith(".idx"))
                    .max(Comparator.comparing(RestartRow::modified));
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // it has just been replaced by a newer one
        }
    }

    private static Optional<String> identity(Path data) throws IOException {
        return newestCheckpoint(data).map(file -> file + " of " + modified(file));
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
