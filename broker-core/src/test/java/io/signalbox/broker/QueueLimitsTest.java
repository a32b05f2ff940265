package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueuePolicy.Scope;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.QueueStatus.OverLimit;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a queue's limits do: the oldest go, or publishers are refused. */
class QueueLimitsTest {

    private static final long NONE = QueueLimits.NONE;

    private LoggedStore store = new LoggedStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private final List<PublishOutcome> outcomes = new ArrayList<>();
    private long nowMillis = 1_000_000;
    private Broker broker;
    private Loop loop;
    private Publisher publisher;

    @BeforeEach
    void open() throws Exception {
        open(store);
    }

    private void open(MessageStore on) throws Exception {
        broker = Broker.open(
                new BrokerSettings(on, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, total) -> {}));
        loop = broker.loopOf(tasks);
        publisher = broker.defaultVirtualHost().openPublisher(loop, this, new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
    }

    private void restart() throws Exception {
        store = LoggedStore.after(store, store.durableLsn());
        open();
        loops.runAll();
    }

    private void govern(String pattern, long length, long bytes, long ttlMillis, Overflow overflow) {
        QueueLimits limits = new QueueLimits(length, bytes, ttlMillis, overflow);
        broker.govern(List.of(new QueuePolicy("limits", pattern, Scope.ALL, limits)));
    }

    private MessageQueue queue(String name, int windowBytes) {
        QueueSettings settings = new QueueSettings(name, true, QueueSettings.Purpose.SHARED, windowBytes, "test");
        var stage = broker.defaultVirtualHost().declareQueue(loop, settings);
        broker.defaultVirtualHost().bind(loop, VirtualHost.TOPICS, name, "all");
        loops.runAll();
        return stage.toCompletableFuture().join();
    }

    private MessageQueue queue() {
        return queue("q", 1 << 20);
    }

    private void publish(MessageQueue queue, Message message) {
        publisher.publish(queue, message, 0);
        loops.runAll();
    }

    private void publish(MessageQueue queue, String... texts) {
        for (String text : texts) publish(queue, TestMessages.durable("q", text));
    }

    private List<String> texts(MessageQueue queue) {
        QueueImagesTest.Inbox seen = new QueueImagesTest.Inbox();
        Subscription browser = queue.subscribe(
                new SubscriptionSettings(
                        loop,
                        SubscriptionSettings.Settlement.ON_DISPATCH,
                        "browser",
                        java.util.Optional.empty(),
                        SubscriptionSettings.Mode.BROWSE),
                seen);
        browser.grantUpTo(Integer.MAX_VALUE);
        loops.runAll();
        browser.close();
        loops.runAll();
        return seen.texts();
    }

    private void passTo(long millis) {
        loops.runAll();
        nowMillis = millis;
        broker.tick(loop);
        loops.runAll();
    }

