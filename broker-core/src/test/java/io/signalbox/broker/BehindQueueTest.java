package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.store.MemoryStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is published on one loop to a queue whose only consumer is on another, which is late. */
class BehindQueueTest {

    private static final int BEHIND = 4097;

    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue here = loops.add();
    private final TestLoops.Queue there = loops.add();
    private Broker broker;
    private int answered;
    private int unblocked;

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(
                new BrokerSettings(new MemoryStore(), loops.all(), InstantSource.system(), (done, total) -> {}));
    }

    private MessageQueue consumedThere(String name) {
        var declared = broker.defaultVirtualHost()
                .declareQueue(broker.loopOf(here), QueueSettings.transientQueue(name, "test"));
        loops.runAll();
        MessageQueue queue = declared.toCompletableFuture().join();
        queue.subscribe(
                new SubscriptionSettings(broker.loopOf(there), SubscriptionSettings.Settlement.BY_CONSUMER, "c"),
                new Indifferent());
        return queue;
    }

    private Publisher publisher() {
        return broker.defaultVirtualHost().openPublisher(broker.loopOf(here), new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                assertEquals(PublishOutcome.STORED, outcome);
                answered++;
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {
                unblocked++;
            }
        });
    }

    private static Message message() {
        return TestMessages.transientOne("q", "m");
    }

    private static int publishUntilHeldUp(Publisher publisher, MessageQueue queue, Message message) {
        int taken = 0;
        while (publisher.publish(queue, message, 0) == Admission.TAKEN) assertTrue(taken++ < 10_000);
        return taken;
    }

    @Test
    void aPublisherHoldsOnWhileAQueueIsBehindAndNothingIsLost() {
        MessageQueue queue = consumedThere("q");
        assertEquals(BEHIND, publishUntilHeldUp(publisher(), queue, message()));
        assertEquals(BEHIND, answered);
        here.runAll();
        assertEquals(0, unblocked);
        loops.runAll();
        assertEquals(1, unblocked);
        assertEquals(BEHIND + 1, answered);
        assertEquals(BEHIND + 1, queue.status().ready());
        assertFalse(queue.isBehind());
    }

    /** A publisher that waits is counted in the mailbox too; so many must not hold on for each other. */
    @Test
    void publishersThatWaitDoNotHoldEachOtherUp() {
        int many = 2 * BEHIND;
        MessageQueue queue = consumedThere("q");
        Publisher first = publisher();
        assertEquals(BEHIND, publishUntilHeldUp(first, queue, message()));
        for (int i = 1; i < many; i++)
            assertEquals(Admission.PARKED, publisher().publish(queue, message(), 0));
        int turns = 0;
        while (there.runOne() | here.runAll() > 0) assertTrue(turns++ < 1000, () -> "answered: " + answered);
        assertEquals(BEHIND + many, answered);
        assertEquals(BEHIND + many, queue.status().ready());
        assertFalse(queue.isBehind());
    }

    /** What waits in many mailboxes is in memory as much as what is in the queues. */
    @Test
    void theBudgetKnowsWhatIsLeftToAnotherLoopAndPublishersHoldOnSoonerWhenItIsShort() throws Exception {
        MemoryBudget memory = new MemoryBudget(8 << 20);
        broker = Broker.open(
                new BrokerSettings(new MemoryStore(), loops.all(), InstantSource.system(), (done, total) -> {})
                        .within(memory));
        MessageQueue queue = consumedThere("q");
        MessageQueue another = consumedThere("another");
        long before = memory.heldBytes();
        Publisher publisher = publisher();
        int taken = publishUntilHeldUp(publisher, another, TestMessages.transientOne("q", "x".repeat(10_000)));
        assertTrue(taken > 257 && taken < 4 * 257, () -> "held: " + memory.heldBytes());
        assertTrue(memory.heldBytes() - before > taken * 10_000L);
        for (int i = 0; i <= 256; i++) assertEquals(Admission.TAKEN, publisher().publish(queue, message(), 0));
        assertEquals(Admission.PARKED, publisher().publish(queue, message(), 0));
        loops.runAll();
        assertEquals(taken + 1 + 258, answered);
        queue.delete(0);
        another.delete(0);
        loops.runAll();
        assertEquals(before, memory.heldBytes());
    }

    @Test
    void whatManyQueuesHaveForALoopIsNotOneTask() {
        int queues = 40;
        List<MessageQueue> all = new ArrayList<>();
        for (int i = 0; i < queues; i++) all.add(consumedThere("q" + i));
        Publisher publisher = publisher();
        for (MessageQueue queue : all) {
            for (int i = 0; i < 250; i++) publisher.publish(queue, message(), 0);
        }
        long applied = 0;
        while (there.runOne()) {
            long now = all.stream().mapToLong(queue -> queue.status().ready()).sum();
            assertTrue(now - applied <= 1024 + 256, () -> now + " at once");
            applied = now;
        }
        assertEquals(250L * queues, applied);
    }

    private static final class Indifferent implements DeliveryListener {
        @Override
        public void onDelivery(Delivery delivery) {}

        @Override
        public void onQueueDeleted() {}
    }
}
