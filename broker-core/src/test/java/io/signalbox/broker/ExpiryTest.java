package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueContext;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.store.MemoryStore;
import java.lang.ref.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Messages go when their time is over, with or without a consumer, and nobody looks for them before. */
@Isolated
class ExpiryTest {

    private static final int MANY = 200_000;

    private final MemoryStore store = new MemoryStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private long nowMillis = 1_000_000;
    private Broker broker;
    private Loop loop;

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(
                new BrokerSettings(store, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, total) -> {}));
        loop = broker.loopOf(tasks);
    }

    private MessageQueue queue(QueueSettings settings) {
        var stage = broker.defaultVirtualHost().declareQueue(loop, settings);
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private MessageQueue queue() {
        return queue(QueueSettings.durable("q", "test"));
    }

    private void publish(MessageQueue queue, Message message) {
        broker.defaultVirtualHost()
                .openPublisher(loop, this, QueueImagesTest.NOBODY)
                .publish(queue, message, 0);
        loops.runAll();
    }

    private void passTo(long millis) {
        nowMillis = millis;
        broker.tick(loop);
        loops.runAll();
    }

    private static Message expiring(String text, long atMillis) {
        return TestMessages.expiring(TestMessages.durable("q", text), atMillis);
    }

    @Test
    void whatNobodyTakesGoesWhenItsTimeIsOverFromTheQueueAndFromTheLog() {
        MessageQueue queue = queue();
        int[] empty = {0};
        publish(queue, expiring("later", 1_003_000));
        publish(queue, expiring("first", 1_001_500));
        publish(queue, TestMessages.expiring(TestMessages.transientOne("q", "in memory"), 1_001_900));
        queue.whenEmpty(home -> empty[0]++);
        passTo(1_001_499);
        assertEquals(3, queue.status().ready());
        passTo(1_002_000);
        assertEquals(1, queue.status().ready());
        assertEquals(2, queue.status().expired());
        assertEquals(1, store.storedMessages());
        passTo(1_003_000);
        assertEquals(0, queue.status().ready());
        assertEquals(0, queue.status().residentBytes());
        assertEquals(0, store.storedMessages());
        assertEquals(1, empty[0], "who waits for emptiness hears of it");
        assertEquals(0, loop.alarms());
    }

    @Test
    void whatAConsumerHasDoesNotExpireBeforeItIsGivenBack() {
        MessageQueue queue = queue();
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), inbox);
        publish(queue, expiring("one", 1_001_000));
        publish(queue, expiring("two", 1_001_000));
        subscription.grantUpTo(2);
        loops.runAll();
        passTo(1_500_000);
        assertEquals(2, queue.status().unsettled());
        assertEquals(0, loop.alarms(), "nobody has to look");
        List<Delivery> held = inbox.deliveries;
        subscription.settle(held.get(0), Outcome.ACCEPTED);
        subscription.settle(held.get(1), Outcome.RELEASED);
        loops.runAll();
        passTo(1_500_000);
        assertEquals(0, queue.status().ready() + queue.status().unsettled());
        assertEquals(1, queue.status().expired());
        assertEquals(0, store.storedMessages());
    }

    @Test
    void whatIsReservedForSomebodyWhoMayHaveSeenItDoesNotExpire() {
        MessageQueue queue = queue();
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        SubscriptionSettings settings =
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c");
        Subscription subscription = queue.subscribe(settings, inbox);
        publish(queue, expiring("one", 1_001_000));
        subscription.grantUpTo(1);
        loops.runAll();
        subscription.close(inbox.deliveries);
        loops.runAll();
        passTo(1_500_000);
        assertEquals(1, queue.status().ready());
        QueueImagesTest.Inbox again = new QueueImagesTest.Inbox();
        queue.subscribe(settings, again).grantUpTo(1);
        loops.runAll();
        assertEquals(List.of("one"), again.texts());
    }

    /** From a checkpoint and from the log above it, and nobody has to come for that. */
    @Test
    void whatIsOverAfterAStartGoesWithoutAnybodysDoing() throws Exception {
        LoggedStore logged = new LoggedStore();
        broker = Broker.open(
                new BrokerSettings(logged, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, total) -> {}));
        loop = broker.loopOf(tasks);
        MessageQueue queue = queue();
        publish(queue, expiring("in the image", 1_002_000));
        logged.checkpoint();
        loops.runAll();
        while (logged.isAtWork()) logged.take();
        publish(queue, expiring("in the log", 1_003_000));
        publish(queue, TestMessages.durable("q", "stays"));
        LoggedStore next = LoggedStore.after(logged, logged.durableLsn());
        broker = Broker.open(
                new BrokerSettings(next, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, total) -> {}));
        loop = broker.loopOf(tasks);
        loops.runAll();
        queue = broker.defaultVirtualHost().queue("q").orElseThrow();
        assertTrue(next.hasCheckpoint());
        assertEquals(3, queue.status().ready());
        passTo(1_002_000);
        assertEquals(2, queue.status().ready());
        passTo(1_003_000);
        assertEquals(1, queue.status().ready());
        assertEquals(2, queue.status().expired());
    }

    @Test
    void aClockThatIsSetBackDelaysWhatExpiresAndOneThatIsSetForwardDoesNot() {
        MessageQueue queue = queue();
        publish(queue, expiring("one", 1_010_000));
        passTo(5_000);
        assertEquals(1, queue.status().ready());
        publish(queue, expiring("two", 6_000));
        passTo(1_009_000);
        assertEquals(1, queue.status().ready());
        passTo(1_009_000 + 100L * 365 * 86_400_000);
        assertEquals(0, queue.status().ready());
        assertEquals(2, queue.status().expired());
    }

    @Test
    void aQueueThatEndsIsNotRemembered() {
        MessageQueue queue = queue(QueueSettings.transientQueue("q", "test"));
        publish(queue, expiring("one", Long.MAX_VALUE / 2));
        publish(queue, expiring("two", 4_000_000_000_000L));
        assertEquals(1, loop.alarms());
        broker.defaultVirtualHost().deleteQueue(loop, "q");
        loops.runAll();
        assertEquals(0, loop.alarms());
    }

    @Test
    void aStoreThatHasFailedIsToldNothing() {
        MessageQueue queue = queue();
        publish(queue, expiring("one", 1_001_000));
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.ON_DISPATCH, "c"), inbox);
        publish(queue, TestMessages.durable("q", "two"));
        store.fail("test");
        subscription.grantUpTo(1);
        loops.runAll();
        passTo(2_000_000);
        assertEquals(0, queue.status().expired());
    }

    /** While nothing expires there is nothing that anybody has to look at, however many queues there are. */
    @Test
    void queuesWithoutExpiringMessagesHaveNoAlarms() {
        List<MessageQueue> queues = new ArrayList<>();
        MemoryBudget memory = new MemoryBudget(1L << 40);
        QueueSettings settings = QueueSettings.durable("q", "test");
        QueueContext context = new QueueContext(broker.clock(), memory);
        long before = UsedHeap.bytes();
        for (int i = 0; i < MANY; i++) {
            queues.add(new MessageQueue(i + 1, settings, store, loop, context));
        }
        double each = (double) (UsedHeap.bytes() - before) / MANY;
        for (MessageQueue queue : queues) queue.enqueue(TestMessages.durable("q", ""), 0, 0, loop);
        loops.runAll();
        assertEquals(0, loop.alarms());
        long begun = System.nanoTime();
        for (int i = 0; i < 1000; i++) broker.tick(loop);
        long tickNanos = (System.nanoTime() - begun) / 1000;
        System.out.printf("%,d queues: %.0f bytes each, a tick takes %,d ns%n", MANY, each, tickNanos);
        assertEquals(
                MANY, queues.stream().mapToLong(queue -> queue.status().ready()).sum());
        Reference.reachabilityFence(queues);
    }

    /** A crowd that is due at once is ended in turns between which others have theirs. */
    @Test
    void aMillionThatAreDueAtOnceGoInShortTurns() {
        MessageQueue queue = queue();
        Message message = expiring("x", 1_001_000);
        int many = 1_000_000;
        for (int i = 0; i < many; i++) queue.enqueue(message, 0, 0, loop);
        loops.runAll();
        nowMillis = 1_001_000;
        broker.tick(loop);
        long longest = 0;
        long all = 0;
        int turns = 0;
        for (long begun = System.nanoTime(); tasks.runOne(); begun = System.nanoTime()) {
            long took = System.nanoTime() - begun;
            longest = Math.max(longest, took);
            all += took;
            turns++;
        }
        System.out.printf(
                "%,d messages expired in %d turns: %.0f ns each, the longest turn %.2f ms%n",
                many, turns, (double) all / many, longest / 1e6);
        assertEquals(many, queue.status().expired());
        assertEquals(0, queue.status().ready());
        assertTrue(turns > many / 300, turns + " turns");
    }

    @Test
    void manyQueuesThatAreDueAtOnceDoNotGoInOneTurn() {
        MemoryBudget memory = new MemoryBudget(1L << 40);
        QueueSettings settings = QueueSettings.durable("q", "test");
        List<MessageQueue> queues = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            MessageQueue queue =
                    new MessageQueue(i + 1, settings, store, loop, new QueueContext(broker.clock(), memory));
            queue.enqueue(expiring("x", 1_001_000), 0, 0, loop);
            queues.add(queue);
        }
        loops.runAll();
        assertEquals(1000, loop.alarms());
        nowMillis = 1_001_000;
        broker.tick(loop);
        assertTrue(loop.alarms() > 900);
        assertTrue(tasks.runAll() >= 50);
        assertEquals(
                1000,
                queues.stream().mapToLong(queue -> queue.status().expired()).sum());
    }
}
