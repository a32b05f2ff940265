package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.TestLoops;
import io.signalbox.broker.TestMessages;
import io.signalbox.broker.store.MemoryStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The mailbox under real threads: what several loops do at once happens once each, in the order of each. */
class MessageQueueTest {

    private static final int PRODUCERS = 3;
    private static final int EACH = 50_000;

    @Test
    void producersAndConsumersOnDifferentLoopsLoseNothingAndKeepEachProducersOrder() throws Exception {
        List<ExecutorService> threads = new ArrayList<>();
        for (int i = 0; i < PRODUCERS + 1; i++) threads.add(Executors.newSingleThreadExecutor());
        try {
            MemoryStore store = new MemoryStore();
            Broker broker = Broker.open(new BrokerSettings(store, threads, InstantSource.system(), (d, t) -> {}));
            ExecutorService consumerThread = threads.get(PRODUCERS);
            Loop consumerLoop = broker.loopOf(consumerThread);
            MessageQueue queue = broker.defaultVirtualHost()
                    .declareQueue(consumerLoop, new QueueSettings("q", true, QueueSettings.Purpose.SHARED, 100, "test"))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            CountDownLatch all = new CountDownLatch(PRODUCERS * EACH);
            Checker checker = new Checker(all);
            consumerThread.execute(() -> {
                checker.subscription = queue.subscribe(
                        new SubscriptionSettings(consumerLoop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"),
                        checker);
                checker.subscription.grantUpTo(64);
            });
            for (int p = 0; p < PRODUCERS; p++) produce(broker, threads.get(p), queue, p);
            assertTrue(all.await(60, TimeUnit.SECONDS), () -> "left: " + all.getCount() + " " + queue.status());
            consumerThread.submit(() -> {}).get(10, TimeUnit.SECONDS);
            assertEquals(List.of(), checker.faults);
            assertEquals(0, queue.status().ready());
        } finally {
            threads.forEach(ExecutorService::shutdownNow);
        }
    }

    /** It may be what the same thread submitted before, counted and behind another thread's that is not counted yet. */
    @Test
    void whatIsInTheMailboxIsAppliedBeforeWhatIsSubmitted() throws Exception {
        TestLoops loops = new TestLoops();
        TestLoops.Queue tasks = loops.add();
        Broker broker =
                Broker.open(new BrokerSettings(new MemoryStore(), loops.all(), InstantSource.system(), (d, t) -> {}));
        var declared = broker.defaultVirtualHost()
                .declareQueue(broker.loopOf(tasks), QueueSettings.transientQueue("q", "test"));
        loops.runAll();
        MessageQueue queue = declared.toCompletableFuture().join();
        List<String> applied = new ArrayList<>();
        queue.commands.offer(new QueueCommand.Call(() -> applied.add("offered")));
        queue.submit(new QueueCommand.Call(() -> applied.add("submitted")));
        assertEquals(List.of("offered"), applied, "one was counted");
    }

    @Test
    void whoWaitsForEmptinessHearsOnceThatTheLastMessageIsSettled() throws Exception {
        TestLoops loops = new TestLoops();
        TestLoops.Queue tasks = loops.add();
        MemoryStore store = new MemoryStore();
        Broker broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (d, t) -> {}));
        Loop loop = broker.loopOf(tasks);
        var declared = broker.defaultVirtualHost().declareQueue(loop, QueueSettings.transientQueue("q", "test"));
        loops.runAll();
        MessageQueue queue = declared.toCompletableFuture().join();
        int[] told = new int[1];
        queue.enqueue(TestMessages.durable("q", "m"), 0, 0, loop);
        queue.whenEmpty(home -> told[0]++);
        Holder holder = new Holder();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), holder);
        subscription.grantUpTo(2);
        loops.runAll();
        assertEquals(0, told[0], "it is held");
        subscription.settle(holder.held, Outcome.ACCEPTED);
        loops.runAll();
        assertEquals(1, told[0]);
        queue.enqueue(TestMessages.durable("q", "m"), 0, 0, loop);
        loops.runAll();
        subscription.settle(holder.held, Outcome.ACCEPTED);
        loops.runAll();
        assertEquals(1, told[0], "it was told already");
    }

    @Test
    void whatIsPublishedElsewhereIsLeftToTheLoopOfTheOnlyConsumer() throws Exception {
        TestLoops loops = new TestLoops();
        TestLoops.Queue here = loops.add();
        TestLoops.Queue there = loops.add();
        Broker broker =
                Broker.open(new BrokerSettings(new MemoryStore(), loops.all(), InstantSource.system(), (d, t) -> {}));
        Loop loop = broker.loopOf(here);
        var declared = broker.defaultVirtualHost().declareQueue(loop, QueueSettings.transientQueue("q", "test"));
        loops.runAll();
        MessageQueue queue = declared.toCompletableFuture().join();
        Subscription only = subscribe(queue, broker.loopOf(there));
        queue.enqueue(TestMessages.durable("q", "1"), 0, 0, loop);
        queue.enqueue(TestMessages.durable("q", "2"), 0, 0, loop);
        here.runAll();
        assertEquals(0, queue.status().ready());
        there.runAll();
        assertEquals(2, queue.status().ready());
        queue.enqueue(TestMessages.durable("q", "3"), 0, 0, broker.loopOf(there));
        assertEquals(3, queue.status().ready(), "its own loop applies it at once");
        Subscription another = subscribe(queue, loop);
        queue.enqueue(TestMessages.durable("q", "4"), 0, 0, loop);
        assertEquals(4, queue.status().ready(), "it is near to nobody");
        another.close();
        queue.enqueue(TestMessages.durable("q", "5"), 0, 0, loop);
        assertEquals(4, queue.status().ready());
        there.runAll();
        assertEquals(5, queue.status().ready());
        only.close();
        queue.enqueue(TestMessages.durable("q", "6"), 0, 0, loop);
        assertEquals(6, queue.status().ready());
    }

    private static Subscription subscribe(MessageQueue queue, Loop loop) {
        return queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), new Holder());
    }

    /** Keeps what came last. */
    private static final class Holder implements DeliveryListener {
        Delivery held;

        @Override
        public void onDelivery(Delivery delivery) {
            held = delivery;
        }

        @Override
        public void onQueueDeleted() {}
    }

    private static void produce(Broker broker, ExecutorService thread, MessageQueue queue, int producer) {
        thread.execute(() -> {
            var publisher = broker.defaultVirtualHost()
                    .openPublisher(broker.loopOf(thread), thread, new io.signalbox.broker.PublishListener() {
                        @Override
                        public void onOutcome(long token, io.signalbox.broker.PublishOutcome outcome) {}

                        @Override
                        public void onOutcomesEnd() {}

                        @Override
                        public void onUnblocked() {}
                    });
            for (int i = 0; i < EACH; i++) publisher.publish(queue, TestMessages.durable("q", producer + " " + i), i);
        });
    }

    private static final class Checker implements DeliveryListener {
        final CountDownLatch all;
        final int[] next = new int[PRODUCERS];
        final List<String> faults = new ArrayList<>();
        Subscription subscription;
        long settled;

        Checker(CountDownLatch all) {
            this.all = all;
        }

        @Override
        public void onDelivery(Delivery delivery) {
            String[] text = TestMessages.text(delivery.message()).split(" ");
            int producer = Integer.parseInt(text[0]);
            int number = Integer.parseInt(text[1]);
            if (next[producer] != number) faults.add("producer " + producer + ": " + number + " not " + next[producer]);
            next[producer] = number + 1;
            subscription.settle(delivery, Outcome.ACCEPTED);
            subscription.grantUpTo(++settled + 64);
            all.countDown();
        }

        @Override
        public void onQueueDeleted() {}
    }
}
