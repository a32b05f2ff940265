package io.signalbox.persistence;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * What a backlog costs: publishes durable messages of 1 KiB to one queue or in turn to many, says after each tenth what the
 * heap holds and how fast the tenth went, starts again over the same log, and consumes a tenth. Arguments: a directory, which
 * has room for all of it, the number of messages, the number of queues.
 */
final class BacklogBenchmark implements PublishListener {
    private static final int BODY_BYTES = 1024;
    private static final int WINDOW = 4000;
    private static final int PARTS = 10;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final long messages;
    private final Broker broker;
    private final Loop loop;
    private final List<MessageQueue> queues = new ArrayList<>();
    private Publisher publisher;
    private CompletableFuture<Void> partDone = new CompletableFuture<>();
    private long sent;
    private long answered;
    private long partEnd;

    private BacklogBenchmark(Path directory, long messages, int queueCount) throws Exception {
        this.messages = messages;
        broker = Broker.open(new BrokerSettings(
                PersistentStore.open(directory, StoreSettings.defaults(), PlainFormat.FORMATS),
                List.of(executor),
                InstantSource.system(),
                (done, total) -> {}));
        loop = broker.loopOf(executor);
        for (int i = 0; i < queueCount; i++) {
            queues.add(broker.defaultVirtualHost()
                    .declareQueue(loop, QueueSettings.durable("backlog" + i, "benchmark"))
                    .toCompletableFuture()
                    .get());
        }
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "backlog-benchmark");
        long messages = Long.parseLong(args[1]);
        int queueCount = Integer.parseInt(args[2]);
        try {
            fill(directory, messages, queueCount);
            drain(directory, messages, queueCount);
        } finally {
            delete(directory);
        }
    }

    private static void fill(Path directory, long messages, int queueCount) throws Exception {
        BacklogBenchmark first = new BacklogBenchmark(directory, messages, queueCount);
        first.publishAll();
        first.close();
    }

    private static void drain(Path directory, long messages, int queueCount) throws Exception {
        long begun = System.nanoTime();
        BacklogBenchmark second = new BacklogBenchmark(directory, messages, queueCount);
        System.out.printf(
                "started again in %.1f s with %,d messages; heap %,d KiB%n",
                (System.nanoTime() - begun) / 1e9, second.broker.recoveredMessages(), usedHeap() >> 10);
        second.consume(messages / PARTS);
        second.close();
    }

    private void close() throws Exception {
        executor.shutdown();
        broker.close();
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private void publishAll() throws Exception {
        publisher = broker.defaultVirtualHost().openPublisher(loop, this, this);
        long before = usedHeap();
        System.out.printf("heap %,d KiB with nothing published%n", before >> 10);
        long heapAtFirst = 0;
        for (int part = 1; part <= PARTS; part++) {
            long begun = System.nanoTime();
            partDone = new CompletableFuture<>();
            partEnd = messages * part / PARTS;
            executor.execute(this::pump);
            partDone.get();
            double seconds = (System.nanoTime() - begun) / 1e9;
            long heap = usedHeap();
            if (part == 1) heapAtFirst = heap;
            double each = (double) (heap - heapAtFirst) / Math.max(1, answered - messages / PARTS);
            System.out.printf(
                    "%,12d messages: %,8.0f/s, heap %,d KiB (%.2f bytes a message since the first tenth), reckoned %,d"
                            + " KiB, RSS %s%n",
                    answered,
                    messages / PARTS / seconds,
                    heap >> 10,
                    each,
                    broker.memory().heldBytes() >> 10,
                    rss());
        }
    }

    /** On the loop. */
    private void pump() {
        while (sent < partEnd && sent - answered < WINDOW) {
            MessageQueue queue = queues.get((int) (sent % queues.size()));
            publisher.publish(queue, PlainFormat.message(queue.settings().name(), new byte[BODY_BYTES]), sent++);
        }
    }

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        if (!(outcome instanceof PublishOutcome.Stored)) partDone.completeExceptionally(new AssertionError(outcome));
        if (++answered == partEnd) partDone.complete(null);
    }

    @Override
    public void onOutcomesEnd() {
        if (sent - answered < WINDOW / 2) pump();
    }

    @Override
    public void onUnblocked() {
        pump();
    }

    private void consume(long wanted) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        long begun = System.nanoTime();
        long[] got = {0};
        executor.execute(() -> {
            for (MessageQueue queue : queues) {
                Subscription[] subscription = new Subscription[1];
                subscription[0] = queue.subscribe(
                        new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "benchmark"),
                        new DeliveryListener() {
                            @Override
                            public void onDelivery(Delivery delivery) {
                                subscription[0].settle(delivery, Outcome.ACCEPTED);
                                if (++got[0] == wanted) done.complete(null);
                            }

                            @Override
                            public void onBatchEnd() {}

                            @Override
                            public void onDrained() {}

                            @Override
                            public void onSettled(long token) {}

                            @Override
                            public void onQueueDeleted() {}
                        });
                subscription[0].grantUpTo(wanted / queues.size() + 1);
            }
        });
        done.get();
        System.out.printf(
                "consumed %,d: %,.0f/s, heap %,d KiB%n",
                wanted, wanted * 1e9 / (System.nanoTime() - begun), usedHeap() >> 10);
    }

    private static long usedHeap() {
        for (int i = 0; i < 2; i++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String rss() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .map(line -> line.substring(6).trim())
                .findFirst()
                .orElse("unknown");
    }
}
