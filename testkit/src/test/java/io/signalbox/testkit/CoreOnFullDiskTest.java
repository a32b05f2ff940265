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
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A whole core over a log engine on a simulated disk that fills to the end: publishers first, then settlements, which use up what
 * is kept for them before the housekeeper has had its turn. It comes free by itself. Everything runs on the test's thread, when the
 * test says so.
 */
class CoreOnFullDiskTest {
    private static final StoreSettings SETTINGS =
            StoreSettings.ofSegments(1 << 20).limitedTo(SimulatedStore.TO_THE_END);
    private static final long DISK_BYTES = 9 * (1 << 19);
    private static final int BODY_BYTES = 8192;
    private static final long STEP_NANOS = 60_000_000;

    private final List<Life> lives = new ArrayList<>();
    private Life life;

    @BeforeEach
    void begin() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.limitTo(DISK_BYTES);
        life = new Life(disk);
        life.declare("a");
        life.declare("b");
    }

    /** One process with one event loop. */
    private static final class Life implements PublishListener {
        final SimulatedDisk disk;
        final LogEngine engine;
        final Broker broker;
        final Deque<Runnable> tasks = new ArrayDeque<>();
        final Loop loop;
        final Publisher publisher;
        final List<Held> deliveries = new ArrayList<>();
        final Set<Long> stored = new HashSet<>();
        final Set<Long> confirmedSettlements = new TreeSet<>();
        long refused;
        private long nanos;

        Life(SimulatedDisk disk) throws Exception {
            this.disk = disk;
            engine = new SimulatedStore(disk, Variation.NONE, () -> nanos, SETTINGS).engine();
            Executor executor = tasks::add;
            broker = Broker.open(
                    new BrokerSettings(engine, List.of(executor), InstantSource.system(), (done, total) -> {}));
            loop = broker.loopOf(executor);
            publisher = broker.defaultVirtualHost().openPublisher(loop, this, this);
        }

        void runTasks() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
        }

        /** The log thread and the loop, while the housekeeper does not get its turn. */
        void turnWithoutHousekeeper() {
            runTasks();
            nanos += STEP_NANOS;
            engine.logStep();
            engine.logStep();
            runTasks();
        }

        void turn() {
            turnWithoutHousekeeper();
            for (int i = 0; i < 20; i++) {
                engine.housekeepingStep();
                runTasks();
            }
            while (engine.readStep() == 0) runTasks();
            runTasks();
        }

        MessageQueue declare(String name) {
            var stage = broker.defaultVirtualHost().declareQueue(loop, QueueSettings.durable(name, "test"));
            turn();
            return stage.toCompletableFuture().join();
        }

        MessageQueue queue(String name) {
            return broker.defaultVirtualHost().queue(name).orElseThrow();
        }

        void publish(String queue, long number) {
            Envelope envelope = Envelope.of(queue, true, 1);
            byte[] body = new byte[BODY_BYTES];
            body[0] = (byte) number;
            publisher.publish(queue(queue), new Message(envelope, SimulatedFormat.BYTES, Body.Inline.of(body)), number);
        }

        void subscribe(String queue) {
            SubscriptionSettings wanted =
                    new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, queue);
            Consumer consumer = new Consumer(this);
            consumer.subscription = queue(queue).subscribe(wanted, consumer);
            consumer.subscription.grantUpTo(1_000_000);
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            if (outcome instanceof PublishOutcome.Refused) refused++;
            else if (outcome instanceof PublishOutcome.Stored) stored.add(token);
            else throw new AssertionError(token + " is " + outcome);
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    }

    private record Held(Subscription subscription, Delivery delivery) {}

    private static final class Consumer implements DeliveryListener {
        private final Life life;
        private @Nullable Subscription subscription;

        Consumer(Life life) {
            this.life = life;
        }

        @Override
        public void onDelivery(Delivery delivery) {
            life.deliveries.add(new Held(Objects.requireNonNull(subscription), delivery));
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onDrained() {}

        @Override
        public void onSettled(long token) {
            life.confirmedSettlements.add(token);
        }

        @Override
        public void onQueueDeleted() {}
    }

    private Life crash() throws Exception {
        lives.add(life);
        return new Life(life.disk.crash(new Random(lives.size())));
    }

    /** Fills the disk through both queues, until every message is refused. */
    private void fill() {
        for (long number = 1; life.refused < 50; number++) {
            life.publish(number % 2 == 0 ? "a" : "b", number);
            life.turn();
        }
        assertTrue(life.stored.size() > 200, life.stored.size() + " messages were taken");
        assertEquals(0, life.broker.counters().droppedParked.sum());
    }

    @Test
    void settlementsThatUseUpTheLastRoomDoNotKeepTheCheckpointThatMakesRoomFromComing() throws Exception {
        fill();
        life.subscribe("a");
        life.subscribe("b");
        for (int i = 0; i < 200; i++) life.turn();
        List<Held> all = List.copyOf(life.deliveries);
        assertEquals(life.stored.size(), all.size());
        // Each with a force of its own, so that they fill what is left of the log.
        for (int i = 0; i < all.size(); i++) {
            all.get(i).subscription.settle(all.get(i).delivery, Outcome.ACCEPTED, i);
            life.turnWithoutHousekeeper();
        }
        int before = life.confirmedSettlements.size();
        assertTrue(before < all.size(), "all settlements found room: the test fills too little");

        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(all.size(), life.confirmedSettlements.size(), "confirmed after " + before);
        assertFalse(life.engine.shortage().isPresent(), life.engine.shortage().toString());
        life.publish("a", 1_000_001);
        for (int i = 0; i < 5; i++) life.turn();
        assertTrue(life.stored.contains(1_000_001L));

        Life next = crash();
        assertEquals(1, next.broker.recoveredMessages(), "what was confirmed as settled does not return");
    }
}
