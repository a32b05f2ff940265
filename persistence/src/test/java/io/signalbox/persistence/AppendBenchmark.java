package io.signalbox.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * How the store compares with the least that a durable append can cost: writing the same bytes to a preallocated file and
 * forcing it, in turns in the same run on the same file system. "reused" is a store whose segments come back after their
 * checkpoints, as in a broker whose consumers keep up; "fresh" one on an empty directory, which writes zeros for its next
 * segments meanwhile, as in one that fills up. Run with a directory as argument.
 */
final class AppendBenchmark {
    private static final int BODY_BYTES = 1024;
    private static final long ROUND_NANOS = 1_500_000_000L;
    private static final int ROUNDS = 4;

    /** Appended before the first round, so that both checkpoints are there and segments come back. */
    private static final long WARM_UP_BYTES = 1_500L << 20;

    private AppendBenchmark() {}

    /** Messages in a second and the median time to durability. */
    private record Rate(double perSecond, double medianMicros) {
        private static final Rate NONE = new Rate(0, 0);

        private Rate orBetter(Rate other) {
            return other.perSecond > perSecond ? other : this;
        }
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "append-benchmark");
        try (AppendLoad reused = AppendLoad.begin(directory.resolve("reused"))) {
            reused.write(BODY_BYTES, WARM_UP_BYTES);
            for (int inFlight : new int[] {1, 10, 1000}) {
                Rate bestBare = Rate.NONE;
                Rate bestReused = Rate.NONE;
                Rate bestFresh = Rate.NONE;
                for (int round = 0; round < ROUNDS; round++) {
                    bestBare = bestBare.orBetter(bare(directory.resolve("bare"), inFlight));
                    bestReused = bestReused.orBetter(run(reused, inFlight));
                    bestFresh = bestFresh.orBetter(fresh(directory, inFlight));
                }
                System.out.printf(
                        "%4d in flight: bare %8.0f/s (%.0f us); reused %8.0f/s (%.0f us) %.2f; fresh %8.0f/s (%.0f us) %.2f%n",
                        inFlight,
                        bestBare.perSecond,
                        bestBare.medianMicros,
                        bestReused.perSecond,
                        bestReused.medianMicros,
                        bestReused.perSecond / bestBare.perSecond,
                        bestFresh.perSecond,
                        bestFresh.medianMicros,
                        bestFresh.perSecond / bestBare.perSecond);
            }
        }
    }

    private static Rate bare(Path file, int inFlight) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect((BODY_BYTES + 64) * inFlight);
        int segmentBytes = 240 << 20;
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

    private static Rate fresh(Path directory, int inFlight) throws Exception {
        Path fresh = Files.createTempDirectory(directory, "fresh");
        try (AppendLoad load = AppendLoad.begin(fresh)) {
            return run(load, inFlight);
        } finally {
            try (Stream<Path> files = Files.list(fresh)) {
                for (Path file : files.toList()) Files.delete(file);
            }
        }
    }

    private static Rate run(AppendLoad load, int inFlight) throws IOException {
        load.run(BODY_BYTES, inFlight, ROUND_NANOS / 3);
        long[] micros = load.run(BODY_BYTES, inFlight, ROUND_NANOS);
        return rate(micros.length, ROUND_NANOS, micros, micros.length);
    }
}
