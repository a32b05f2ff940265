package io.signalbox.persistence;

import io.signalbox.broker.store.WriteBatch;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs that a store reads again what it has: the time of the housekeeper's thread, and what becomes of appends one by one, with
 * and without it, in turns in one run. Run with a directory as argument; it gets 2 GiB of files.
 */
final class ScrubBenchmark {
    private static final int BODY_BYTES = 16 << 10;
    private static final long BACKLOG_BYTES = 800L << 20;
    private static final long ROUND_NANOS = 8_000_000_000L;
    private static final int ROUNDS = 2;
    private static final long DEFAULT_RATE = 2 << 20;

    private ScrubBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "scrub-benchmark");
        try (StoreLife life = StoreLife.begin(directory, StoreSettings.defaults())) {
            for (long bytes = 0; bytes < BACKLOG_BYTES; bytes += BODY_BYTES) append(life, BODY_BYTES);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (long rate : new long[] {0, DEFAULT_RATE, 32 * DEFAULT_RATE}) {
                run(directory, rate, 0);
                run(directory, rate, 1000);
            }
        }
    }

    private static long append(StoreLife life, int bytes) throws Exception {
        return life.append(new WriteBatch()
                .message(PlainFormat.message("q", new byte[bytes]))
                .enqueueTo(1, 0));
    }

    /** @param perSecond appends, as evenly as it goes */
    private static void run(Path directory, long rate, int perSecond) throws Exception {
        long[] micros = new long[1 << 20];
        int count = 0;
        try (StoreLife life =
                StoreLife.begin(directory, StoreSettings.defaults().scrubbedAt(rate))) {
            long cpuBefore = housekeeperNanos();
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < ROUND_NANOS) {
                if (perSecond == 0) {
                    LockSupport.parkNanos(100_000_000);
                    continue;
                }
                long due = begun + count * 1_000_000_000L / perSecond;
                while (due - System.nanoTime() > 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                long from = System.nanoTime();
                long lsn = append(life, 1024);
                life.awaitForce(lsn);
                micros[count++] = (System.nanoTime() - from) / 1000;
                life.append(new WriteBatch().settle(1, lsn).lazy());
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            Arrays.sort(micros, 0, count);
            System.out.printf(
                    "rate %9d B/s, %4d appends/s: read %6.1f MiB in %.1f s, housekeeper %6.1f ms = %.2f %% of a core; p50 %d us, p99 %d us%n",
                    rate,
                    count / (int) seconds,
                    life.store.status().scrubbedBytes() / 1048576.0,
                    seconds,
                    (housekeeperNanos() - cpuBefore) / 1e6,
                    (housekeeperNanos() - cpuBefore) / 1e7 / seconds,
                    count == 0 ? 0 : micros[count / 2],
                    count == 0 ? 0 : micros[(int) (count * 0.99)]);
        }
    }

    private static long housekeeperNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().equals("signalbox-housekeeper")) {
                return threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        throw new IllegalStateException("no housekeeper");
    }
}
