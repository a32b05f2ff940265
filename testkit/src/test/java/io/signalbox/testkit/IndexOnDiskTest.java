package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A whole core over a log engine on a simulated disk, whose indexes may have nothing of the heap: what is cold of them is in pages.
 * Everything runs on the test's thread, when the test says so.
 */
class IndexOnDiskTest {
    private static final String PAGES = "pages.tmp";
    private static final int CHUNK = 4096;

    /** One that is in use, two near it, one that is being filled, and the rest. */
    private static final int MESSAGES = 10 * CHUNK;

    private static final int LEAST_ON_DISK = 5 * CHUNK;
    private static final int WINDOW_BYTES = 4096;
    private static final long STEP_NANOS = 60_000_000;
    private static final StoreSettings SETTINGS =
            StoreSettings.ofSegments(4 << 20).limitedTo(SimulatedStore.TO_THE_END);

    private Life life;

    @BeforeEach
    void begin() throws Exception {
        life = new Life(new SimulatedDisk());
        life.declare("a");
    }

    /** One process with one event loop. */
    private static final class Life implements PublishListener {
        final SimulatedDisk disk;
        final LogEngine engine;
        final Broker broker;
        final Deque<Runnable> tasks = new ArrayDeque<>();
        final Loop loop;
        final Publisher publisher;
        long stored;
        private long nanos;

        Life(SimulatedDisk disk) throws Exception {
            this(disk, SETTINGS);
        }

        Life(SimulatedDisk disk, StoreSettings settings) throws Exception {
            this.disk = disk;
            engine = new SimulatedStore(disk, Variation.NONE, () -> nanos, settings).engine();
            Executor executor = tasks::add;
            broker = Broker.open(
                    new BrokerSettings(engine, List.of(executor), InstantSource.system(), (done, total) -> {})
                            .within(new MemoryBudget(1 << 30, 0)));
            loop = broker.loopOf(executor);
            publisher = broker.defaultVirtualHost().openPublisher(loop, this, this);
        }

        void runTasks() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
        }

        void turn() {
            runTasks();
            nanos += STEP_NANOS;
            for (int i = 0; i < 3; i++) engine.logStep();
            runTasks();
            for (int i = 0; i < 20; i++) {
                engine.housekeepingStep();
                runTasks();
                while (engine.readStep() == 0) runTasks();
            }
            runTasks();
        }

        /** So long that several checkpoints are taken. */
        void rest() {
            for (int i = 0; i < 60; i++) turn();
        }

        MessageQueue declare(String name) {
            var stage = broker.defaultVirtualHost().declareQueue(loop, settings(name));
            turn();
            return stage.toCompletableFuture().join();
        }

        private static QueueSettings settings(String name) {
            return new QueueSettings(name, true, QueueSettings.Purpose.SHARED, WINDOW_BYTES, "test");
        }

        MessageQueue queue(String name) {
            return broker.defaultVirtualHost().queue(name).orElseThrow();
        }

        void publish(String queue, int count) {
            for (int i = 0; i < count; i++) {
                byte[] body = ByteBuffer.allocate(8).putLong(stored + i).array();
                Message message = new Message(Envelope.of(queue, true, 1), SimulatedFormat.BYTES, Body.Inline.of(body));
                publisher.publish(queue(queue), message, i);
                if (i % 500 == 499) turn();
            }
            stored += count;
            rest();
        }

        /** Settles what it gets, up to a number. */
        Reader read(String queue, long limit, SubscriptionSettings.Mode mode) {
            Reader reader = new Reader();
            SubscriptionSettings wanted = new SubscriptionSettings(
                    loop, SubscriptionSettings.Settlement.BY_CONSUMER, "test", Optional.empty(), mode);
            reader.subscription = queue(queue).subscribe(wanted, reader);
            reader.subscription.grantUpTo(limit);
            for (int idle = 0; idle < 5 && engine.failure().isEmpty(); idle++) {
                int before = reader.numbers.size();
                turn();
                if (reader.numbers.size() > before) idle = -1;
            }
            reader.subscription.close();
            turn();
            return reader;
        }

        long onDisk() {
            return broker.memory().entriesOnDisk();
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            if (!(outcome instanceof PublishOutcome.Stored)) throw new AssertionError(token + " is " + outcome);
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    }

    private static final class Reader implements DeliveryListener {
        final List<Long> numbers = new ArrayList<>();
        Subscription subscription;

        @Override
        public void onDelivery(Delivery delivery) {
            byte[] body = delivery.message().content().compact().bytes();
            numbers.add(ByteBuffer.wrap(body).getLong());
            subscription.settle(delivery, Outcome.ACCEPTED);
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onDrained() {}

        @Override
        public void onSettled(long token) {}

        @Override
        public void onQueueDeleted() {}
    }

    private static List<Long> numbers(long from, long to) {
        List<Long> numbers = new ArrayList<>();
        for (long number = from; number < to; number++) numbers.add(number);
        return numbers;
    }

    private List<Long> consumed(long limit) {
        return life.read("a", limit, SubscriptionSettings.Mode.CONSUME).numbers;
    }