    @Test
    void theOldestGoWhenMoreWaitThanMay() throws Exception {
        govern("q", 2, NONE, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        publish(queue, "one", "two", "three", "four");
        assertEquals(List.of("three", "four"), texts(queue));
        assertEquals(new OverLimit(2, 0, 0, 0), queue.status().overLimit());
        assertEquals(2, queue.status().settled());
        assertTrue(outcomes.stream().allMatch(outcome -> outcome instanceof PublishOutcome.Stored));
        restart();
        queue = broker.defaultVirtualHost().queue("q").orElseThrow();
        assertEquals(List.of("three", "four"), texts(queue), "what has gone does not come back");
    }

    @Test
    void theOldestGoWhenMoreBytesWaitThanMay() {
        govern("*", NONE, 10, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        publish(queue, "12345", "abcde");
        assertEquals(List.of("12345", "abcde"), texts(queue));
        publish(queue, "x");
        assertEquals(List.of("abcde", "x"), texts(queue));
        publish(queue, "longer than the limit");
        assertEquals(List.of(), texts(queue));
        assertEquals(new OverLimit(0, 4, 0, 0), queue.status().overLimit());
    }

    @Test
    void theLowestPriorityGoesFirst() {
        govern("q", 2, NONE, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        publish(queue, TestMessages.withPriority(TestMessages.durable("q", "high"), 9));
        publish(queue, TestMessages.withPriority(TestMessages.durable("q", "low"), 1));
        publish(queue, "usual", "later");
        assertEquals(List.of("high", "later"), texts(queue));
    }

    @Test
    void whatAConsumerHasDoesNotCountUntilItIsGivenBack() {
        govern("q", 1, NONE, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), inbox);
        subscription.grantUpTo(2);
        publish(queue, "one", "two", "three");
        assertEquals(List.of("one", "two"), inbox.texts());
        assertEquals(List.of("three"), texts(queue));
        subscription.settle(inbox.deliveries.get(1), Outcome.RELEASED);
        loops.runAll();
        assertEquals(List.of("three"), texts(queue), "the oldest goes, which is the one that came back");
        assertEquals(1, queue.status().unsettled());
    }

    @Test
    void whatAConsumerCanHaveDoesNotGoForWantOfRoom() {
        govern("q", 0, NONE, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        queue.subscribe(new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), inbox)
                .grantUpTo(2);
        publish(queue, "one", "two", "three");
        assertEquals(List.of("one", "two"), inbox.texts());
        assertEquals(new OverLimit(1, 0, 0, 0), queue.status().overLimit());
    }

    @Test
    void aFullQueueRefusesAndNobodyGetsTheMessage() {
        govern("q", 2, NONE, NONE, Overflow.REJECT_PUBLISH);
        MessageQueue queue = queue();
        MessageQueue other = queue("other", 1 << 20);
        for (int i = 0; i < 3; i++) {
            publisher.publish(broker.defaultVirtualHost().topics(), TestMessages.durable("all", "m" + i), i);
            loops.runAll();
        }
        assertEquals(2, queue.status().ready());
        assertEquals(2, other.status().ready());
        PublishOutcome.Refused refused = (PublishOutcome.Refused) outcomes.get(2);
        assertEquals(PublishOutcome.Reason.QUOTA_USED_UP, refused.reason());
        assertTrue(refused.sentence().contains("q") && refused.sentence().contains("limits"), refused.sentence());
        assertEquals(1, broker.counters().refusedForQueueLimit.sum());
        assertEquals(new OverLimit(0, 0, 0, 1), queue.status().overLimit());
        take(queue, 1);
        publish(queue, "again");
        assertEquals(List.of("m1", "again"), texts(queue));
    }

    @Test
    void aPlaceInOneQueueIsGivenBackIfAnotherIsFull() {
        govern("*", 2, NONE, NONE, Overflow.REJECT_PUBLISH);
        MessageQueue one = queue("one", 1 << 20);
        MessageQueue two = queue("two", 1 << 20);
        for (MessageQueue full : List.of(one, two)) {
            publish(full, "a", "b");
            for (int i = 0; i < 5; i++) {
                publisher.publish(broker.defaultVirtualHost().topics(), TestMessages.durable("all", "no"), i);
            }
            loops.runAll();
            if (full == one) take(one, 2);
        }
        assertEquals(10, broker.counters().refusedForQueueLimit.sum());
        publish(one, "c", "d");
        assertEquals(List.of("c", "d"), texts(one));
        take(two, 2);
        publish(two, "e", "f");
        assertEquals(List.of("e", "f"), texts(two));
    }

    /** It may be a message of QoS 2 that its session has to settle. */
    @Test
    void whatIsReservedStaysAndDoesNotCountUntilItIsGivenBack() {
        govern("q", 1, NONE, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        SubscriptionSettings settings =
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c");
        QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
        Subscription subscription = queue.subscribe(settings, inbox);
        subscription.grantUpTo(2);
        publish(queue, "one", "two");
        subscription.close(inbox.deliveries);
        publish(queue, "three", "four");
        assertEquals(3, queue.status().ready());
        assertEquals(List.of("four"), texts(queue), "the others are shown to nobody else");
        QueueImagesTest.Inbox again = new QueueImagesTest.Inbox();
        Subscription back = queue.subscribe(settings, again);
        back.grantUpTo(1);
        loops.runAll();
        assertEquals(List.of("one"), again.texts());
        back.settle(again.deliveries.get(0), Outcome.RELEASED);
        loops.runAll();
        assertEquals(2, queue.status().ready());
        assertEquals(List.of("four"), texts(queue), "the oldest is the one that came back");
    }

    private void take(MessageQueue queue, int count) {
        Subscription subscription = queue.subscribe(
                new SubscriptionSettings(loop, SubscriptionSettings.Settlement.ON_DISPATCH, "c"),
                new QueueImagesTest.Inbox());
        subscription.grantUpTo(count);
        loops.runAll();
        subscription.close();
        loops.runAll();
    }

    @Test
    void whatIsOnItsWayHasItsPlaceAndGivesItBackIfItDoesNotCome() throws Exception {
        MemoryStore memory = new MemoryStore(200_000);
        open(memory);
        govern("q", NONE, 9, NONE, Overflow.REJECT_PUBLISH);
        MessageQueue queue = queue();
        memory.hold();
        Rider later = new Rider(List.of(), Rider.Release.AFTER_FORCE);
        publisher.publish(queue, TestMessages.durable("q", "four"), 1, later);
        publisher.publish(queue, TestMessages.durable("q", "five!"), 2, later);
        publisher.publish(queue, TestMessages.durable("q", "x"), 3, later);
        assertEquals(0, queue.status().ready());
        memory.release();
        loops.runAll();
        assertEquals(List.of("four", "five!"), texts(queue));
        assertEquals(1, broker.counters().refusedForQueueLimit.sum());
        take(queue, 2);
        memory.fill();
        publish(queue, "nine byte");
        assertEquals(0, queue.status().ready());
        memory.makeSpace(); // it is attempted again, and not for a second place
        loops.runAll();
        assertEquals(List.of("nine byte"), texts(queue));
        memory.fail("test");
        take(queue, 1);
        publish(queue, "nine byte");
        assertTrue(outcomes.get(outcomes.size() - 1) instanceof PublishOutcome.Failed);
        assertTrue(queue.quota().reserve(TestMessages.durable("q", "123456789")), "its place is free");
    }

    @Test
    void whatTheLogDoesNotTakeGivesItsPlaceBack() throws Exception {
        open(new MemoryStore(100_000));
        govern("q", 1, NONE, NONE, Overflow.REJECT_PUBLISH);
        MessageQueue queue = queue();
        publish(queue, "x".repeat(150_000));
        assertEquals(PublishOutcome.Reason.TOO_LARGE, ((PublishOutcome.Refused) outcomes.get(0)).reason());
        publish(queue, "fits");
        assertEquals(List.of("fits"), texts(queue));
    }

    @Test
    void whatWaitsForTooLongGoesAlsoAfterAStart() throws Exception {
        govern("q", NONE, NONE, 60_000, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        for (int i = 0; i < 20; i++) {
            publish(queue, "m" + i);
            passTo(nowMillis + 5_000);
        }
        // The last came 5 s ago, one each 5 s before it, and each is known to have been there 5 s later.
        assertEquals(List.of("m8", "m9"), texts(queue).subList(0, 2));
        assertEquals(8, queue.status().overLimit().messageTtl());
        restart();
        queue = broker.defaultVirtualHost().queue("q").orElseThrow();
        govern("q", NONE, NONE, 60_000, Overflow.DROP_HEAD);
        passTo(nowMillis + 20_000);
        assertEquals(List.of("m12", "m13"), texts(queue).subList(0, 2));
        passTo(nowMillis + 70_000);
        assertEquals(List.of(), texts(queue));
        assertEquals(0, loop.alarms());
    }

    @Test
    void whatIsOnlyInMemoryGoesByTheTimeItCame() {
        govern("q", NONE, NONE, 60_000, Overflow.DROP_HEAD);
        MessageQueue queue = queue();
        long came = nowMillis;
        var envelope = new io.signalbox.broker.message.Envelope("q", false, 4, Long.MAX_VALUE, came);
        Message plain = TestMessages.transientOne("q", "x");
        publish(queue, new Message(envelope, plain.format(), plain.body()));
        passTo(came + 59_999);
        assertEquals(1, queue.status().ready());
        passTo(came + 61_000);
        assertEquals(0, queue.status().ready());
    }

    @Test
    void aQueueThatIsFullerThanItMayBeAtAStartIsCutAtOnce() throws Exception {
        MessageQueue queue = queue();
        publish(queue, "one", "two", "three");
        restart();
        govern("q", 1, NONE, NONE, Overflow.DROP_HEAD);
        queue = broker.defaultVirtualHost().queue("q").orElseThrow();
        assertEquals(3, queue.status().ready());
        passTo(nowMillis + 250);
        assertEquals(1, queue.status().ready());
        assertEquals(List.of("three"), texts(queue));
        assertEquals(0, loop.alarms());
    }

    /** Random lives of one queue against a plain list, with bodies in memory and without. */
    @Test
    void theQueueHasWhatAPlainListHas() throws Exception {
        for (long seed = 1; seed <= 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            store = new LoggedStore();
            open();
            boolean byBytes = random.nextBoolean();
            long length = byBytes ? NONE : 1 + random.nextInt(20);
            long bytes = byBytes ? 10 + random.nextInt(200) : NONE;
            govern("q", length, bytes, NONE, Overflow.DROP_HEAD);
            MessageQueue queue = queue("q", byBytes ? 1 << 20 : 0);
            QueueImagesTest.Inbox inbox = new QueueImagesTest.Inbox();
            Subscription subscription = queue.subscribe(
                    new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "c"), inbox);
            TreeMap<Integer, List<String>> model = new TreeMap<>(java.util.Comparator.reverseOrder());
            int granted = 0;
            for (int step = 0; step < 300; step++) {
                if (random.nextInt(4) > 0) {
                    int priority = random.nextInt(5) == 0 ? random.nextInt(10) : 4;
                    String text = step + "x".repeat(random.nextInt(20));
                    publish(queue, TestMessages.withPriority(TestMessages.durable("q", text), priority));
                    model.computeIfAbsent(priority, p -> new ArrayList<>()).add(text);
                    while (isOver(model, length, bytes)) removeFirst(model.lastEntry(), model);
                } else if (!model.isEmpty()) {
                    subscription.grantUpTo(++granted);
                    loops.runAll();
                    var delivery = inbox.deliveries.remove(inbox.deliveries.size() - 1);
                    assertEquals(removeFirst(model.firstEntry(), model), TestMessages.text(delivery.message()));
                    subscription.settle(delivery, Outcome.ACCEPTED);
                    loops.runAll();
                }
                int expected = model.values().stream().mapToInt(List::size).sum();
                assertEquals(expected, queue.status().ready(), "seed " + seed + " step " + step);
            }
            List<String> all = new ArrayList<>();
            model.values().forEach(all::addAll);
            assertEquals(all, texts(queue), "seed " + seed);
        }
    }

    private static boolean isOver(TreeMap<Integer, List<String>> model, long length, long bytes) {
        long count = model.values().stream().mapToLong(List::size).sum();
        long size = model.values().stream()
                .flatMap(List::stream)
                .mapToLong(String::length)
                .sum();
        return count > length || size > bytes;
    }

    private static String removeFirst(Map.Entry<Integer, List<String>> lane, TreeMap<Integer, List<String>> model) {
        String first = lane.getValue().remove(0);
        if (lane.getValue().isEmpty()) model.remove(lane.getKey());
        return first;
    }

    /** Sizes of what is only in the log are estimated where somebody goes unread, and the estimate does not drift away. */
    @Test
    void bytesOfWhatIsNotInMemoryStayNearTheLimit() {
        long limit = 1_000_000;
        govern("q", NONE, limit, NONE, Overflow.DROP_HEAD);
        MessageQueue queue = queue("q", 0);
        SplittableRandom random = new SplittableRandom(8);
        ArrayList<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            int size = i < 30_000 ? random.nextInt(200) : random.nextInt(2000);
            sizes.add(size);
            publish(queue, TestMessages.durable("q", "x".repeat(size)));
        }
        int ready = (int) queue.status().ready();
        long held = sizes.subList(sizes.size() - ready, sizes.size()).stream()
                .mapToLong(each -> each)
                .sum();
        System.out.printf("%,d bytes wait in %,d messages, %,d may%n", held, ready, limit);
        assertTrue(held > limit * 9 / 10 && held < limit * 11 / 10, held + " bytes");
    }

    @Test
    void aMillionTooManyGoInShortTurns() throws Exception {
        MemoryStore memory = new MemoryStore();
        open(memory);
        MessageQueue queue = queue();
        int many = 1_000_000;
        Message message = TestMessages.durable("q", "x");
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < many; i++) {
            memory.append(batch.message(message).enqueueTo(queue.id(), 0));
            queue.recovery().entry(batch.enqueueLsn(), 0, message);
            batch.clear();
        }
        govern("q", 10, NONE, NONE, Overflow.DROP_HEAD);
        loops.runAll();
        nowMillis += 250;
        long longest = 0;
        long all = 0;
        int turns = 0;
        for (long begun = System.nanoTime(); turns == 0 || tasks.runOne(); begun = System.nanoTime()) {
            if (turns == 0) broker.tick(loop);
            long took = System.nanoTime() - begun;
            longest = Math.max(longest, took);
            all += took;
            turns++;
        }
        System.out.printf(
                "%,d messages dropped in %d turns: %.0f ns each, the longest turn %.2f ms%n",
                many, turns, (double) all / many, longest / 1e6);
        assertEquals(10, queue.status().ready());
        assertEquals(many - 10, queue.status().overLimit().length());
        assertEquals(10, memory.storedMessages());
        assertTrue(turns > many / 300, turns + " turns");
    }
}
