package io.signalbox.persistence;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

/**
 * How the store compares with the least that a durable append can cost: writing the same bytes to a preallocated file and
 * forcing it, in the same run on the same file system. Run with a directory as argument.
 */
final class AppendBenchmark {
    private static final int BODY_BYTES = 1024;
    private static final long ROUND_NANOS = 1_500_000_000L;
    private static final int ROUNDS = 4;

    private AppendBenchmark() {}

    /** Messages in a second and the median time to durability. */
    private record Rate(double perSecond, double medianMicros) {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "append-benchmark");
        for (int inFlight : new int[] {1, 10, 1000}) {
            Rate bestBare = new Rate(0, 0);
            Rate bestStore = new Rate(0, 0);
            for (int round = 0; round < ROUNDS; round++) {
                Rate bare = bare(directory.resolve("bare"), inFlight);
                Rate store = store(Files.createTempDirectory(directory, "store"), inFlight);
                if (bare.perSecond > bestBare.perSecond) bestBare = bare;
                if (store.perSecond > bestStore.perSecond) bestStore = store;
            }
            System.out.printf(
                    "%4d in flight: store %8.0f/s (%.0f us), write and force %8.0f/s (%.0f us), ratio %.2f%n",
                    inFlight,
                    bestStore.perSecond,
                    bestStore.medianMicros,
                    bestBare.perSecond,
                    bestBare.medianMicros,
                    bestStore.perSecond / bestBare.perSecond);
        }
    }

    private static Rate bare(Path file, int inFlight) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect((BODY_BYTES + 64) * inFlight);
        int segmentBytes = 256 << 20;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (long at = channel.size(); at < segmentBytes; at += 1 << 20) channel.write(zeros.clear(), at);
            channel.force(false);
            long[] micros = new long[1 << 20];
            int forces = 0;
            long at = 0;
            long begun = System.nanoTime();
            long now = begun;
            while (now - begun < ROUND_NANOS) {
                if (at + bytes.capacity() > segmentBytes) at = 0;
                channel.write(bytes.clear(), at);
                channel.force(false);
                at += bytes.capacity();
                long then = System.nanoTime();
                micros[forces++] = (then - now) / 1000;
                now = then;
            }
            return rate((long) forces * inFlight, now - begun, micros, forces);
        }
    }

    private static Rate rate(long count, long nanos, long[] micros, int samples) {
        Arrays.sort(micros, 0, samples);
        return new Rate(count * 1e9 / nanos, micros[samples / 2]);
    }

    private static Rate store(Path directory, int inFlight) throws Exception {
        try (StoreLife life = StoreLife.begin(directory, StoreSettings.defaults())) {
            // Nobody tells the life what is appended here, so no other begins on the same directory.
            Message message = PlainFormat.message("bench", new byte[BODY_BYTES]);
            run(life.store, message, inFlight, ROUND_NANOS / 3);
            return run(life.store, message, inFlight, ROUND_NANOS);
        }
    }

    private static Rate run(MessageStore store, Message message, int inFlight, long nanos) {
        Deque<long[]> waiting = new ArrayDeque<>();
        long[] micros = new long[1 << 23];
        int done = 0;
        Thread self = Thread.currentThread();
        WriteBatch batch = new WriteBatch();
        WriteBatch settlement = new WriteBatch().lazy();
        long begun = System.nanoTime();
        long now = begun;
        while (now - begun < nanos) {
            while (waiting.size() < inFlight) {
                batch.clear();
                long lsn = store.append(batch.message(message).enqueueTo(1, 0));
                if (lsn < 0) break;
                waiting.add(new long[] {lsn, System.nanoTime()});
            }
            long[] oldest = waiting.peek();
            if (oldest != null && store.durableLsn() <= oldest[0]) {
                store.afterForce(oldest[0], () -> LockSupport.unpark(self));
                while (store.durableLsn() <= oldest[0]) LockSupport.park();
            }
            now = System.nanoTime();
            long durable = store.durableLsn();
            settlement.clear();
            settlement.lazy();
            for (long[] next = waiting.peek(); next != null && next[0] < durable; next = waiting.peek()) {
                micros[done++] = (now - next[1]) / 1000;
                settlement.settle(1, next[0]);
                waiting.remove();
            }
            while (settlement.settlements() > 0 && store.append(settlement) == MessageStore.FULL) Thread.onSpinWait();
        }
        return rate(done, now - begun, micros, done);
    }
}