    @Test
    void whatIsOnDiskIsSeenAndConsumedInItsOrderAndItsRoomIsGivenBack() {
        life.publish("a", MESSAGES);
        assertTrue(life.onDisk() >= LEAST_ON_DISK, life.onDisk() + " entries are on disk");
        long occupied = life.engine.status().diskBytes();
        assertTrue(life.disk.sizeOf(PAGES) > 0);
        long more = occupied - life.disk.occupiedBytes();
        assertTrue(more >= 0 && more < 512, "the file counts, in blocks: " + more);
        assertEquals(numbers(0, MESSAGES), life.read("a", Long.MAX_VALUE, SubscriptionSettings.Mode.BROWSE).numbers);
        assertEquals(numbers(0, MESSAGES), consumed(Long.MAX_VALUE));
        assertEquals(0, life.onDisk());
        assertEquals(0, life.disk.sizeOf(PAGES), "nothing needs the file");
    }

    @Test
    void aCrashTakesThePagesAndNothingElse() throws Exception {
        life.publish("a", MESSAGES);
        assertEquals(numbers(0, 5000), consumed(5000));
        life.rest();
        assertTrue(life.onDisk() > 0);
        life = new Life(life.disk.crash(new Random(1)));
        assertTrue(life.onDisk() >= LEAST_ON_DISK, "a start leaves in pages what it need not have: " + life.onDisk());
        assertEquals(MESSAGES - 5000, life.broker.recoveredMessages());
        life.rest(); // checkpoints with images that come from pages
        life = new Life(life.disk.crash(new Random(2)));
        assertEquals(numbers(5000, MESSAGES), consumed(Long.MAX_VALUE));
    }

    @Test
    void aCleanEndLeavesNoPages() throws Exception {
        life.publish("a", MESSAGES);
        assertTrue(life.onDisk() > 0);
        life.engine.close();
        assertFalse(life.disk.list().contains(PAGES));
    }

    @Test
    void aQueueThatEndsGivesItsPagesBackAndItsMessagesToo() throws Exception {
        life.declare("b");
        life.publish("a", MESSAGES);
        assertTrue(life.onDisk() > 0);
        life.broker.defaultVirtualHost().deleteQueue(life.loop, "a");
        life.rest();
        assertEquals(0, life.onDisk());
        assertEquals(0, life.disk.sizeOf(PAGES));
        assertEquals(0, life.engine.status().livingBytes(), "everything in the log was counted as dead");
        assertTrue(life.engine.failure().isEmpty());
    }

    @Test
    void aPageThatIsNotWhatWasWrittenEndsTheStoreAndLosesNothing() throws Exception {
        life.publish("a", MESSAGES);
        long size = life.disk.sizeOf(PAGES);
        for (long at = 20; at < size; at += 512) life.disk.flipBit(PAGES, at, 3);
        List<Long> got = consumed(Long.MAX_VALUE);
        assertEquals(numbers(0, got.size()), got);
        assertTrue(got.size() < MESSAGES, "what is not known is not delivered");
        String why = life.engine.failure().orElseThrow().getMessage();
        assertTrue(why.contains("Nothing is lost") && why.contains(PAGES), why);
        life = new Life(life.disk.crash(new Random(3)));
        TreeSet<Long> all = new TreeSet<>(got);
        all.addAll(consumed(Long.MAX_VALUE));
        assertEquals(new TreeSet<>(numbers(0, MESSAGES)), all);
    }

    @Test
    void aDiskThatFailsEndsTheStore() {
        life.disk.failBy(operation -> {
            if (operation.endsWith(PAGES)) throw new IOException("input/output error (simulated)");
        });
        for (int i = 0; i < 20 && life.engine.failure().isEmpty(); i++) life.publish("a", CHUNK);
        assertTrue(life.engine.failure().orElseThrow().getMessage().contains(PAGES));
    }

    /** What refuses publishers refuses pages, too: at a start, and when an image has been told. */
    @Test
    void beyondTheLimitsOfTheDiskTheIndexStaysInMemory() throws Exception {
        life.publish("a", MESSAGES);
        DiskLimits reached = new DiskLimits(OptionalLong.of(0), OptionalLong.of(1));
        life = new Life(life.disk.crash(new Random(4)), SETTINGS.limitedTo(reached));
        assertEquals(0, life.onDisk());
        life.rest();
        assertTrue(life.engine.shortage().isPresent());
        assertEquals(numbers(0, CHUNK), consumed(CHUNK));
        life.rest();
        assertEquals(0, life.onDisk());
        assertFalse(life.disk.list().contains(PAGES));
        assertEquals(numbers(CHUNK, MESSAGES), consumed(Long.MAX_VALUE));
    }

    /** What was taken waits in memory until there is room again, and nobody misses anything. */
    @Test
    void withoutRoomTheIndexStaysInMemory() {
        boolean[] full = {true};
        int[] tried = {0};
        life.disk.failBy(operation -> {
            if (!full[0] || !operation.equals("create " + PAGES)) return;
            tried[0]++;
            throw new DiskFullException("No space left on device (simulated)");
        });
        life.publish("a", MESSAGES);
        assertTrue(tried[0] > 0);
        assertFalse(life.disk.list().contains(PAGES));
        assertEquals(numbers(0, 3 * CHUNK), consumed(3 * CHUNK), "from what waits in memory");
        assertTrue(life.engine.failure().isEmpty());
        full[0] = false;
        life.rest();
        life.rest();
        assertTrue(life.disk.sizeOf(PAGES) > 0, "it is written when there is room");
        assertEquals(numbers(3 * CHUNK, MESSAGES), consumed(Long.MAX_VALUE));
    }
}
