package io.signalbox.broker.queue;

import io.signalbox.benchmarks.parts.PlainBytes;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What an entry costs that is only bits, as those of a backlog are: to come in, to be passed on the way, to end anywhere. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueIndexBenchmark {

    private static final int MANY = 1 << 17;

    /** What lies between two records of the log, in bytes. */
    private static final int RECORD_BYTES = 1088;

    private static final Message MESSAGE = PlainBytes.message("orders", 1024);

    private static QueueIndex filled(int entries) {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        for (int i = 0; i < entries; i++) {
            Entry entry = new Entry((1L + i) * RECORD_BYTES, 0, MESSAGE);
            entry.message = null; // beyond the window: it is in the log only
            index.add(entry, Envelope.DEFAULT_PRIORITY);
        }
        return index;
    }

    /** An index to walk through. */
    @State(Scope.Thread)
    public static class Backlog {
        @Param("1000000")
        public int entries;

        QueueIndex index;
        long place = Order.BEGINNING;
        int passed;

        @Setup
        public void fill() {
            index = filled(entries);
        }

        long next() {
            place = index.higher(place);
            if (place != QueueIndex.NONE) {
                passed++;
                return place;
            }
            if (passed != entries) throw new IllegalStateException(passed + " of " + entries + " entries were passed");
            passed = 0;
            place = Order.BEGINNING;
            return place;
        }
    }

    /** An index to empty, and an order for that; both anew for each time. */
    @State(Scope.Thread)
    public static class Shuffled {
        private final SplittableRandom random = new SplittableRandom(5);
        final long[] places = new long[MANY];
        QueueIndex index;

        @Setup(Level.Invocation)
        public void fill() {
            index = filled(MANY);
            long place = Order.BEGINNING;
            for (int i = 0; i < MANY; i++) {
                place = index.higher(place);
                int other = random.nextInt(i + 1);
                places[i] = places[other];
                places[other] = place;
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int append() {
        int size = filled(MANY).size();
        if (size != MANY) throw new IllegalStateException(size + " of " + MANY + " entries came in");
        return size;
    }

    @Benchmark
    public long scan(Backlog backlog) {
        return backlog.next();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int settleAtRandom(Shuffled shuffled) {
        QueueIndex index = shuffled.index;
        for (long place : shuffled.places) {
            Entry entry = index.objectAt(place);
            index.take(entry);
            entry.ended = true;
            index.end(entry);
        }
        if (index.first() != QueueIndex.NONE) throw new IllegalStateException("an entry is left at " + index.first());
        return index.size();
    }
}
