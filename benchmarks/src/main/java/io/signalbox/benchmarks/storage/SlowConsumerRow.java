package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.amqp.AmqpConsumer;
import io.signalbox.benchmarks.amqp.AmqpProducers;
import io.signalbox.benchmarks.amqp.AmqpTraffic;
import io.signalbox.benchmarks.amqp.DeliveryKind;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Queues with a producer and a consumer each, as fast as they can; then the same beside one more, whose consumer is a backlog
 * behind and stays so: its producer and it do a few messages a second. What it costs the others, and the disk.
 */
final class SlowConsumerRow implements StorageRow {

    private static final double GOAL_SHARE = 0.9;
    private static final long GIB = 1L << 30;
    private static final int PER_SECOND = 1000;
    private static final double WARM_UP_SECONDS = 3;
    private static final Plan FAST = Plan.throughput(100, 500);

    @Override
    public String name() {
        return "slow-consumer";
    }

    @Override
    public String what(Sizes sizes) {
        return String.format(
                Locale.ROOT,
                "one consumer %,d messages of %,d B behind, beside %d fast ones",
                sizes.messages(),
                sizes.bodyBytes(),
                sizes.queues() - 1);
    }

    @Override
    public Sizes usual() {
        return new Sizes(1_000_000, 1024, 10, 30);
    }

    /** One queue with its producer and its consumer. */
    private record Fast(AmqpTraffic traffic, Flow flow) {}

    @Override
    public List<Figure> measure(Workbench bench, Sizes sizes) throws IOException, BenchmarkFailure {
        Trouble trouble = new Trouble();
        List<Fast> all = new ArrayList<>();
        try (BrokerJvm broker = bench.start()) {
            try {
                for (int i = 0; i < sizes.queues() - 1; i++) all.add(open(bench, broker, "fast" + i, sizes, trouble));
                return measure(bench, broker, sizes, all, trouble);
            } finally {
                for (Fast fast : all) fast.traffic().close();
            }
        }
    }

    private static Fast open(Workbench bench, BrokerJvm broker, String queue, Sizes sizes, Trouble trouble)
            throws IOException {
        Flow flow = new Flow(bench.generator().loop(), trouble, FAST);
        AmqpTraffic traffic = new AmqpTraffic(
                bench.generator(),
                broker.amqp(),
                queue,
                new AmqpTraffic.Shape(1, DeliveryKind.DURABLE, sizes.bodyBytes()),
                trouble);
        traffic.open(flow);
        return new Fast(traffic, flow);
    }

    private static List<Figure> measure(Workbench bench, BrokerJvm broker, Sizes sizes, List<Fast> all, Trouble trouble)
            throws IOException, BenchmarkFailure {
        // The backlog first, so that the two spans follow each other and differ in nothing but the slow one's traffic.
        bench.fill(broker, "slow", sizes.messages(), sizes.bodyBytes());
        Disk disk = new Disk(broker);
        for (Fast fast : all) bench.generator().run(fast.flow()::start);
        bench.watch(WARM_UP_SECONDS * Math.min(1, sizes.seconds()), trouble, () -> "warming up");
        double[] alone = speeds(bench, sizes.seconds(), all, trouble, disk);
        double[] beside;
        double behind;
        Flow more = new Flow(bench.generator().loop(), trouble, Plan.rate(PER_SECOND));
        try (AmqpConsumer slow = new AmqpConsumer(bench.generator(), broker.amqp(), "slow", trouble);
                AmqpProducers producer = new AmqpProducers(
                        bench.generator(), broker.amqp(), List.of("slow"), sizes.bodyBytes(), trouble)) {
            producer.open(more);
            bench.generator().run(more::start);
            slow.take((int) Math.min(sizes.messages(), (long) (PER_SECOND * sizes.seconds())));
            beside = speeds(bench, sizes.seconds(), all, trouble, disk);
            bench.generator().run(more::stop);
            behind = sizes.messages()
                    + bench.generator().call(() -> more.progress().sent())
                    - slow.taken();
        }
        for (Fast fast : all) bench.generator().run(fast.flow()::stop);
        for (Fast fast : all) requireAll(bench, fast.flow(), trouble);
        return figures(alone, beside, behind, sizes, disk);
    }

    private static List<Figure> figures(double[] alone, double[] beside, double behind, Sizes sizes, Disk disk) {
        double sumAlone = 0;
        double sumBeside = 0;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < alone.length; i++) {
            sumAlone += alone[i];
            sumBeside += beside[i];
            least = Math.min(least, beside[i] / alone[i]);
        }
        return List.of(
                Figure.of("all fast ones alone, a second", Math.rint(sumAlone)),
                Figure.atLeast("beside the slow one, of that", sumBeside / sumAlone, GOAL_SHARE),
                Figure.atLeast("the one it costs most, of its own", least, GOAL_SHARE),
                Figure.atLeast("messages that the slow one is behind at the end", behind, sizes.messages() * 0.9),
                Figure.atMost("disk beyond twice what lives, GiB", disk.mostBeyond / GIB, 1));
    }

    /** Of each, in messages a second. */
    private static double[] speeds(Workbench bench, double seconds, List<Fast> all, Trouble trouble, Disk disk)
            throws IOException, BenchmarkFailure {
        long beganNanos = System.nanoTime();
        long[] before = counts(bench, all);
        bench.watch(seconds, trouble, () -> {
            disk.look();
            double passed = (System.nanoTime() - beganNanos) / 1e9;
            double sum = 0;
            long[] now = counts(bench, all);
            for (int i = 0; i < now.length; i++) sum += now[i] - before[i];
            return String.format(Locale.ROOT, "%,.0f/s after %.0f of %.0f s", sum / passed, passed, seconds);
        });
        long[] after = counts(bench, all);
        double passed = (System.nanoTime() - beganNanos) / 1e9;
        double[] speeds = new double[after.length];
        for (int i = 0; i < speeds.length; i++) speeds[i] = (after[i] - before[i]) / passed;
        return speeds;
    }

    private static long[] counts(Workbench bench, List<Fast> all) {
        return bench.generator()
                .call(() -> all.stream().mapToLong(fast -> fast.flow().count()).toArray());
    }

    private static void requireAll(Workbench bench, Flow flow, Trouble trouble) throws IOException, BenchmarkFailure {
        bench.await("queues empty", 1, () -> bench.generator().call(flow::isComplete) ? 1 : 0, trouble);
        var fault = bench.generator().call(flow::fault);
        if (fault.isPresent()) throw new BenchmarkFailure(fault.get());
    }

    /** The most that the disk had beyond twice what lives. */
    private static final class Disk {
        private final BrokerJvm broker;
        private double mostBeyond;

        Disk(BrokerJvm broker) {
            this.broker = broker;
        }

        void look() throws IOException {
            double living = broker.metric("signalbox_store_living_bytes");
            mostBeyond = Math.max(mostBeyond, broker.metric("signalbox_store_disk_bytes") - 2 * living);
        }
    }
}
