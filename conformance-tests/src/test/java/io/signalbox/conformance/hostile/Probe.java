package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.MqttBytes.V3;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What others feel: messages at a fixed rate to itself through the broker, QoS 0 over a connection of its own. A message's
 * latency counts from when it was due, so that a broker that stands still is seen. Three threads: this one's, a writer, a reader.
 */
final class Probe implements AutoCloseable {

    private static final int HEADER_BYTES = 2;

    private final Socket socket;
    private final byte[] packet;
    private final Thread writer;
    private final Thread reader;
    private final long intervalNanos;
    private volatile Latencies latencies = new Latencies();
    private volatile boolean running = true;
    private volatile String failure = "";

    /** What was measured in one span of time, in nanoseconds. Written by the reader only. */
    static final class Latencies {
        private long[] nanos = new long[1 << 12];
        private volatile int size;

        private void add(long latency) {
            if (size == nanos.length) nanos = Arrays.copyOf(nanos, size * 2);
            nanos[size] = latency;
            size++;
        }

        int count() {
            return size;
        }

        /** @param quantile 0 to 1 */
        double millis(double quantile) {
            long[] sorted = Arrays.copyOf(nanos, size);
            if (sorted.length == 0) return Double.NaN;
            Arrays.sort(sorted);
            int at = (int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length));
            return sorted[at] / 1e6;
        }
    }

    Probe(InetSocketAddress mqtt, String name, int perSecond) throws IOException {
        String topic = "probe/" + name;
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        packet = MqttBytes.publish(V3, topic, 0, new byte[Long.BYTES]);
        socket = new Socket(mqtt.getAddress(), mqtt.getPort());
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(MqttBytes.connect(V3, "probe-" + name));
        socket.getOutputStream().write(MqttBytes.subscribe(V3, 1, 0, topic));
        byte[] answers = socket.getInputStream().readNBytes(4 + 5);
        if (answers.length < 9 || answers[3] != 0) throw new IOException("the probe was not let in");
        writer = new Thread(this::write, "probe writer");
        reader = new Thread(this::read, "probe reader");
        writer.setDaemon(true);
        reader.setDaemon(true);
        writer.start();
        reader.start();
    }

    /** Measures for a while. */
    Latencies during(Duration span) {
        begin();
        LockSupport.parkNanos(span.toNanos());
        return end();
    }

    void begin() {
        latencies = new Latencies();
    }

    Latencies end() {
        if (!failure.isEmpty()) throw new AssertionError("the probe was cut off: " + failure);
        return latencies;
    }

    private void write() {
        try {
            long due = System.nanoTime();
            while (running) {
                due += intervalNanos;
                long wait = due - System.nanoTime();
                if (wait > 0) LockSupport.parkNanos(wait);
                ByteBuffer.wrap(packet).putLong(packet.length - Long.BYTES, due);
                socket.getOutputStream().write(packet);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
            byte[] arrived = new byte[packet.length];
            while (running) {
                in.readFully(arrived);
                if (arrived[0] != packet[0] || arrived[HEADER_BYTES - 1] != packet[HEADER_BYTES - 1]) {
                    throw new IOException("not what was sent");
                }
                long due = ByteBuffer.wrap(arrived).getLong(arrived.length - Long.BYTES);
                latencies.add(System.nanoTime() - due);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException e) {
        if (running) failure = String.valueOf(e.getMessage());
    }

    @Override
    public void close() throws IOException {
        running = false;
        socket.close();
        try {
            writer.join();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
