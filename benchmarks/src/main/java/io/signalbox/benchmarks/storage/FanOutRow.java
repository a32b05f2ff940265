package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * One durable message to many queues: what one more queue costs of the log and of the heap. The body is in the log once if
 * another queue costs less than a body.
 */
final class FanOutRow implements StorageRow {

    private static final int GOAL_BYTES = 16;
    private static final String FORCED = "signalbox_store_forced_bytes_total";

    @Override
    public String name() {
        return "fan-out";
    }

    @Override
    public String what(Sizes sizes) {
        return String.format(
                java.util.Locale.ROOT,
                "%,d messages of %,d B, each to %,d queues",
                sizes.messages(),
                sizes.bodyBytes(),
                sizes.queues());
    }

    @Override
    public Sizes usual() {
        return new Sizes(10_000, 4096, 1000, 1);
    }

    @Override
    public List<Figure> measure(Workbench bench, Sizes sizes) throws IOException, BenchmarkFailure {
        Map<String, String> definitions =
                Map.of("definitions.file", bench.file("definitions.json").toString());
        Files.writeString(bench.file("definitions.json"), definitions(sizes.queues()));
        long entries = sizes.messages() * sizes.queues();
        long empty;
        double logPerQueue;
        double waiting;
        try (BrokerJvm broker = bench.start(definitions)) {
            empty = broker.liveHeapBytes();
            double one = logBytes(bench, broker, "topic://one", sizes);
            long before = broker.liveHeapBytes();
            double all = logBytes(bench, broker, "topic://all", sizes);
            logPerQueue = (all - one) / (sizes.messages() * (sizes.queues() - 1.0));
            waiting = (double) (broker.liveHeapBytes() - before) / entries;
        }
        bench.say("killed; started again");
        double restarted;
        try (BrokerJvm broker = bench.start(definitions)) {
            double ready = broker.metric("signalbox_queue_messages_ready");
            if (ready != entries + sizes.messages())
                throw new BenchmarkFailure(
                        ready + " messages wait after the start, not " + (entries + sizes.messages()));
            restarted = (double) (broker.liveHeapBytes() - empty) / (entries + sizes.messages());
        }
        return List.of(
                Figure.atMost("log for one more queue, bytes", logPerQueue, GOAL_BYTES),
                Figure.atMost("heap of a queue's entry, bytes", waiting, GOAL_BYTES),
                Figure.atMost("the same after kill -9 and start", restarted, GOAL_BYTES));
    }

    /** What was forced for them. */
    private static double logBytes(Workbench bench, BrokerJvm broker, String address, Sizes sizes)
            throws IOException, BenchmarkFailure {
        double before = broker.metric(FORCED);
        bench.fill(broker, address, sizes.messages(), sizes.bodyBytes());
        return broker.metric(FORCED) - before;
    }

    /** The topic {@code one} has a queue, the topic {@code all} so many others. */
    private static String definitions(int queues) {
        StringJoiner names = new StringJoiner(", ", "\"queues\": [", "]");
        StringJoiner bindings = new StringJoiner(", ", "\"bindings\": [", "]");
        for (int i = 0; i <= queues; i++) {
            names.add("{\"name\": \"q" + i + "\"}");
            String key = i == queues ? "one" : "all";
            bindings.add("{\"exchange\": \"topics\", \"queue\": \"q" + i + "\", \"key\": \"" + key + "\"}");
        }
        return "{" + names + ",\n" + bindings + "}";
    }
}
