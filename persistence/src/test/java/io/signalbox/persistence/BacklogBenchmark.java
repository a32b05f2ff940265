package io.signalbox.persistence;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * What a backlog costs: publishes durable messages of 1 KiB to one queue or in turn to many, says after each tenth what the
 * heap holds and how fast the tenth went, starts again over the same log, and consumes it, in the order in which it came.
 * Arguments: a directory, which has room for all of it, the number of messages, the number of queues, and {@code half} if half of
 * them, at random, are to be consumed before that.
 */
final class BacklogBenchmark implements PublishListener {
    private static final int BODY_BYTES = 1024;
    private static final int WINDOW = 4000;
    private static final int PARTS = 10;

    /** Those that are consumed first: by a selector, since to a queue all others look like them. */
    private static final long EARLY_MILLIS = 1;

    private static final long LATE_MILLIS = 2;
    private static final Filter EARLY = Filter.ofSelector("JMSTimestamp = " + EARLY_MILLIS);

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
    private final boolean halve;
    private final Random random = new Random(1);
    private long early;

    private BacklogBenchmark(Path directory, long messages, int queueCount, boolean halve) throws Exception {
        this.messages = messages;
        this.halve = halve;
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
        boolean halve = args.length > 3 && args[3].equals("half");
        try {
            fill(directory, messages, queueCount, halve);
            drain(directory, messages, queueCount);
        } finally {
            delete(directory);
        }
    }

    private static void fill(Path directory, long messages, int queueCount, boolean halve) throws Exception {
        BacklogBenchmark first = new BacklogBenchmark(directory, messages, queueCount, halve);
        long before = usedHeap();
        first.publishAll();
        if (halve) first.consumeHalf(before);
        first.close();
    }

    private static void drain(Path directory, long messages, int queueCount) throws Exception {
        long begun = System.nanoTime();
        BacklogBenchmark second = new BacklogBenchmark(directory, messages, queueCount, false);
        System.out.printf(
                "started again in %.1f s with %,d messages; heap %,d KiB, index of %,d on disk%n",
                (System.nanoTime() - begun) / 1e9,
                second.broker.recoveredMessages(),
                usedHeap() >> 10,
                second.broker.memory().entriesOnDisk());
        long left = second.broker.recoveredMessages();
        long share = left / PARTS / queueCount;
        for (int part = 1; part < PARTS; part++) second.consume(share * queueCount, share);
        long last = left - share * queueCount * (PARTS - 1);
        // Where half had been consumed some queues have more left than others.
        second.consume(last, last);
        System.out.printf("disk %,d MiB, of which messages have %,d%n", second.diskMib(), second.livingMib());
        second.close();
    }

    private void close() throws Exception {
        broker.close(); // its readers hand over to the loop until then
        executor.shutdown();
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
                            + " KiB, index of %,d on disk, RSS %s%n",
                    answered,
                    messages / PARTS / seconds,
                    heap >> 10,
                    each,
                    broker.memory().heldBytes() >> 10,
                    broker.memory().entriesOnDisk(),
                    rss());
        }
    }

    /** On the loop. */
    private void pump() {
        while (sent < partEnd && sent - answered < WINDOW) {
            MessageQueue queue = queues.get((int) (sent % queues.size()));
            publisher.publish(queue, message(queue.settings().name()), sent++);
        }
    }

    private Message message(String address) {
        boolean isEarly = halve && random.nextBoolean();
        if (isEarly) early++;
        byte[] body = new byte[BODY_BYTES];
        ByteBuffer.wrap(body).putLong(sent);
        Envelope envelope = Envelope.of(address, true, isEarly ? EARLY_MILLIS : LATE_MILLIS);
        return new Message(envelope, PlainFormat.PLAIN, Body.Inline.of(body));
    }

    private long diskMib() {
        return broker.store().status().diskBytes() >> 20;
    }

    private long livingMib() {
        return broker.store().status().livingBytes() >> 20;
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

    private void consumeHalf(long heapBefore) throws Exception {
        consume(early, Optional.of(EARLY), early);
        long left = messages - early;
        System.out.printf(
                "%,d are left: %.2f bytes of heap each; disk %,d MiB, of which messages have %,d%n",
                left, (double) (usedHeap() - heapBefore) / left, diskMib(), livingMib());
    }

    private void consume(long wanted, long ofEachQueue) throws Exception {
        consume(wanted, Optional.empty(), ofEachQueue);
    }

    /** Settles so many of those that the filter wants, not more than that of each queue, and gives back the rest of its credit. */
    private void consume(long wanted, Optional<Filter> filter, long ofEachQueue) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        long begun = System.nanoTime();
        executor.execute(() -> {
            Tasters tasters = new Tasters(wanted, done);
            for (MessageQueue queue : queues) tasters.subscribe(queue, filter, ofEachQueue);
        });
        done.get();
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "consumed %,d: %,.0f/s, %,.0f MB/s, heap %,d KiB, index of %,d on disk, RSS %s%n",
                wanted,
                wanted / seconds,
                wanted * (double) BODY_BYTES / seconds / 1e6,
                usedHeap() >> 10,
                broker.memory().entriesOnDisk(),
                rss());
    }

    /** Consumers that settle at once; each sees the messages of its queue in the order in which they were sent. */
    private final class Tasters {
        private final long wanted;
        private final CompletableFuture<Void> done;
        private final List<Subscription> subscriptions = new ArrayList<>();
        private long got;

        Tasters(long wanted, CompletableFuture<Void> done) {
            this.wanted = wanted;
            this.done = done;
        }

        void subscribe(MessageQueue queue, Optional<Filter> filter, long credit) {
            Subscription[] own = new Subscription[1];
            own[0] = queue.subscribe(
                    new SubscriptionSettings(
                            loop,
                            SubscriptionSettings.Settlement.BY_CONSUMER,
                            "benchmark",
                            filter,
                            SubscriptionSettings.Mode.CONSUME),
                    new DeliveryListener() {
                        private long last = -1;

                        @Override
                        public void onDelivery(Delivery delivery) {
                            byte[] body = delivery.message().content().compact().bytes();
                            long number = ByteBuffer.wrap(body).getLong();
                            if (number <= last)
                                done.completeExceptionally(new AssertionError(number + " after " + last));
                            last = number;
                            own[0].settle(delivery, Outcome.ACCEPTED);
                            if (++got == wanted) end();
                        }

                        @Override
                        public void onQueueDeleted() {}
                    });
            subscriptions.add(own[0]);
            own[0].grantUpTo(credit);
        }

        private void end() {
            for (Subscription subscription : subscriptions) subscription.close();
            done.complete(null);
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 2; i++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Of the process, and what of it is neither heap nor mapped from files; that is exact with {@code -XX:+AlwaysPreTouch}. */
    private static String rss() throws Exception {
        long anonymous = status("RssAnon") - (Runtime.getRuntime().totalMemory() >> 10);
        return String.format("%,d KiB, beside the heap %,d", status("VmRSS"), anonymous);
    }

    private static long status(String name) throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
