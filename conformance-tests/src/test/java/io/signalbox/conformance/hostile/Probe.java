package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.MqttBytes.V3;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thousand messages a second to itself through the broker, QoS 0 over a connection of its own. One thread that sends, waits
 * for what it has sent and notes the time; messages that were due while it waited are noted as if they had been sent when due and
 * had come with it, so that a broker that stands still is seen. That the thread itself woke up late is not the broker's.
 */
final class Probe {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Socket socket;
    private final byte[] packet;
    private final Object lock = new Object();
    private long[] nanos = new long[1 << 14];
    private int size;
    private volatile String failure = "";

    Probe(InetSocketAddress mqtt, String name) throws IOException {
        String topic = "probe/" + name;
        packet = MqttBytes.publish(V3, topic, 0, new byte[Long.BYTES]);
        socket = new Socket(mqtt.getAddress(), mqtt.getPort());
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(MqttBytes.connect(V3, name));
        socket.getOutputStream().write(MqttBytes.subscribe(V3, 1, 0, topic));
        byte[] answers = socket.getInputStream().readNBytes(4 + 5);
        if (answers.length < 9 || answers[3] != 0) throw new IOException("the probe was not let in");
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Why the broker does not serve it any more; empty while it does. */
    String failure() {
        return failure;
    }

    /** The latencies since the last call, sorted; the next span begins. */
    long[] turn() {
        synchronized (lock) {
            long[] sorted = Arrays.copyOf(nanos, size);
            Arrays.sort(sorted);
            size = 0;
            return sorted;
        }
    }

    private void run() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] arrived = new byte[packet.length];
            long due = System.nanoTime();
            while (true) {
                while (due - System.nanoTime() > 0) LockSupport.parkNanos(due - System.nanoTime());
                long sent = System.nanoTime();
                socket.getOutputStream().write(packet);
                in.readFully(arrived);
                if (!Arrays.equals(arrived, packet)) throw new IOException("not what was sent");
                long now = System.nanoTime();
                for (due = sent; due - now <= 0; due += INTERVAL_NANOS) add(now - due);
            }
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        }
    }

    private void add(long latency) {
        synchronized (lock) {
            if (size == nanos.length) nanos = Arrays.copyOf(nanos, size * 2);
            nanos[size] = latency;
            size++;
        }
    }
}
