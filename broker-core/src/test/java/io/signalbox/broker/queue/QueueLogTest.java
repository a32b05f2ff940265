package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Admission;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.RelayStore;
import io.signalbox.broker.TestLoops;
import io.signalbox.broker.TestMessages;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a queue tells the log, and what it does when the log says no. */
class QueueLogTest {

    private static final int MOST_SETTLEMENTS = 5_000;
    private static final int MOST_TARGETS = 20;

    /** Takes records of a limited size, as every log does. */
    private static final class SmallRecords extends RelayStore {
        boolean full;
        boolean broken;
        boolean settlementsWait;

        /** Done while a record with settlements is being appended. */
        Runnable onAppend = () -> {};

        /** Such records that are being appended, each within the one before. */
        int depth;

        final List<Long> settledQueues = new ArrayList<>();

        @Override
        public boolean settlementsWait() {
            return settlementsWait;
        }

        @Override
        public long append(WriteBatch batch) {
            if (batch.settlements() > MOST_SETTLEMENTS) {
                throw new IllegalArgumentException(batch.settlements() + " settlements are more than a record takes");
            }
            if (batch.targets() > MOST_TARGETS) {
                throw new IllegalArgumentException(batch.targets() + " targets are more than a record takes");
            }
            if (batch.settlements() > 0) {
                depth++;
                onAppend.run();
                depth--;
            }
            if (broken && batch.settlements() > 0) throw new IllegalStateException("broken");
            if (full && batch.settlements() > 0) return MessageStore.FULL;
            for (int i = 0; i < batch.settlements(); i++) {
                settledQueues.add(batch.settledQueueId(i));
                assertEquals(batch.settledQueueId(0), batch.settledQueueId(i), "two queues in one record");
            }
            return super.append(batch);
        }

        @Override
        public void whenSpace(Runnable waiter) {
            if (full || settlementsWait) waiters.add(waiter);
            else super.whenSpace(waiter);
        }

        final List<Runnable> waiters = new ArrayList<>();

        void makeSpace() {
            full = false;
            wakeWaiters();
        }

        /** As a log does every now and then. */
        void wakeWaiters() {
            List<Runnable> woken = List.copyOf(waiters);
            waiters.clear();
            woken.forEach(Runnable::run);
        }
    }

    private static final class Inbox implements DeliveryListener {
        final List<Delivery> deliveries = new ArrayList<>();
        final List<Long> settled = new ArrayList<>();

        @Override
        public void onDelivery(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void onSettled(long token) {
            settled.add(token);
        }

        @Override
        public void onQueueDeleted() {}
    }

    private final SmallRecords store = new SmallRecords();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private long nowMillis;
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

