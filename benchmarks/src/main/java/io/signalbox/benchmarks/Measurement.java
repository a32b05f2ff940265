package io.signalbox.benchmarks;

import io.signalbox.benchmarks.Meter.Reading;
import io.signalbox.benchmarks.load.BacklogRoute;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Load;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Repetition.Latency;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Runs one workload once against one target: warms up, measures, lets everything come to its end, and checks that nothing is
 * missing. Used by one thread.
 */
final class Measurement {

    private static final long STEP_NANOS = 10_000_000;
    /** While a backlog fills or drains its end is looked for so often. */
    private static final long FINE_STEP_NANOS = 1_000_000;

    private static final long STALL_NANOS = 5_000_000_000L;
    private static final long BACKLOG_STALL_NANOS = 30_000_000_000L;
    /** What a source of a backlog has unanswered. */
    private static final int UNCONFIRMED = 100;

    /** Who hears the rate of each second. */
    private final LongConsumer progress;

    private final Generator generator;
    private final MqttVersion version;

    Measurement(Generator generator, MqttVersion version, LongConsumer progress) {
        this.generator = generator;
        this.version = version;
        this.progress = progress;
    }

    /** How long it warms up and is measured, and how many messages a backlog has. */
    record Extent(Duration warmUp, Duration time, long backlog) {}

    /**
     * @param name that nothing in this broker has yet
     * @return one for each of the workload's parts
     * @throws BenchmarkFailure if the broker refused, lost, repeated or changed something
     * @throws IOException if it cannot be reached
     */
    List<Repetition> run(Workload workload, Target target, String name, Extent extent)
            throws IOException, BenchmarkFailure {
        Trouble trouble = new Trouble();
        BrokerUrl url = target.url(workload.protocol()).orElseThrow();
        String address =
                workload.protocol() == Protocol.AMQP ? target.amqpAddress().replace("%s", name) : name;
        Workload.Place place = new Workload.Place(generator, url, version, address, trouble);
        Meter meter = new Meter(generator, target, trouble, progress);
        if (workload instanceof Workload.Messages messages) {
            Flow flow = new Flow(generator.loop(), trouble, messages.plan());
            try (Route route = messages.maker().make(place)) {
                route.open(flow);
                return List.of(measure(workload, flow, meter, extent));
            }
        }
        if (workload instanceof Workload.Backlog backlog) {
            Flow flow = new Flow(generator.loop(), trouble, Plan.fill(UNCONFIRMED, extent.backlog()));
            try (BacklogRoute route = backlog.maker().make(place)) {
                return fillAndDrain(route, flow, meter, extent.backlog());
            }
        }
        Workload.Connects connects = (Workload.Connects) workload;
        return List.of(measure(workload, connects.maker().make(place), meter, extent));
    }

    private Repetition measure(Workload workload, Load load, Meter meter, Extent extent)
            throws IOException, BenchmarkFailure {
        generator.run(load::start);
        pass(meter, load, extent.warmUp());
        generator.run(load::beginTiming);
        Reading begin = meter.begin(load::count);
        pass(meter, load, extent.time());
        awaitFirst(workload, load, meter, begin.count());
        Reading end = meter.read(load::count);
        generator.run(load::endTiming);
        generator.run(load::stop);
        drain(load, meter);
        Latency latency = workload.isTimed() ? latency(load) : Latency.NOT_TIMED;
        return meter.repetition(begin, end, latency, generator.call(load::oddity));
    }

    private void pass(Meter meter, Load load, Duration time) throws IOException, BenchmarkFailure {
        meter.watch(load::count, STEP_NANOS, seen -> seen.nanos() >= time.toNanos());
    }

    /** However short the time: it ends after the first that came through, which a busy machine may hold up. */
    private void awaitFirst(Workload workload, Load load, Meter meter, long countBefore)
            throws IOException, BenchmarkFailure {
        Callable<Long> timed = () -> load.latencies().count();
        meter.watch(
                load::count,
                STEP_NANOS,
                seen -> seen.nanos() >= STALL_NANOS
                        || (seen.count() > countBefore && (!workload.isTimed() || generator.call(timed) > 0)));
    }

    private void drain(Load load, Meter meter) throws BenchmarkFailure {
        long movedNanos = System.nanoTime();
        long count = generator.call(load::count);
        while (!generator.call(load::isComplete) && System.nanoTime() - movedNanos < STALL_NANOS) {
            meter.check();
            LockSupport.parkNanos(STEP_NANOS);
            long now = generator.call(load::count);
            if (now != count) movedNanos = System.nanoTime();
            count = now;
        }
        meter.check();
        Optional<String> fault = generator.call(load::fault);
        if (fault.isPresent()) throw new BenchmarkFailure(fault.get());
    }

    private List<Repetition> fillAndDrain(BacklogRoute route, Flow flow, Meter meter, long messages)
            throws IOException, BenchmarkFailure {
        route.open(flow);
        Callable<Long> confirmed = () -> flow.progress().confirmed();
        Reading begin = meter.begin(confirmed);
        generator.run(flow::start);
        await(confirmed, messages, "answered", meter);
        Repetition fill = meter.repetition(begin, meter.read(confirmed), Latency.NOT_TIMED, Optional.empty());
        generator.run(flow::stop);
        begin = meter.begin(flow::count);
        route.openConsumer();
        await(flow::count, messages, "delivered", meter);
        Reading end = meter.read(flow::count);
        drain(flow, meter);
        return List.of(fill, meter.repetition(begin, end, Latency.NOT_TIMED, generator.call(flow::oddity)));
    }

    private void await(Callable<Long> count, long wanted, String what, Meter meter)
            throws IOException, BenchmarkFailure {
        long[] moved = {0, 0}; // the count, and when it was so for the first time
        meter.watch(count, FINE_STEP_NANOS, seen -> {
            if (seen.count() != moved[0]) moved[1] = seen.nanos();
            moved[0] = seen.count();
            return seen.count() >= wanted || seen.nanos() - moved[1] > BACKLOG_STALL_NANOS;
        });
        if (moved[0] < wanted)
            throw new BenchmarkFailure("only " + moved[0] + " of " + wanted + " messages were " + what);
    }

    private static Latency latency(Load load) {
        return new Latency(
                load.latencies().micros(50),
                load.latencies().micros(99),
                load.latencies().micros(99.9),
                load.lateness().count() == 0 ? Double.NaN : load.lateness().micros(99));
    }
}
