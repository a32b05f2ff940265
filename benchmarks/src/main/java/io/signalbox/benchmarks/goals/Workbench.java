package io.signalbox.benchmarks.goals;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.amqp.AmqpConsumer;
import io.signalbox.benchmarks.amqp.AmqpProducers;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the rows share: where brokers are started and with what, who sends to them, and how one hears of it. Used by one thread. */
public final class Workbench {

    private static final long STEP_NANOS = 50_000_000;
    private static final long TELL_NANOS = 2_000_000_000L;
    private static final long STALL_NANOS = 30_000_000_000L;

    /** Enough that the disk and not the waiting is the limit. */
    private static final int UNCONFIRMED = 2000;

    private final Setting setting;
    private final Generator generator;
    private final Consumer<String> listener;
    private final Path directory;
    private long toldNanos = System.nanoTime();

    /**
     * How the brokers are started.
     *
     * @param launch the command that becomes a broker's JVM, without the broker's own arguments
     * @param place where there is room; each row has a directory below, which goes with it
     * @param settings what is said with {@code --set}
     * @param cache what is done with the files that the system has in memory, before a start
     * @param tailBytes what a kill leaves in the log after the last checkpoint, at least
     */
    public record Setting(List<String> launch, Path place, Map<String, String> settings, Cache cache, long tailBytes) {}

    public Workbench(Setting setting, Generator generator, Consumer<String> listener) throws IOException {
        this.setting = setting;
        this.generator = generator;
        this.listener = listener;
        Files.createDirectories(setting.place());
        directory = Files.createTempDirectory(setting.place(), "row");
    }

    public Generator generator() {
        return generator;
    }

    /** Of the brokers of this row. */
    public Path data() {
        return directory.resolve("data");
    }

    /** Of all files of the machine. */
    public enum Cache {
        KEPT,
        /** As only root may ask for. */
        DROPPED
    }

    public Cache cache() {
        return setting.cache();
    }

    public long tailBytes() {
        return setting.tailBytes();
    }

    /** A file beside the data. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    public BrokerJvm start() throws IOException {
        return start(Map.of());
    }

    public BrokerJvm start(Map<String, String> more) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>(setting.settings());
        settings.putAll(more);
        return new BrokerJvm(setting.launch(), data(), settings);
    }

    /**
     * Starts a broker on the directory, takes one message of a queue, and kills it.
     *
     * @return the seconds from the start of its command to the message
     */
    public double secondsToFirstMessage(String queue) throws IOException, BenchmarkFailure {
        try (BrokerJvm broker = start()) {
            Trouble trouble = new Trouble();
            try (AmqpConsumer consumer = new AmqpConsumer(generator, broker.amqp(), queue, trouble)) {
                consumer.take(1);
                await("delivered", 1, consumer::taken, trouble);
                double seconds = broker.secondsSinceStart();
                say(String.format(Locale.ROOT, "  first message %.2f s after the start of the JVM", seconds));
                broker.kill();
                return seconds;
            }
        }
    }

    /** Says something at once. */
    public void say(String line) {
        listener.accept(line);
        toldNanos = System.nanoTime();
    }

    /** Publishes so many messages to a queue or a topic, all of them confirmed. */
    public void fill(BrokerJvm broker, String address, long messages, int bodyBytes)
            throws IOException, BenchmarkFailure {
        Trouble trouble = new Trouble();
        Flow flow = new Flow(generator.loop(), trouble, Plan.fill(UNCONFIRMED, messages));
        try (AmqpProducers producers =
                new AmqpProducers(generator, broker.amqp(), List.of(address), bodyBytes, trouble)) {
            producers.open(flow);
            generator.run(flow::start);
            await(
                    "published to " + address,
                    messages,
                    () -> generator.call(() -> flow.progress().confirmed()),
                    trouble);
        }
    }

    /** Counts something up; may say that it cannot. */
    public interface Count {
        long now() throws IOException;
    }

    /**
     * Waits until a count is there, and says every two seconds how far it is.
     *
     * @throws BenchmarkFailure if there is trouble, or nothing happens for half a minute
     */
    public void await(String what, long wanted, Count count, Trouble trouble) throws IOException, BenchmarkFailure {
        long movedNanos = System.nanoTime();
        long before = 0;
        long beganNanos = movedNanos;
        toldNanos = movedNanos;
        while (true) {
            check(trouble);
            long now = count.now();
            if (now >= wanted) return;
            long nanos = System.nanoTime();
            if (now != before) movedNanos = nanos;
            else if (nanos - movedNanos > STALL_NANOS)
                throw new BenchmarkFailure(String.format(Locale.ROOT, "%,d of %,d %s, and no more", now, wanted, what));
            before = now;
            if (nanos - toldNanos > TELL_NANOS) {
                double perSecond = now * 1e9 / (nanos - beganNanos);
                say(String.format(Locale.ROOT, "  %,d of %,d %s, %,.0f/s", now, wanted, what, perSecond));
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** Lets time pass, looks again and again, and says every two seconds what is seen. */
    public void watch(double seconds, Trouble trouble, Look look) throws IOException, BenchmarkFailure {
        long endNanos = System.nanoTime() + (long) (seconds * 1e9);
        do {
            LockSupport.parkNanos(Math.min(STEP_NANOS * 4, Math.max(0, endNanos - System.nanoTime())));
            check(trouble);
            String seen = look.now();
            if (System.nanoTime() - toldNanos > TELL_NANOS) say("  " + seen);
        } while (System.nanoTime() - endNanos < 0);
    }

    /** Tells in words what it sees. */
    public interface Look {
        String now() throws IOException;
    }

    public static void check(Trouble trouble) throws BenchmarkFailure {
        if (trouble.first().isPresent())
            throw new BenchmarkFailure(trouble.first().get());
    }

    /** Removes the directory of the row. */
    public void clear() throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(paths::add);
        }
        for (Path path : paths) Files.deleteIfExists(path);
    }
}
