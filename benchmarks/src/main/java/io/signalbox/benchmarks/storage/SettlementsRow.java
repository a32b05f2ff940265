package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.amqp.AmqpConsumer;
import io.signalbox.benchmarks.amqp.AmqpTraffic;
import io.signalbox.benchmarks.amqp.DeliveryKind;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Many messages come and are settled beside one that nobody takes: the disk and the next start do not grow with them. */
final class SettlementsRow implements StorageRow {

    private static final double GOAL_GIB = 1.5;
    private static final double GOAL_SECONDS = 3;
    private static final int WINDOW = 1000;

    @Override
    public String name() {
        return "settlements";
    }

    @Override
    public String what(Sizes sizes) {
        return String.format(
                Locale.ROOT,
                "%,d messages of %,d B settled beside one that is older and waits",
                sizes.messages(),
                sizes.bodyBytes());
    }

    @Override
    public Sizes usual() {
        return new Sizes(1_000_000, 64, 1, 1);
    }

    @Override
    public List<Figure> measure(Workbench bench, Sizes sizes) throws IOException, BenchmarkFailure {
        double mostBytes;
        try (BrokerJvm broker = bench.start()) {
            bench.fill(broker, "old", 1, sizes.bodyBytes());
            mostBytes = settle(bench, broker, sizes);
        }
        try (BrokerJvm broker = bench.start()) {
            double seconds = broker.secondsSinceStart();
            Trouble trouble = new Trouble();
            try (AmqpConsumer consumer = new AmqpConsumer(bench.generator(), broker.amqp(), "old", trouble)) {
                consumer.take(1);
                bench.await("delivered of the old one", 1, consumer::taken, trouble);
            }
            return List.of(
                    Figure.atMost("most of the disk, GiB", mostBytes / (1 << 30), GOAL_GIB),
                    Figure.atMost("kill -9, start until ready, s", seconds, GOAL_SECONDS));
        }
    }

    /** The most that the disk had. */
    private static double settle(Workbench bench, BrokerJvm broker, Sizes sizes) throws IOException, BenchmarkFailure {
        Trouble trouble = new Trouble();
        Flow flow = new Flow(bench.generator().loop(), trouble, Plan.throughput(WINDOW, WINDOW));
        double[] most = {0};
        try (AmqpTraffic traffic = new AmqpTraffic(
                bench.generator(),
                broker.amqp(),
                "busy",
                new AmqpTraffic.Shape(1, DeliveryKind.DURABLE, sizes.bodyBytes()),
                trouble)) {
            traffic.open(flow);
            bench.generator().run(flow::start);
            bench.await(
                    "settled",
                    sizes.messages(),
                    () -> {
                        most[0] = Math.max(most[0], broker.metric("signalbox_store_disk_bytes"));
                        return bench.generator().call(flow::count);
                    },
                    trouble);
            bench.generator().run(flow::stop);
        }
        return most[0];
    }
}
