package io.signalbox.conformance.large;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Small durable messages on a connection of their own, one after the other, and how long each waited for its answer. */
final class SmallTraffic implements AutoCloseable {

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final MqttStream client;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CompletableFuture<long[]> nanos;

    SmallTraffic(BrokerUnderTest broker, String name) throws IOException {
        client = MqttStream.connect(broker, name);
        nanos = CompletableFuture.supplyAsync(this::run);
    }

    private long[] run() {
        long[] measured = new long[1024];
        int count = 0;
        try {
            while (!end.isDone()) {
                if (count == measured.length) measured = Arrays.copyOf(measured, 2 * count);
                measured[count++] = client.ping("$queue/small");
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Arrays.copyOf(measured, count);
    }

    /** Ends it. */
    Waits waits() throws Exception {
        end.complete(null);
        long[] sorted = nanos.get(10, TimeUnit.SECONDS);
        Arrays.sort(sorted);
        return new Waits(sorted.length, millis(sorted, 0.5), millis(sorted, 0.99), millis(sorted, 1));
    }

    private static double millis(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1e6;
    }

    record Waits(int messages, double p50Millis, double p99Millis, double mostMillis) {}

    @Override
    public void close() throws IOException {
        client.close();
    }
}
