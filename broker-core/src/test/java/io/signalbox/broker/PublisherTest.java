package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.TargetFlags;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way of a message through the core, over a store whose forces the test holds. */
class PublisherTest {

    private final MemoryStore store = new MemoryStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue publisherLoop = loops.add();
    private final TestLoops.Queue consumerLoop = loops.add();
    private Broker broker;
    private VirtualHost host;
    private Publisher publisher;
    private final Answers answers = new Answers();

    private static final class Answers implements PublishListener {
        final List<String> seen = new ArrayList<>();
        int batches;
        int unblocked;

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            seen.add(token + " " + outcome.getClass().getSimpleName());
        }

        @Override
        public void onOutcomesEnd() {
            batches++;
        }

        @Override
        public void onUnblocked() {
            unblocked++;
        }
    }

    private static final class Inbox implements DeliveryListener {
        final List<Delivery> deliveries = new ArrayList<>();
        final List<Long> settled = new ArrayList<>();
        int batches;
        boolean deleted;

        @Override
        public void onDelivery(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void onBatchEnd() {
            batches++;
        }

        @Override
        public void onSettled(long token) {
            settled.add(token);
        }

        @Override
        public void onQueueDeleted() {
            deleted = true;
        }
    }

    @BeforeEach
    void open() throws Exception {
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        host = broker.defaultVirtualHost();
        publisher = host.openPublisher(broker.loopOf(publisherLoop), new Object(), answers);
    }

    private <T> T now(CompletionStage<T> stage) {
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private MessageQueue queue(QueueSettings settings) {
        return now(host.declareQueue(broker.loopOf(publisherLoop), settings));
    }

    private Subscription subscribe(MessageQueue queue, Inbox inbox) {
        return queue.subscribe(
                new SubscriptionSettings(
                        broker.loopOf(consumerLoop), SubscriptionSettings.Settlement.BY_CONSUMER, "test"),
                inbox);
    }

    @Test
    void aDurableMessageIsAnsweredAfterTheForceOnly() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.hold();
        assertEquals(Admission.TAKEN, publisher.publish(queue, TestMessages.durable("q", "a"), 1));
        loops.runAll();
        assertTrue(answers.seen.isEmpty());
        store.release();
        loops.runAll();
        assertEquals(List.of("1 Stored"), answers.seen);
        assertEquals(1, answers.batches);
    }

    @Test
    void answersThatWaitForNothingStillLeaveInTheOrderOfArrival() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.hold();
        publisher.publish(queue, TestMessages.durable("q", "a"), 1);
        publisher.publish(host.topics(), TestMessages.durable("nobody/there", "b"), 2);
        publisher.publish(queue, TestMessages.transientOne("q", "c"), 3);
        loops.runAll();
        assertTrue(answers.seen.isEmpty());
        store.release();
        loops.runAll();
        assertEquals(List.of("1 Stored", "2 Unroutable", "3 Stored"), answers.seen);
        assertEquals(1, answers.batches, "one flush for all");
    }

    @Test
    void aFailedStoreIsNeverAnsweredAsSuccess() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.hold();
        publisher.publish(queue, TestMessages.durable("q", "a"), 1);
        store.fail("The disk is gone.");
        publisher.publish(queue, TestMessages.durable("q", "b"), 2);
        loops.runAll();
        assertEquals(List.of("1 Failed", "2 Failed"), answers.seen);
    }

    @Test
    void aFullLogParksMessagesInOrderAndLosesNone() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Inbox inbox = new Inbox();
        subscribe(queue, inbox).grantUpTo(10);
        store.fill();
        assertEquals(Admission.PARKED, publisher.publish(queue, TestMessages.durable("q", "a"), 1));
        assertEquals(Admission.PARKED, publisher.publish(queue, TestMessages.durable("q", "b"), 2));
        loops.runAll();
        assertTrue(answers.seen.isEmpty());
        store.makeSpace();
        loops.runAll();
        assertEquals(List.of("1 Stored", "2 Stored"), answers.seen);
        assertEquals(1, answers.unblocked);
        assertEquals(List.of("a", "b"), texts(inbox));
    }

    @Test
    void aListenerThatClosesItsPublisherWhenTheStoreFailsStopsWhatWasParked() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        List<String> seen = new ArrayList<>();
        Publisher[] closing = new Publisher[1];
        closing[0] = host.openPublisher(broker.loopOf(publisherLoop), new Object(), new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                seen.add(token + " " + outcome.getClass().getSimpleName());
                closing[0].close();
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {
                seen.add("unblocked");
            }
        });
        store.fill();
        for (int i = 1; i <= 3; i++) closing[0].publish(queue, TestMessages.durable("q", "m" + i), i);
        store.fail("The disk is gone.");
        loops.runAll();
        assertEquals(List.of("1 Failed"), seen);
        assertEquals(2, broker.counters().droppedParked.sum(), "the first was told");
    }

    @Test
    void whatWasParkedWhenItsPublisherLeavesIsCounted() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.fill();
        for (int i = 1; i <= 3; i++) publisher.publish(queue, TestMessages.durable("q", "m" + i), i);
        publisher.close();
        store.makeSpace();
        loops.runAll();
        assertEquals(3, broker.counters().droppedParked.sum());
        assertEquals(0, queue.status().enqueued());
    }

    @Test
    void whatIsSettledOnItsWayToAConsumerThatHasLeftIsCounted() {
        MessageQueue queue = queue(QueueSettings.transientQueue("q", "test"));
        Inbox inbox = new Inbox();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(
                        broker.loopOf(consumerLoop), SubscriptionSettings.Settlement.ON_DISPATCH, "test"),
                inbox);
        subscription.grantUpTo(10);
        queue.enqueue(TestMessages.transientOne("q", "a"), 0, TargetFlags.TRANSIENT, broker.loopOf(consumerLoop));
        subscription.close();
        loops.runAll();
        assertTrue(inbox.deliveries.isEmpty());
        assertEquals(1, queue.status().dropped());
    }

    @Test
    void outcomesThatWereParkedAreFlushedAlsoWhenTheNextOneHasToWaitAgain() {
        MessageQueue gone = queue(QueueSettings.durable("gone", "test"));
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.fill();
        publisher.publish(gone, TestMessages.durable("gone", "a"), 1);
        publisher.publish(queue, TestMessages.durable("q", "b"), 2);
        now(host.deleteQueue(broker.loopOf(publisherLoop), "gone"));
        store.release(); // wakes who waits, and there is still no space
        loops.runAll();
        assertEquals(List.of("1 Refused"), answers.seen);
        assertEquals(1, answers.batches);
        store.makeSpace();
        loops.runAll();
        assertEquals(List.of("1 Refused", "2 Stored"), answers.seen);
    }

    @Test
    void oneRecordHoldsAllDurableTargetsAndEndsWithTheLastSettlement() {
        MessageQueue one = queue(QueueSettings.durable("one", "test"));
        MessageQueue two = queue(QueueSettings.durable("two", "test"));
        now(host.bind(broker.loopOf(publisherLoop), VirtualHost.TOPICS, "one", "a/#"));
        now(host.bind(broker.loopOf(publisherLoop), VirtualHost.TOPICS, "two", "+/b"));
        Inbox first = new Inbox();
        Inbox second = new Inbox();
        Subscription s1 = subscribe(one, first);
        Subscription s2 = subscribe(two, second);
        s1.grantUpTo(1);
        s2.grantUpTo(1);
        publisher.publish(host.topics(), TestMessages.durable("a/b", "x"), 1);
        loops.runAll();
        assertEquals(1, store.storedMessages());
        assertEquals(first.deliveries.get(0).lsn(), second.deliveries.get(0).lsn());
        s1.settle(first.deliveries.get(0), Outcome.ACCEPTED);
        assertEquals(1, store.storedMessages());
        s2.settle(second.deliveries.get(0), Outcome.ACCEPTED);
        assertEquals(0, store.storedMessages());
    }

    @Test
    void aConfirmedSettlementIsConfirmedAfterTheForceOnly() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Inbox inbox = new Inbox();
        Subscription subscription = subscribe(queue, inbox);
        subscription.grantUpTo(1);
        publisher.publish(queue, TestMessages.durable("q", "a"), 1);
        loops.runAll();
        store.hold();
        subscription.settle(inbox.deliveries.get(0), Outcome.ACCEPTED, 7);
        loops.runAll();
        assertTrue(inbox.settled.isEmpty());
        store.release();
        loops.runAll();
        assertEquals(List.of(7L), inbox.settled);
    }

    @Test
    void aTransientMessageBeyondTheWindowGoesToTheLogWithoutWaiting() {
        MessageQueue queue = queue(new QueueSettings("t", false, QueueSettings.Purpose.SHARED, 4, "test"));
        store.hold();
        publisher.publish(queue, TestMessages.transientOne("t", "12345"), 1);
        publisher.publish(queue, TestMessages.transientOne("t", "beyond"), 2);
        assertEquals(List.of("1 Stored", "2 Stored"), answers.seen);
        assertEquals(1, store.storedMessages());
        assertEquals(5, queue.status().residentBytes());
        Inbox inbox = new Inbox();
        subscribe(queue, inbox).grantUpTo(5);
        loops.runAll();
        assertEquals(List.of("12345", "beyond"), texts(inbox));
    }

    @Test
    void aDeletedTransientQueueLeavesNothingInTheLog() {
        MessageQueue queue = queue(new QueueSettings("t", false, QueueSettings.Purpose.SHARED, 0, "test"));
        Inbox inbox = new Inbox();
        subscribe(queue, inbox).grantUpTo(1);
        publisher.publish(queue, TestMessages.transientOne("t", "a"), 1);
        publisher.publish(queue, TestMessages.transientOne("t", "b"), 2);
        loops.runAll();
        assertEquals(2, store.storedMessages());
        now(host.deleteQueue(broker.loopOf(publisherLoop), "t"));
        loops.runAll();
        assertEquals(0, store.storedMessages());
        assertTrue(inbox.deleted);
    }

    @Test
    void aSessionsQueueKeepsWhatIsAtLeastOnceOnBothSidesOnly() {
        MessageQueue session = queue(QueueSettings.session("s", true, "test"));
        host.topics().addBinding(new Binding("at0", session, TargetFlags.ofQos(0), null, Map.of()));
        host.topics().addBinding(new Binding("at1", session, TargetFlags.ofQos(1), null, Map.of()));
        publisher.publish(host.topics(), TestMessages.durable("at0", "x"), 1);
        publisher.publish(host.topics(), TestMessages.transientOne("at1", "x"), 2);
        publisher.publish(host.topics(), TestMessages.durable("at1", "kept"), 3);
        assertEquals(1, session.status().ready());
        assertEquals(2, session.status().dropped());
        assertEquals(1, store.storedMessages());
    }

    @Test
    void aDirectSubscriptionGetsMessagesInOneBatch() {
        List<String> got = new ArrayList<>();
        int[] batches = new int[1];
        DirectSubscription direct = host.openDirect(broker.loopOf(consumerLoop), new DirectListener() {
            @Override
            public void onMessage(Message message, int flags) {
                got.add(TestMessages.text(message));
            }

            @Override
            public void onBatchEnd() {
                batches[0]++;
            }
        });
        host.topics().addBinding(Binding.of("a", direct));
        for (int i = 0; i < 3; i++) publisher.publish(host.topics(), TestMessages.transientOne("a", "m" + i), i);
        loops.runAll();
        assertEquals(List.of("m0", "m1", "m2"), got);
        assertEquals(1, batches[0]);
        assertEquals(List.of("0 Stored", "1 Stored", "2 Stored"), answers.seen);
    }

    @Test
    void aDirectSubscriptionThatLagsDropsAndCounts() {
        DirectSubscription direct = host.openDirect(broker.loopOf(consumerLoop), new DirectListener() {
            @Override
            public void onMessage(Message message, int flags) {}

            @Override
            public void onBatchEnd() {}
        });
        host.topics().addBinding(Binding.of("a", direct));
        Message big = TestMessages.transientOne("a", "x".repeat(3 << 20));
        for (int i = 0; i < 3; i++) publisher.publish(host.topics(), big, i);
        assertEquals(1, broker.counters().droppedDirect.sum());
        direct.close();
        loops.runAll();
        assertEquals(3, broker.counters().droppedDirect.sum(), "two were on their way");
    }

    @Test
    void aQueueDeclaredTwiceAlikeIsOneQueueAndDeclaredOtherwiseIsRefused() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        assertEquals(queue, queue(QueueSettings.durable("q", "someone else")));
        CompletionStage<MessageQueue> other =
                host.declareQueue(broker.loopOf(publisherLoop), QueueSettings.transientQueue("q", "test"));
        Throwable refusal =
                other.handle((q, failure) -> failure).toCompletableFuture().join();
        assertEquals(
                CatalogueException.Reason.EXISTS_DIFFERENT,
                assertInstanceOf(CatalogueException.class, refusal).reason());
    }

    @Test
    void aQueueIsNotConfirmedBeforeTheForceNotEvenToTheSecondWhoAsks() {
        store.hold();
        CompletionStage<MessageQueue> first =
                host.declareQueue(broker.loopOf(publisherLoop), QueueSettings.durable("q", "test"));
        CompletionStage<MessageQueue> second =
                host.declareQueue(broker.loopOf(consumerLoop), QueueSettings.durable("q", "test"));
        loops.runAll();
        assertTrue(!first.toCompletableFuture().isDone()
                && !second.toCompletableFuture().isDone());
        store.release();
        loops.runAll();
        assertTrue(first.toCompletableFuture().isDone()
                && second.toCompletableFuture().isDone());
    }

    @Test
    void exchangesRouteByTheirTypeAndTheDefaultOneByQueueName() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Loop loop = broker.loopOf(publisherLoop);
        now(host.declareExchange(loop, "d", ExchangeType.DIRECT));
        now(host.bind(loop, "d", "q", "key"));
        publisher.publish(host.exchange("d").orElseThrow(), TestMessages.durable("key", "1"), 1);
        publisher.publish(host.exchange("d").orElseThrow(), TestMessages.durable("other", "2"), 2);
        publisher.publish(host.exchange("").orElseThrow(), TestMessages.durable("q", "3"), 3);
        loops.runAll();
        assertEquals(List.of("1 Stored", "2 Unroutable", "3 Stored"), answers.seen);
        assertEquals(2, queue.status().ready());
    }

    @Test
    void anExchangeBoundToAnotherPassesMessagesOn() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Exchange fanout = host.exchange("amq.fanout").orElseThrow();
        Exchange direct = host.exchange("amq.direct").orElseThrow();
        fanout.addBinding(Binding.of("", direct));
        direct.addBinding(Binding.of("k", queue));
        publisher.publish(fanout, TestMessages.durable("k", "x"), 1);
        assertEquals(1, queue.status().ready());
    }

    private static List<String> texts(Inbox inbox) {
        return inbox.deliveries.stream()
                .map(d -> TestMessages.text(d.message()))
                .toList();
    }

    @Test
    void nothingMoreIsKeptWhenTheQueuesHoldAllTheirMemory() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        long limit = broker.memory().limitBytes();
        broker.memory().hold(limit);
        publisher.publish(queue, TestMessages.durable("q", "a"), 1);
        loops.runAll();
        assertEquals(0, store.storedMessages());
        broker.memory().hold(-limit);
        publisher.publish(queue, TestMessages.durable("q", "b"), 2);
        loops.runAll();
        assertEquals(List.of("1 Refused", "2 Stored"), answers.seen);
        assertEquals(1, broker.counters().refusedForMemory.sum());
    }

    @Test
    void whatIsForTheDiskIsRefusedWhileThatHasNoRoomAndTakenAfterwards() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        Inbox inbox = new Inbox();
        Subscription consumer = subscribe(queue, inbox);
        publisher.publish(queue, TestMessages.durable("q", "before"), 1);
        store.beShort("No room.");
        assertTrue(publisher.isShortOfRoom());
        assertEquals(
                Admission.TAKEN, publisher.publish(queue, TestMessages.durable("q", "a"), 2), "nobody has to wait");
        publisher.publish(queue, TestMessages.transientOne("q", "memory"), 3);
        consumer.grantUpTo(10);
        loops.runAll();
        assertEquals(List.of("1 Stored", "2 Refused", "3 Stored"), answers.seen);
        assertEquals(1, broker.counters().refusedForDisk.sum());
        assertEquals(0, broker.counters().parked.sum());
        assertEquals(List.of("before", "memory"), texts(inbox));
        consumer.settle(inbox.deliveries.get(0), Outcome.ACCEPTED);
        loops.runAll();
        assertEquals(0, store.storedMessages(), "settlements go on");
        now(host.declareQueue(broker.loopOf(publisherLoop), QueueSettings.durable("another", "test")));

        store.makeRoom();
        publisher.publish(queue, TestMessages.durable("q", "after"), 4);
        loops.runAll();
        assertEquals("4 Stored", answers.seen.get(3));
    }

    /** Without order a message would overtake one of the same publisher, or be refused before it. */
    @Test
    void whatWaitsForTheLogIsRefusedInOrderWhenTheDiskTurnsOutToBeFull() {
        MessageQueue queue = queue(QueueSettings.durable("q", "test"));
        store.fill();
        for (int i = 1; i <= 3; i++) publisher.publish(queue, TestMessages.durable("q", "m" + i), i);
        loops.runAll();
        assertTrue(answers.seen.isEmpty());
        store.beShort("No room.");
        loops.runAll();
        assertEquals(List.of("1 Refused", "2 Refused", "3 Refused"), answers.seen);
        assertEquals(1, answers.unblocked, "it is read on");
    }

    @Test
    void whoAwaitsRoomIsToldOnceAndNotAfterItHasLeft() {
        Answers left = new Answers();
        Publisher leaver = host.openPublisher(broker.loopOf(publisherLoop), new Object(), left);
        store.beShort("No room.");
        publisher.awaitRoom();
        publisher.awaitRoom();
        leaver.awaitRoom();
        leaver.close();
        loops.runAll();
        assertEquals(0, answers.unblocked);
        store.makeRoom();
        loops.runAll();
        assertEquals(1, answers.unblocked);
        assertEquals(0, left.unblocked);
        publisher.awaitRoom();
        loops.runAll();
        assertEquals(2, answers.unblocked, "there is room");
    }
}
