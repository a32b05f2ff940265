package io.signalbox.persistence;

import io.signalbox.benchmarks.parts.PlainBytes;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a durable message costs the log besides the disk, while a thousand are in flight: its record and that of its settlement
 * encoded, handed to the log's thread, written, and both told. Nothing is forced, since a force takes as long as the disk wants:
 * that is {@code AppendBenchmark}'s to compare.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class LogAppendBenchmark {

    private static final long QUEUE = 1;
    private static final int IN_FLIGHT = 1000;

    @Param({"64", "1024"})
    public int bodyBytes;

    private final WriteBatch batch = new WriteBatch();
    private final WriteBatch settlements = new WriteBatch();

    /** What checkpoints ask for, answered between two appends. */
    private final ConcurrentLinkedQueue<Runnable> asked = new ConcurrentLinkedQueue<>();

    /** A ring of what is not settled. */
    private final long[] lsns = new long[IN_FLIGHT];

    private long appended;
    private long settled;
    private Path directory;
    private MessageStore store;
    private Message message;

    @Setup
    public void open() throws Exception {
        String parent = System.getProperty("signalbox.parts.directory", System.getProperty("java.io.tmpdir"));
        directory = Files.createTempDirectory(Path.of(parent), "signalbox-log-append");
        message = PlainBytes.message("orders", bodyBytes);
        store = PersistentStore.open(
                new UnforcedDisk(directory), StoreSettings.ofSegments(64 << 20), MessageFormats.of(PlainBytes.FORMAT));
        store.recover(new Nothing(), new InFlight());
    }

    @Benchmark
    public long appendAndSettle() {
        answer();
        while (appended - settled == IN_FLIGHT) settleDurable();
        batch.clear();
        batch.message(message).enqueueTo(QUEUE, 0);
        append(batch);
        lsns[(int) (appended++ % IN_FLIGHT)] = batch.enqueueLsn();
        return appended;
    }

    private void append(WriteBatch full) {
        long lsn = store.append(full);
        while (lsn == MessageStore.FULL) {
            answer();
            Thread.onSpinWait();
            lsn = store.append(full);
        }
        if (lsn < 0) throw new IllegalStateException("the store has failed: " + store.failure());
    }

    private void settleDurable() {
        Thread self = Thread.currentThread();
        long oldest = oldest();
        if (store.durableLsn() <= oldest) store.afterForce(oldest, () -> LockSupport.unpark(self));
        while (store.durableLsn() <= oldest) LockSupport.park();
        settlements.clear();
        settlements.lazy();
        long durable = store.durableLsn();
        while (settled < appended && oldest() < durable) {
            settlements.settle(QUEUE, oldest());
            settled++;
        }
        append(settlements);
    }

    private long oldest() {
        return lsns[(int) (settled % IN_FLIGHT)];
    }

    private void answer() {
        for (Runnable next = asked.poll(); next != null; next = asked.poll()) next.run();
    }

    @TearDown
    public void close() throws Exception {
        while (settled < appended) settleDurable();
        answer();
        store.close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) Files.delete(file);
        }
        Files.delete(directory);
    }

    /** What checkpoints hear of the queue. */
    private final class InFlight implements CheckpointSource {
        @Override
        public void collect(long belowLsn, ImageSink sink) {
            asked.add(() -> {
                ByteBuffer image = ByteBuffer.allocate(IN_FLIGHT * Long.BYTES);
                for (long i = settled; i < appended; i++) {
                    long lsn = lsns[(int) (i % IN_FLIGHT)];
                    if (lsn < belowLsn) image.putLong(lsn);
                }
                sink.part(QUEUE, Arrays.copyOf(image.array(), image.position()), () -> {});
                sink.end();
            });
        }

        @Override
        public void living(byte[] image, LongConsumer visitor) {
            for (ByteBuffer told = ByteBuffer.wrap(image); told.hasRemaining(); ) visitor.accept(told.getLong());
        }
    }

    /** What a new directory has. */
    private static final class Nothing implements RecoverySink {
        @Override
        public boolean entry(long queueId, long lsn, int targetFlags, Message found) {
            throw new IllegalStateException("a new directory has a message");
        }

        @Override
        public boolean settled(long queueId, long lsn) {
            throw new IllegalStateException("a new directory has a settlement");
        }

        @Override
        public void image(long queueId, byte[] image, LongConsumer told) {
            throw new IllegalStateException("a new directory has an image");
        }

        @Override
        public void progress(long bytesDone, long bytesTotal) {}
    }
}
