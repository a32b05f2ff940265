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
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.DiskLimits;
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
import java.util.OptionalLong;
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
    private static final int MIB = 1 << 20;
    private static final StoreSettings SETTINGS =
            StoreSettings.ofSegments(1 << 20).limitedTo(SimulatedStore.TO_THE_END);
    private static final long DISK_BYTES = 9 * (1 << 19);
    private static final int BODY_BYTES = 8192;
    private static final long STEP_NANOS = 60_000_000;

    private final List<Life> lives = new ArrayList<>();
    private Life life;

    @BeforeEach
    void begin() throws Exception {
        begin(SETTINGS, DISK_BYTES);
    }

    private void begin(StoreSettings settings, long diskBytes) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.limitTo(diskBytes);
        life = new Life(disk, settings);
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

        Life(SimulatedDisk disk, StoreSettings settings) throws Exception {
            this.disk = disk;
            engine = new SimulatedStore(disk, Variation.NONE, () -> nanos, settings).engine();
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
        return new Life(life.disk.crash(new Random(lives.size())), SETTINGS);
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

    /** Settles everything, each with a force of its own, until the log takes none; the answer is what there was to settle. */
    private int settleUntilNothingIsLeft() {
        life.subscribe("a");
        life.subscribe("b");
        for (int i = 0; i < 200; i++) life.turn();
        List<Held> all = List.copyOf(life.deliveries);
        assertEquals(life.stored.size(), all.size());
        for (int i = 0; i < all.size(); i++) {
            all.get(i).subscription.settle(all.get(i).delivery, Outcome.ACCEPTED, i);
            life.turnWithoutHousekeeper();
        }
        assertTrue(life.confirmedSettlements.size() < all.size(), "all settlements found room: too little is filled");
        return all.size();
    }

    private void assertPublishingGoesOn() {
        assertFalse(life.engine.shortage().isPresent(), life.engine.shortage().toString());
        life.publish("a", 1_000_001);
        for (int i = 0; i < 5; i++) life.turn();
        assertTrue(life.stored.contains(1_000_001L));
    }

    @Test
    void settlementsThatUseUpTheLastRoomDoNotKeepTheCheckpointThatMakesRoomFromComing() throws Exception {
        fill();
        int all = settleUntilNothingIsLeft();
        int before = life.confirmedSettlements.size();
        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(all, life.confirmedSettlements.size(), "confirmed after " + before);
        assertPublishingGoesOn();

        life = crash();
        assertEquals(1, life.broker.recoveredMessages(), "what was confirmed as settled does not return");
    }

    @Test
    void aCrashWhenNothingIsLeftLosesNothingAndTheNextLifeComesFree() throws Exception {
        fill();
        int all = settleUntilNothingIsLeft();
        int unconfirmed = all - life.confirmedSettlements.size();
        life = crash();
        assertEquals(unconfirmed, life.broker.recoveredMessages());
        life.subscribe("a");
        life.subscribe("b");
        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(unconfirmed, life.deliveries.size());
        for (int i = 0; i < unconfirmed; i++) {
            life.deliveries.get(i).subscription.settle(life.deliveries.get(i).delivery, Outcome.ACCEPTED, i);
        }
        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(unconfirmed, life.confirmedSettlements.size());
        assertPublishingGoesOn();
    }

    /** Clients come and go on a full disk, too, and what they change frees nothing. */
    @Test
    void changesOfTablesGoOnForEverWhenOthersFillTheDiskAfterTheLowMark() throws Exception {
        begin(
                StoreSettings.ofSegments(1 << 20)
                        .limitedTo(new DiskLimits(OptionalLong.of(3 << 20), OptionalLong.empty())),
                16 << 20);
        // Messages fill the segment in use, and none is free or worth to be cleaned.
        for (long number = 1; life.engine.durableLsn() % MIB < MIB / 4 || number < 500; number++) {
            life.publish("a", number);
            life.turn();
        }
        life.disk.limitTo(life.disk.occupiedBytes() + (5 << 19));
        life.turn();
        assertTrue(life.engine.shortage().isPresent(), "half a MiB less than has to be is free");
        life.disk.limitTo(life.disk.occupiedBytes());
        for (int i = 0; i < 10_000; i++) {
            WriteBatch change = new WriteBatch();
            change.put(life.engine.table("sessions"), new byte[] {(byte) i}, new byte[] {1});
            long lsn = life.engine.append(change);
            assertTrue(lsn > 0, i + " changes found room");
            life.turn();
            assertTrue(life.engine.durableLsn() > lsn, i + " changes are durable");
        }
        assertTrue(life.engine.shortage().isPresent(), "others have the rest of the disk");
        life.disk.limitTo(16 << 20);
        for (int i = 0; i < 20; i++) life.turn();
        assertPublishingGoesOn();
    }
}
