package io.signalbox.benchmarks.memory;

import io.signalbox.benchmarks.amqp.AmqpCrowd;
import io.signalbox.benchmarks.measure.HeapProbe;
import io.signalbox.benchmarks.measure.ProcessProbe;
import io.signalbox.benchmarks.mqtt.MqttCrowd;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Crowd;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What one idle connection costs a broker process: its live heap with a crowd less that without, and the same of its memory as
 * the system sees it. Some connect and leave before the first look, so that what a broker makes once does not count. Used by one
 * thread.
 */
final class Idle {

    /** Of the live objects, so many are the same: it is none of the connections. */
    private static final double RESTING = 0.998;

    private static final int MOST_LOOKS = 30;
    /** Of those who come, so many come and leave before. */
    private static final int FIRST_SHARE = 20;
    /** Open files of a process that are no connections of a crowd. */
    private static final int OTHER_FILES = 300;

    private final Generator generator;
    private final ProcessProbe process;
    private final Optional<HeapProbe> heap;
    private final Duration settling;

    /**
     * What one connection costs, in bytes.
     *
     * @param heap empty where the broker is no JVM that can be asked
     */
    record Cost(Optional<Double> heap, double resident) {}

    /** Makes crowds, each under a name of its own. */
    interface Maker {
        Crowd make(String name);
    }

    /**
     * @param pid of the broker
     * @param settling what it takes to forget who left
     * @throws IOException if there is no such process
     */
    Idle(Generator generator, long pid, Duration settling) throws IOException {
        this.generator = generator;
        this.settling = settling;
        this.process = ProcessProbe.of(pid);
        HeapProbe jvm = HeapProbe.of(pid);
        this.heap = jvm.isThere() ? Optional.of(jvm) : Optional.empty();
    }

    /** A sentence if this process or the broker may not have so many connections; empty if they may. */
    Optional<String> obstacle(int connections) throws IOException {
        long needed = (long) connections + OTHER_FILES;
        long here = ProcessProbe.of(ProcessHandle.current().pid()).openFilesLimit();
        long there = process.openFilesLimit();
        if (Math.min(here, there) >= needed) return Optional.empty();
        return Optional.of(connections + " connections need " + needed + " open files, but the generator may have "
                + here + " and the broker " + there + ": say \"ulimit -n " + needed
                + "\" before both are started, or ask for fewer with --connections.");
    }

    Cost mqtt(BrokerUrl url, MqttVersion version, MqttCrowd.Wish wish, int clients) throws IOException {
        return cost(name -> new MqttCrowd(generator, url, version, name, wish), clients);
    }

    /** @param address how the broker wants to hear of the queue "%s" */
    Cost amqp(BrokerUrl url, String address, int connections) throws IOException {
        return cost(name -> new AmqpCrowd(generator, url, address.replace("%s", name)), connections);
    }

    private Cost cost(Maker maker, int connections) throws IOException {
        String run = Long.toString(System.nanoTime(), Character.MAX_RADIX);
        try (Crowd first = maker.make("first-" + run)) {
            first.open(Math.max(1, connections / FIRST_SHARE));
        }
        double heapBefore = restingBytes();
        double residentBefore = process.residentBytes();
        try (Crowd crowd = maker.make("idle-" + run)) {
            crowd.open(connections);
            LockSupport.parkNanos(settling.toNanos());
            // Before the heap is looked at: a collection gives memory back.
            double resident = (process.residentBytes() - residentBefore) / connections;
            double live = (liveBytes() - heapBefore) / connections;
            return new Cost(heap.isPresent() ? Optional.of(live) : Optional.empty(), resident);
        }
    }

    private double liveBytes() throws IOException {
        if (heap.isEmpty()) return 0;
        heap.get().collect();
        return heap.get().liveBytes();
    }

    /** When those who left are forgotten: the live objects no longer become fewer. */
    private double restingBytes() throws IOException {
        double before = liveBytes();
        for (int look = 0; look < MOST_LOOKS; look++) {
            LockSupport.parkNanos(settling.toNanos());
            double now = liveBytes();
            if (now >= before * RESTING) return now;
            before = now;
        }
        return before;
    }
}
