package io.signalbox.benchmarks;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Load;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.measure.ProcessProbe;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Repetition.Latency;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Runs one workload once against one target: warms up, measures, lets everything come to its end, and checks that nothing is
 * missing. Used by one thread.
 */
final class Measurement {

    private static final long SAMPLE_NANOS = 100_000_000;
    private static final long STALL_NANOS = 5_000_000_000L;

    /** Who hears the rate of each second. */
    private final LongConsumer progress;

    private final Generator generator;
    private final MqttVersion version;

    Measurement(Generator generator, MqttVersion version, LongConsumer progress) {
        this.generator = generator;
        this.version = version;
        this.progress = progress;
    }

    /** What the counters said at one moment. */
    private record Reading(long nanos, long count, long targetCpu, long generatorCpu, long machineCpu) {}

    /**
     * @param name that nothing in this broker has yet
     * @throws BenchmarkFailure if the broker refused, lost, repeated or changed something
     * @throws IOException if it cannot be reached
     */
    Repetition run(Workload workload, Target target, String name, Duration warmUp, Duration time)
            throws IOException, BenchmarkFailure {
        Trouble trouble = new Trouble();
        BrokerUrl url = target.url(workload.protocol()).orElseThrow();
        String address =
                workload.protocol() == Protocol.AMQP ? target.amqpAddress().replace("%s", name) : name;
        Workload.Place place = new Workload.Place(generator, url, version, address, trouble);
        Optional<ProcessProbe> process = target.pid().isPresent()
                ? Optional.of(ProcessProbe.of(target.pid().getAsLong()))
                : Optional.empty();
        if (workload instanceof Workload.Messages messages) {
            Flow flow = new Flow(generator.loop(), trouble, messages.plan());
            try (Route route = messages.maker().make(place)) {
                route.open(flow);
                return measure(workload, flow, trouble, process, warmUp, time);
            }
        }
        Workload.Connects connects = (Workload.Connects) workload;
        return measure(workload, connects.maker().make(place), trouble, process, warmUp, time);
    }

    private Repetition measure(
            Workload workload,
            Load load,
            Trouble trouble,
            Optional<ProcessProbe> process,
            Duration warmUp,
            Duration time)
            throws IOException, BenchmarkFailure {
        generator.run(load::start);
        watch(load, trouble, process, warmUp);
        generator.run(load::beginTiming);
        Reading begin = read(load, process);
        double residentMiB = watch(load, trouble, process, time);
        awaitFirst(workload, load, trouble, begin.count());
        Reading end = read(load, process);
        generator.run(load::endTiming);
        generator.run(load::stop);
        drain(load, trouble);
        return repetition(workload, load, process.isPresent(), begin, end, residentMiB);
    }

    private Reading read(Load load, Optional<ProcessProbe> process) throws IOException {
        return new Reading(
                System.nanoTime(),
                generator.call(load::count),
                process.isPresent() ? process.get().cpuNanos() : 0,
                generator.cpuNanos(),
                MachineProbe.busyNanos());
    }

    /** Lets time pass and tells each second's rate; gives the most memory that was seen. */
    private double watch(Load load, Trouble trouble, Optional<ProcessProbe> process, Duration time)
            throws IOException, BenchmarkFailure {
        long start = System.nanoTime();
        long told = start;
        long toldCount = generator.call(load::count);
        long most = 0;
        for (long now = start; now - start < time.toNanos(); now = System.nanoTime()) {
            LockSupport.parkNanos(Math.min(SAMPLE_NANOS, time.toNanos() - (now - start)));
            check(trouble);
            if (process.isPresent()) most = Math.max(most, process.get().residentBytes());
            long since = System.nanoTime() - told;
            if (since >= 1_000_000_000L) {
                long count = generator.call(load::count);
                progress.accept((count - toldCount) * 1_000_000_000L / since);
                toldCount = count;
                told = System.nanoTime();
            }
        }
        return process.isPresent() ? most / 1024.0 / 1024 : Double.NaN;
    }

    /** However short the time: it ends after the first that came through, which a busy machine may hold up. */
    private void awaitFirst(Workload workload, Load load, Trouble trouble, long countBefore) throws BenchmarkFailure {
        long startNanos = System.nanoTime();
        while (System.nanoTime() - startNanos < STALL_NANOS) {
            boolean isCounted = generator.call(load::count) > countBefore;
            boolean isTimed =
                    !workload.isTimed() || generator.call(() -> load.latencies().count()) > 0;
            if (isCounted && isTimed) return;
            check(trouble);
            LockSupport.parkNanos(SAMPLE_NANOS / 10);
        }
    }

    private void drain(Load load, Trouble trouble) throws BenchmarkFailure {
        long movedNanos = System.nanoTime();
        long count = generator.call(load::count);
        while (!generator.call(load::isComplete) && System.nanoTime() - movedNanos < STALL_NANOS) {
            check(trouble);
            LockSupport.parkNanos(SAMPLE_NANOS / 10);
            long now = generator.call(load::count);
            if (now != count) movedNanos = System.nanoTime();
            count = now;
        }
        check(trouble);
        Optional<String> fault = generator.call(load::fault);
        if (fault.isPresent()) throw new BenchmarkFailure(fault.get());
    }

    private static void check(Trouble trouble) throws BenchmarkFailure {
        if (trouble.first().isPresent())
            throw new BenchmarkFailure(trouble.first().get());
    }

    private Repetition repetition(
            Workload workload, Load load, boolean hasProcess, Reading begin, Reading end, double residentMiB)
            throws BenchmarkFailure {
        double nanos = end.nanos() - begin.nanos();
        long count = end.count() - begin.count();
        if (count == 0) throw new BenchmarkFailure("nothing came through while it was measured");
        long targetCpu = end.targetCpu() - begin.targetCpu();
        long generatorCpu = end.generatorCpu() - begin.generatorCpu();
        long others = end.machineCpu() - begin.machineCpu() - targetCpu - generatorCpu;
        return new Repetition(
                count * 1e9 / nanos,
                hasProcess ? targetCpu / 1000.0 / count : Double.NaN,
                residentMiB,
                workload.isTimed() ? latency(load) : Latency.NOT_TIMED,
                generatorCpu / nanos,
                hasProcess ? Math.max(0, others / nanos) : Double.NaN,
                generator.call(load::oddity));
    }

    private static Latency latency(Load load) {
        return new Latency(
                load.latencies().micros(50),
                load.latencies().micros(99),
                load.latencies().micros(99.9),
                load.lateness().count() == 0 ? Double.NaN : load.lateness().micros(99));
    }
}
