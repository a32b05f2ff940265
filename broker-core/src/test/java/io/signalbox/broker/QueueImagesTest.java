package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.CaptureListener;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the core tells what its queues have, and when it does not yet. */
class QueueImagesTest {

    /** More than one part, whatever a part holds. */
    private static final int SEVERAL_PARTS = 1_000_000;

    private final LoggedStore store = new LoggedStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private final TestLoops.Queue otherTasks = loops.add();
    private Broker broker;
    private Loop loop;

    /** Keeps what comes. */
    static final class Inbox implements DeliveryListener {
        final List<Delivery> deliveries = new ArrayList<>();

        @Override
        public void onDelivery(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void onQueueDeleted() {}

        List<String> texts() {
            return deliveries.stream()
                    .map(delivery -> TestMessages.text(delivery.message()))
                    .toList();
        }
    }

    static final PublishListener NOBODY = new PublishListener() {
        @Override
        public void onOutcome(long token, PublishOutcome outcome) {}

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    };

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        loop = broker.loopOf(tasks);
    }

    private MessageQueue queue(QueueSettings settings) {
        var stage = broker.defaultVirtualHost().declareQueue(loop, settings);
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private MessageQueue queue(String name) {
        return queue(QueueSettings.durable(name, "test"));
    }

    private static Inbox consume(MessageQueue queue, Loop loop, int limit, List<Subscription> subscriptions) {
        Inbox inbox = new Inbox();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), inbox);
        subscription.grantUpTo(limit);
        subscriptions.add(subscription);
        return inbox;
    }

    /** What a queue has after a start with what is stored now. */
    private List<String> afterRestart(String name) throws Exception {
        LoggedStore next = LoggedStore.after(store, store.durableLsn());
        TestLoops later = new TestLoops();
        TestLoops.Queue laterTasks = later.add();
        Broker again = Broker.open(new BrokerSettings(next, later.all(), InstantSource.system(), (d, t) -> {}));
        MessageQueue queue = again.defaultVirtualHost().queue(name).orElseThrow();
        Inbox inbox = consume(queue, again.loopOf(laterTasks), Integer.MAX_VALUE, new ArrayList<>());
        later.runAll();
        assertEquals(again.recoveredMessages(), inbox.deliveries.size());
        assertTrue(inbox.deliveries.stream().allMatch(Delivery::isRedelivered));
        return inbox.texts();
    }

    private void publish(MessageQueue queue, Message message, Rider rider) {
        broker.defaultVirtualHost().openPublisher(loop, this, NOBODY).publish(queue, message, 0, rider);
    }

    private void publish(MessageQueue queue, String text) {
        publish(queue, TestMessages.durable("q", text), Rider.NONE);
    }

    @Test
    void whatIsBelowItsLsnIsInIt() throws Exception {
        MessageQueue queue = queue("q");
        publish(queue, "a");
        publish(queue, TestMessages.transientOne("q", "gone"), Rider.NONE);
        publish(queue, "b");
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        publish(queue, "c");
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(List.of(queue.id()), checkpoint.queueIds);
        assertEquals(List.of("a", "b", "c"), afterRestart("q"));
    }

    /**
     * Policies and sessions work on the queues of an earlier life on a thread of their own, and say what must not go: a checkpoint that is
     * due at once would have the queues take turns beside them.
     */
    @Test
    void nothingIsAskedOfQueuesBeforeTheBrokerBegins() throws Exception {
        MessageQueue before = queue("q");
        for (String text : List.of("a", "b", "c")) publish(before, text);
        loops.runAll();
        Inbox seen = consume(before, loop, 1, new ArrayList<>());
        loops.runAll();
        Set<Long> lsns = Set.of(seen.deliveries.get(0).lsn());
        LoggedStore next = LoggedStore.after(store, store.durableLsn());
        TestLoops later = new TestLoops();
        later.add();
        Broker again = Broker.recover(new BrokerSettings(next, later.all(), InstantSource.system(), (d, t) -> {}));
        LoggedStore.Checkpoint checkpoint = next.checkpoint();
        QueueLimits one = new QueueLimits(1, QueueLimits.NONE, QueueLimits.NONE, QueueLimits.Overflow.DROP_HEAD);
        again.govern(List.of(new QueuePolicy("p", "q", QueuePolicy.Scope.ALL, one)));
        later.runAll();
        MessageQueue queue = again.defaultVirtualHost().queue("q").orElseThrow();
        assertEquals(lsns, queue.recovery().reserve(lsns, "mine"));
        assertFalse(checkpoint.ended);
        again.begin();
        later.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(2, queue.status().ready(), "the one that is reserved, and the newest");
        LoggedStore.Checkpoint second = next.checkpoint();
        later.runAll();
        assertTrue(second.ended);
    }

    @Test
    void queuesWithNothingTellNothing() {
        queue("empty");
        MessageQueue gone = queue(QueueSettings.transientQueue("gone", "test"));
        publish(gone, "x");
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(List.of(), checkpoint.queueIds);
    }

    @Test
    void everyLoopHasItsTurnFirst() {
        publish(queue("q"), "a");
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        tasks.runAll();
        assertEquals(List.of(), checkpoint.images, "the turn of the other loop may not be over");
        otherTasks.runAll();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(1, checkpoint.images.size());
    }

    @Test
    void whatItsQueueGetsAfterTheForceIsWaitedFor() throws Exception {
        MessageQueue queue = queue("q");
        store.fallSilent();
        publish(queue, TestMessages.durable("q", "deferred"), new Rider(List.of(), Rider.Release.AFTER_FORCE));
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertEquals(0, queue.status().ready());
        assertFalse(checkpoint.ended, "a message below its LSN is not with its queue");
        store.speak();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(List.of(queue.id()), checkpoint.queueIds);
        assertEquals(List.of("deferred"), afterRestart("q"));
    }

    /** The force may need the room that the checkpoint makes. */
    @Test
    void whatWaitsForALaterForceIsNotWaitedFor() throws Exception {
        MessageQueue queue = queue("q");
        publish(queue, "durable");
        store.memory.hold();
        publish(queue, TestMessages.durable("q", "later"), new Rider(List.of(), Rider.Release.AFTER_FORCE));
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(List.of(queue.id()), checkpoint.queueIds);
        store.memory.release();
        loops.runAll();
        assertEquals(List.of("durable", "later"), afterRestart("q"));
    }

    @Test
    void whatHasEndedIsLeftOutWhenItsSettlementIsInTheLog() throws Exception {
        MessageQueue queue = queue("q");
        publish(queue, "settled");
        publish(queue, "waits");
        List<Subscription> subscriptions = new ArrayList<>();
        Inbox inbox = consume(queue, loop, 1, subscriptions);
        loops.runAll();
        store.fill();
        subscriptions.get(0).settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        loops.runAll();
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertFalse(checkpoint.ended);
        assertEquals(List.of(), checkpoint.images, "nor is anything else told");
        assertEquals(List.of("settled", "waits"), afterRestart("q"), "a crash now");
        store.makeSpace();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(List.of("waits"), afterRestart("q"));
    }

    @Test
    void aQueueThatWaitsForSpaceWhileItIsAskedHoldsTheOthersUpUntilThen() {
        List<Subscription> subscriptions = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) publish(queue(name), name);
        MessageQueue stalled = broker.defaultVirtualHost().queue("b").orElseThrow();
        Inbox inbox = consume(stalled, loop, 1, subscriptions);
        loops.runAll();
        store.fill();
        subscriptions.get(0).settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        loops.runAll();
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertFalse(checkpoint.ended);
        store.makeSpace();
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(2, checkpoint.images.size());
    }

    @Test
    void aQueueThatIsAskedInTheTurnOfASettlementTellsWhenThatIsInTheLog() {
        MessageQueue queue = queue("q");
        publish(queue, "settled");
        publish(queue, "waits");
        List<Subscription> subscriptions = new ArrayList<>();
        Inbox inbox = consume(queue, loop, 1, subscriptions);
        loops.runAll();
        store.fill();
        List<byte[]> told = new ArrayList<>();
        queue.whenSpace(
                () -> { // both wait in the mailbox while this command is applied
                    subscriptions.get(0).settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
                    queue.capture(store.durableLsn(), new CaptureListener() {
                        @Override
                        public void captured(byte[] part, Optional<Runnable> next) {
                            told.add(part);
                        }

                        @Override
                        public void failed(RuntimeException cause) {
                            throw new AssertionError(cause);
                        }
                    });
                });
        loops.runAll();
        assertTrue(queue.waitsForSpace());
        assertEquals(List.of(), told);
        store.makeSpace();
        loops.runAll();
        assertEquals(1, told.size());
    }

    private MessageQueue filled(String name, int entries) {
        MessageQueue queue = queue(name);
        Message message = TestMessages.durable("q", "x");
        for (int i = 1; i <= entries; i++) queue.enqueue(message, i * 1120L, 0, loop);
        loops.runAll();
        return queue;
    }

    @Test
    void aLargeQueueIsToldInPartsAndNoMoreThanTheStoreTakes() {
        filled("q", 5 * SEVERAL_PARTS);
        LoggedStore.Checkpoint checkpoint = store.checkpoint(Long.MAX_VALUE);
        loops.runAll();
        assertFalse(checkpoint.ended);
        int told = checkpoint.images.size();
        long bytes = checkpoint.images.stream().mapToLong(image -> image.length).sum();
        assertTrue(told > 4 && bytes < 5 << 20, told + " parts of " + bytes + " bytes");
        loops.runAll();
        assertEquals(told, checkpoint.images.size(), "nothing was taken");
        while (!checkpoint.untaken.isEmpty()) {
            checkpoint.take();
            loops.runAll();
        }
        assertTrue(checkpoint.ended);
        assertTrue(checkpoint.images.size() > told);
    }

    @Test
    void aQueueThatIsRemovedMeanwhileTellsNoMoreAndTheOthersDo() {
        MessageQueue large = filled("large", SEVERAL_PARTS);
        MessageQueue small = filled("small", 1);
        LoggedStore.Checkpoint checkpoint = store.checkpoint(Long.MAX_VALUE);
        while (!checkpoint.queueIds.contains(large.id())) assertTrue(tasks.runOne() | otherTasks.runOne());
        long toldBefore =
                checkpoint.queueIds.stream().filter(id -> id == large.id()).count();
        assertEquals(1, toldBefore, "a part of it in a turn");
        broker.defaultVirtualHost().deleteQueue(loop, "large");
        loops.runAll();
        assertTrue(checkpoint.ended);
        assertEquals(
                1, checkpoint.queueIds.stream().filter(id -> id == large.id()).count());
        assertTrue(checkpoint.queueIds.contains(small.id()));
    }

    @Test
    void aQueueWhoseSettlementsAreLostFailsTheCheckpoint() {
        MessageQueue queue = queue("q");
        publish(queue, "a");
        publish(queue, "b");
        List<Subscription> subscriptions = new ArrayList<>();
        Inbox inbox = consume(queue, loop, 1, subscriptions);
        loops.runAll();
        store.breakSettlements();
        subscriptions.get(0).settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        loops.runAll();
        LoggedStore.Checkpoint checkpoint = store.checkpoint();
        loops.runAll();
        assertFalse(checkpoint.ended);
        assertTrue(checkpoint.failure.isPresent());
    }
}