    private Subscription subscribe(MessageQueue queue, Inbox inbox) {
        return queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "test"), inbox);
    }

    private void put(MessageQueue queue, io.signalbox.broker.message.Message message, int flags) {
        WriteBatch batch = new WriteBatch().message(message).enqueueTo(queue.id(), flags);
        store.append(batch);
        queue.enqueue(message, batch.enqueueLsn(), flags, loop);
    }

    @Test
    void manyThatExpireAtOnceAreEndedInTurnsAndInRecordsTheLogTakes() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        int many = MOST_SETTLEMENTS * 3;
        for (int i = 0; i < many; i++) put(queue, TestMessages.expiring("q", 100), 0);
        nowMillis = 100;
        subscribe(queue, new Inbox()).grantUpTo(1);
        assertTrue(queue.status().expired() < many, "the caller is not held captive");
        loops.runAll();
        assertEquals(many, queue.status().expired());
        assertEquals(0, store.memory.storedMessages());
    }

    @Test
    void aTransientQueueOfAnySizeCanBeRemoved() {
        MessageQueue queue = queue(new QueueSettings("t", false, QueueSettings.Purpose.SHARED, 0, "test"));
        for (int i = 0; i < MOST_SETTLEMENTS * 3; i++) put(queue, TestMessages.transientOne("t", "x"), 1);
        broker.defaultVirtualHost().deleteQueue(loop, "t");
        loops.runAll();
        assertEquals(0, store.memory.storedMessages());
    }

    @Test
    void settlementsThatFindTheLogFullWaitAndLoseNothing() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        for (int i = 0; i < 10; i++) put(queue, TestMessages.durable("q", "x"), 0);
        Inbox inbox = new Inbox();
        Subscription subscription = subscribe(queue, inbox);
        subscription.grantUpTo(5);
        loops.runAll();
        store.full = true;
        for (int i = 0; i < 5; i++) subscription.settle(inbox.deliveries.get(i), Outcome.ACCEPTED, i);
        subscription.grantUpTo(10);
        loops.runAll();
        assertEquals(5, inbox.deliveries.size());
        assertEquals(List.of(), inbox.settled);
        store.makeSpace();
        loops.runAll();
        assertEquals(10, inbox.deliveries.size());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), inbox.settled);
        assertEquals(5, store.memory.storedMessages());
    }

    @Test
    void whatIsPublishedToAQueueThatWaitsForSpaceWaitsWithItsPublisher() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        put(queue, TestMessages.durable("q", "x"), 0);
        Inbox inbox = new Inbox();
        Subscription subscription = subscribe(queue, inbox);
        subscription.grantUpTo(10);
        loops.runAll();
        store.full = true;
        subscription.settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        List<PublishOutcome> outcomes = new ArrayList<>();
        Publisher publisher = broker.defaultVirtualHost().openPublisher(loop, new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
        // not for the log, and so it would not find that full
        assertEquals(Admission.PARKED, publisher.publish(queue, TestMessages.transientOne("q", "y"), 1));
        loops.runAll();
        assertEquals(List.of(), outcomes);
        store.makeSpace();
        loops.runAll();
        assertEquals(List.of(PublishOutcome.STORED), outcomes);
        assertEquals(2, inbox.deliveries.size());
    }

    /** A log that takes a record may wake somebody, on the same thread, who settles with another queue. */
    @Test
    void queuesThatAreDrainedWithinAnotherTellTheLogTheirOwnSettlementsOnly() {
        List<MessageQueue> queues = new ArrayList<>();
        List<Inbox> inboxes = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MessageQueue queue = queue(QueueSettings.durable("q" + i, "test"));
            for (int j = 0; j < 3; j++) put(queue, TestMessages.durable("q" + i, "x"), 0);
            queues.add(queue);
            inboxes.add(new Inbox());
            subscriptions.add(subscribe(queue, inboxes.get(i)));
            subscriptions.get(i).grantUpTo(3);
        }
        loops.runAll();
        for (int round = 0; round < 3; round++) {
            int token = round;
            List<Long> before = List.copyOf(store.settledQueues);
            store.full = round == 1; // then each keeps what it has borrowed, until there is space
            store.onAppend = () -> {
                int nested = store.depth;
                if (nested < queues.size())
                    subscriptions
                            .get(nested)
                            .settle(inboxes.get(nested).deliveries.get(token), Outcome.ACCEPTED, token);
            };
            subscriptions.get(0).settle(inboxes.get(0).deliveries.get(token), Outcome.ACCEPTED, token);
            store.onAppend = () -> {};
            loops.runAll();
            if (store.full) {
                for (Inbox inbox : inboxes) assertEquals(token, inbox.settled.size(), "round " + round);
                store.makeSpace();
                loops.runAll();
            }
            List<Long> settled =
                    new ArrayList<>(store.settledQueues.subList(before.size(), store.settledQueues.size()));
            settled.sort(null);
            assertEquals(queues.stream().map(MessageQueue::id).toList(), settled, "round " + round);
            for (Inbox inbox : inboxes) assertEquals(token, inbox.settled.get(token), "round " + round);
        }
        assertEquals(0, store.memory.storedMessages());
    }

    @Test
    void aLogThatThrowsConfirmsNothingAndLeavesTheMailboxAlive() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        put(queue, TestMessages.durable("q", "x"), 0);
        Inbox inbox = new Inbox();
        Subscription subscription = subscribe(queue, inbox);
        subscription.grantUpTo(5);
        loops.runAll();
        store.broken = true;
        subscription.settle(inbox.deliveries.get(0), Outcome.ACCEPTED, 1);
        loops.runAll();
        subscription.close();
        loops.runAll();
        assertEquals(List.of(), inbox.settled);
        assertEquals(0, queue.status().consumers(), "commands are still carried out");
    }

    @Test
    void aSettlementSaidTwiceIsNotConfirmedBeforeTheFirstIsDurable() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        put(queue, TestMessages.durable("q", "x"), 0);
        Inbox inbox = new Inbox();
        Subscription subscription = subscribe(queue, inbox);
        subscription.grantUpTo(1);
        loops.runAll();
        store.memory.hold();
        subscription.settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        subscription.settle(inbox.deliveries.get(0), Outcome.ACCEPTED, 7);
        loops.runAll();
        assertEquals(List.of(), inbox.settled);
        store.memory.release();
        loops.runAll();
        assertEquals(List.of(7L), inbox.settled);
    }

    @Test
    void aFanOutThatNoRecordTakesIsRefusedAndStoredNowhere() {
        var host = broker.defaultVirtualHost();
        List<MessageQueue> queues = new ArrayList<>();
        for (int i = 0; i <= MOST_TARGETS; i++) {
            queues.add(queue(QueueSettings.durable("q" + i, "test")));
            host.bind(loop, VirtualHost.TOPICS, "q" + i, "a");
        }
        List<PublishOutcome> outcomes = new ArrayList<>();
        Publisher publisher = host.openPublisher(loop, new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
        publisher.publish(host.topics(), TestMessages.durable("a", "x"), 1);
        loops.runAll();
        assertEquals(
                PublishOutcome.Reason.TOO_LARGE,
                assertInstanceOf(PublishOutcome.Refused.class, outcomes.get(0)).reason());
        assertEquals(0, store.memory.storedMessages());
        for (MessageQueue queue : queues) assertEquals(0, queue.status().enqueued());
    }

    /** What has ended and is not in the log may not be left out of an image, and an image may be what makes room in the log. */
    @Test
    void whileSettlementsWaitNothingEndsAndAnImageIsToldAllTheSame() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Inbox inbox = new Inbox();
        Subscription consumer = subscribe(queue, inbox);
        put(queue, TestMessages.durable("q", "a"), 0);
        put(queue, TestMessages.durable("q", "b"), 0);
        consumer.grantUpTo(10);
        loops.runAll();
        assertEquals(2, inbox.deliveries.size());

        store.settlementsWait = true;
        consumer.settle(inbox.deliveries.get(0), Outcome.ACCEPTED, 1);
        put(queue, TestMessages.durable("q", "c"), 0);
        List<Long> told = new ArrayList<>();
        queue.capture(store.durableLsn(), new CaptureListener() {
            @Override
            public void captured(byte[] part, Optional<Runnable> next) {
                queue(QueueSettings.durable("copy", "test")).recovery().image(part, told::add);
                assertTrue(next.isEmpty());
            }

            @Override
            public void failed(RuntimeException cause) {
                throw cause;
            }
        });
        consumer.settle(inbox.deliveries.get(1), Outcome.ACCEPTED, 2);
        loops.runAll();
        store.wakeWaiters();
        loops.runAll();
        assertEquals(3, told.size(), "an image without what waits");
        assertTrue(queue.waitsForSpace());
        assertEquals(List.of(), inbox.settled);
        assertEquals(2, inbox.deliveries.size());

        store.settlementsWait = false;
        store.wakeWaiters();
        loops.runAll();
        assertEquals(List.of(1L, 2L), inbox.settled);
        assertEquals(3, inbox.deliveries.size(), "what came meanwhile is handed over");
        assertEquals(1, store.memory.storedMessages());
    }
}
