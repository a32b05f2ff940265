package io.signalbox.benchmarks;

import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.measure.MachineProbe;
import io.signalbox.benchmarks.measure.ProcessProbe;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Repetition.Latency;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** Reads what a target, the generator and the machine have used, and waits between two readings. Used by one thread. */
final class Meter {

    private static final long SAMPLE_NANOS = 100_000_000;

    private final Generator generator;
    private final Optional<ProcessProbe> process;
    private final Trouble trouble;

    /** Who hears the rate of each second. */
    private final LongConsumer progress;

    private long mostResidentBytes;

    Meter(Generator generator, Target target, Trouble trouble, LongConsumer progress) throws IOException {
        this.generator = generator;
        this.process = target.pid().isPresent()
                ? Optional.of(ProcessProbe.of(target.pid().getAsLong()))
                : Optional.empty();
        this.trouble = trouble;
        this.progress = progress;
    }

    /** What the counters said at one moment. */
    record Reading(long nanos, long count, long targetCpu, long generatorCpu, long machineCpu) {}

    /** Begins to look for the most memory anew. */
    Reading begin(Callable<Long> count) throws IOException {
        mostResidentBytes = 0;
        sample();
        return read(count);
    }

    Reading read(Callable<Long> count) throws IOException {
        return new Reading(
                System.nanoTime(),
                generator.call(count),
                process.isPresent() ? process.get().cpuNanos() : 0,
                generator.cpuNanos(),
                MachineProbe.busyNanos());
    }

    private void sample() throws IOException {
        if (process.isPresent())
            mostResidentBytes = Math.max(mostResidentBytes, process.get().residentBytes());
    }

    /**
     * Lets time pass until it is enough, and tells each second's rate.
     *
     * @param stepNanos between two looks
     * @param isEnough asked with the count and the nanoseconds that have passed
     * @throws BenchmarkFailure at the first trouble
     */
    void watch(Callable<Long> count, long stepNanos, Predicate<Seen> isEnough) throws IOException, BenchmarkFailure {
        long start = System.nanoTime();
        long told = start;
        long sampled = start;
        long toldCount = generator.call(count);
        while (true) {
            check();
            long nowCount = generator.call(count);
            long now = System.nanoTime();
            if (isEnough.test(new Seen(nowCount, now - start))) return;
            if (now - sampled >= SAMPLE_NANOS) {
                sample();
                sampled = now;
            }
            if (now - told >= 1_000_000_000L) {
                progress.accept((nowCount - toldCount) * 1_000_000_000L / (now - told));
                toldCount = nowCount;
                told = now;
            }
            LockSupport.parkNanos(stepNanos);
        }
    }

    /** How far it is, and after how long. */
    record Seen(long count, long nanos) {}

    void check() throws BenchmarkFailure {
        if (trouble.first().isPresent())
            throw new BenchmarkFailure(trouble.first().get());
    }

    Repetition repetition(Reading begin, Reading end, Latency latency, Optional<String> oddity)
            throws BenchmarkFailure {
        double nanos = end.nanos() - begin.nanos();
        long count = end.count() - begin.count();
        if (count == 0) throw new BenchmarkFailure("nothing came through while it was measured");
        long targetCpu = end.targetCpu() - begin.targetCpu();
        long generatorCpu = end.generatorCpu() - begin.generatorCpu();
        long others = end.machineCpu() - begin.machineCpu() - targetCpu - generatorCpu;
        boolean hasProcess = process.isPresent();
        return new Repetition(
                count * 1e9 / nanos,
                hasProcess ? targetCpu / 1000.0 / count : Double.NaN,
                hasProcess ? mostResidentBytes / 1024.0 / 1024 : Double.NaN,
                latency,
                generatorCpu / nanos,
                hasProcess ? Math.max(0, others / nanos) : Double.NaN,
                oddity);
    }
}
