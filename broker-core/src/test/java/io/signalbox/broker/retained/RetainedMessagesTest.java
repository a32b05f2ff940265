package io.signalbox.broker.retained;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.TestLoops;
import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MemoryStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetainedMessagesTest {

    private final MemoryStore store = new MemoryStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue loop = loops.add();
    private final TestLoops.Queue otherLoop = loops.add();
    private final List<String> answers = new ArrayList<>();
    private long nowMillis;
    private Broker broker = open(RetainedLimits.DEFAULT);

    private Broker open(RetainedLimits limits) {
        try {
            MessageFormats formats =
                    MessageFormats.of(TestMessages.durable("", "").format());
            return Broker.open(new BrokerSettings(
                    store, loops.all(), () -> Instant.ofEpochMilli(nowMillis), (done, all) -> {}, formats, limits));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private RetainedMessages retained() {
        return broker.defaultVirtualHost().retained();
    }

    private Publisher publisher() {
        return broker.defaultVirtualHost().openPublisher(broker.loopOf(loop), this, new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {
                answers.add(outcome.getClass().getSimpleName());
            }

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        });
    }

    private void publish(Message message) {
        publisher()
                .publish(
                        broker.defaultVirtualHost().topics(),
                        message,
                        0,
                        retained().keep(message).rider());
    }

    private void remove(String topic) {
        retained()
                .remove(topic)
                .ifPresent(change -> publisher()
                        .publish(
                                broker.defaultVirtualHost().topics(),
                                TestMessages.durable(topic, ""),
                                0,
                                change.rider()));
    }

    private List<String> read(String filter) {
        return rest(retained().read(filter));
    }

    private static List<String> rest(RetainedCursor cursor) {
        List<String> found = new ArrayList<>();
        for (var step = cursor.step(); step != RetainedCursor.Step.END; step = cursor.step()) {
            if (step == RetainedCursor.Step.FOUND) {
                found.add(cursor.message().envelope().address() + "=" + TestMessages.text(cursor.message()));
            }
        }
        return found;
    }

    /** MQTT-3.3.1-5. */
    @Test
    void theLastMessageOfATopicIsKept() {
        publish(TestMessages.durable("a/b", "1"));
        publish(TestMessages.durable("a/b", "2"));
        publish(TestMessages.transientOne("a/c", "3"));
        assertEquals(List.of("a/b=2", "a/c=3"), read("a/#"));
        assertEquals(2, retained().messages());
    }

    /** MQTT-3.3.1-6. */
    @Test
    void aRemovedOneIsGoneAndCostsNothing() {
        publish(TestMessages.durable("a", "1"));
        assertTrue(retained().bytes() > 0);
        assertTrue(broker.memory().heldBytes() > 0);
        remove("a");
        assertEquals(List.of(), read("#"));
        assertEquals(0, retained().bytes());
        assertEquals(0, broker.memory().heldBytes());
        assertEquals(0, store.table("mqtt.retained").size());
    }

    @Test
    void aRemovalOfNothingIsNotWritten() {
        assertTrue(retained().remove("never").isEmpty());
    }

    @Test
    void itsPublisherIsAnsweredAfterTheForceAlsoWhenNobodySubscribes() {
        store.hold();
        publish(TestMessages.durable("a", "1"));
        loops.runAll();
        assertEquals(List.of(), answers);
        store.release();
        loops.runAll();
        assertEquals(List.of("Unroutable"), answers);
    }

    @Test
    void aFullLogHoldsARetainedMessageBackLikeAnyOther() {
        store.fill();
        publish(TestMessages.durable("a", "1"));
        loops.runAll();
        assertEquals(List.of(), read("#"));
        store.makeSpace();
        loops.runAll();
        assertEquals(List.of("a=1"), read("#"));
    }

    @Test
    void anotherLifeFindsThem() {
        publish(TestMessages.durable("a", "1"));
        publish(TestMessages.expiring("b", 10));
        nowMillis = 10;
        broker = open(RetainedLimits.DEFAULT);
        assertEquals(List.of("a=1"), read("#"));
        assertEquals(1, store.table("mqtt.retained").size());
    }

    /** §3.3.1.3: an expired one is discarded. */
    @Test
    void anExpiredOneIsNotReadAndGoes() {
        publish(TestMessages.expiring("a", 10));
        nowMillis = 9;
        assertEquals(1, read("a").size());
        nowMillis = 10;
        assertEquals(List.of(), read("a"));
        assertEquals(0, retained().messages());
        assertEquals(0, store.table("mqtt.retained").size());
    }

    @Test
    void expiredOnesThatNobodyReadsAreSweptPieceByPiece() {
        for (int i = 0; i < 10; i++) publish(TestMessages.expiring("e" + i, 10));
        publish(TestMessages.durable("stays", "1"));
        nowMillis = 10;
        retained().sweep(4);
        assertEquals(7, retained().messages());
        retained().sweep(4);
        retained().sweep(4);
        assertEquals(1, retained().messages());
        publish(TestMessages.expiring("a", 20));
        nowMillis = 20;
        retained().sweep(4); // from the beginning again
        retained().sweep(4);
        assertEquals(List.of("stays=1"), read("#"));
    }

    @Test
    void whatIsBeyondTheLimitsIsRefusedAndWhatShrinksIsNot() {
        broker = open(new RetainedLimits(2, 2 * (RetainedIndex.OVERHEAD_BYTES + 8 + 1 + 21 + 2)));
        publish(TestMessages.durable("a", "12"));
        publish(TestMessages.durable("b", "1"));
        assertTrue(
                retained().refusal(TestMessages.durable("c", "")).orElseThrow().contains("max-retained-messages"));
        assertTrue(retained()
                .refusal(TestMessages.durable("b", "123"))
                .orElseThrow()
                .contains("max-retained-size"));
        assertTrue(retained().refusal(TestMessages.durable("b", "12")).isEmpty());
        remove("a");
        assertTrue(retained().refusal(TestMessages.durable("c", "")).isEmpty());
    }

    @Test
    void oneThatNoRecordTakesTwiceIsRefused() {
        MemoryStore small = new MemoryStore(200_000);
        broker = openOn(small);
        String sentence = retained()
                .refusal(TestMessages.durable("a", "x".repeat(80_000)))
                .orElseThrow();
        assertTrue(sentence.contains("more than one record"), sentence);
        assertTrue(retained()
                .refusal(TestMessages.durable("a", "x".repeat(60_000)))
                .isEmpty());
    }

    private Broker openOn(MemoryStore other) {
        try {
            return Broker.open(new BrokerSettings(other, loops.all(), () -> Instant.EPOCH, (done, all) -> {}));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCursorGoesOnBehindTheTopicItReached() {
        for (String topic : List.of("a", "a/1", "a/2", "b")) publish(TestMessages.durable(topic, "x"));
        assertEquals(List.of("a/2=x"), rest(retained().readAfter("a/#", "a/1")));
        assertEquals(List.of("a/1=x", "a/2=x"), rest(retained().readAfter("+/+", "a")));
    }

    /** A publisher that looked for its targets before the binding was made is waited for. */
    @Test
    void aCursorWaitsForAPublisherThatMissedItsBinding() {
        Message message = TestMessages.durable("a", "1");
        RetainedMessages.Change change = retained().keep(message);
        change.begin(broker.loopOf(otherLoop));
        RetainedCursor cursor = retained().read("a");
        assertEquals(RetainedCursor.Step.LATER, cursor.step());
        store.append(new io.signalbox.broker.store.WriteBatch().change(change.row()));
        change.end(broker.loopOf(otherLoop));
        change.begin(broker.loopOf(otherLoop)); // the next one would find the binding
        assertEquals(RetainedCursor.Step.FOUND, cursor.step());
        change.end(broker.loopOf(otherLoop));
    }

    /** Whatever order threads come in, the index ends with what the table says. */
    @Test
    void theIndexFollowsTheTableFromManyThreads() throws Exception {
        long seed = new Random().nextLong();
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 200; round++) {
                CountDownLatch start = new CountDownLatch(1);
                CountDownLatch end = new CountDownLatch(threads);
                for (int t = 0; t < threads; t++) {
                    Random random = new Random(seed + round * 31L + t);
                    pool.execute(() -> {
                        change(start, random);
                        end.countDown();
                    });
                }
                start.countDown();
                assertTrue(end.await(10, TimeUnit.SECONDS), "seed " + seed);
                assertEquals(store.table("mqtt.retained").size(), read("#").size(), "seed " + seed);
                assertEquals(store.table("mqtt.retained").size(), retained().messages(), "seed " + seed);
            }
        } finally {
            pool.shutdownNow();
        }
        for (String topic : List.of("a", "b")) remove(topic);
        assertEquals(0, retained().bytes(), "seed " + seed);
    }

    private void change(CountDownLatch start, Random random) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < 50; i++) {
            Message message = TestMessages.durable(random.nextBoolean() ? "a" : "b", "x".repeat(random.nextInt(9)));
            boolean keep = random.nextBoolean();
            var change = keep
                    ? java.util.Optional.of(retained().keep(message))
                    : retained().remove(message.envelope().address());
            change.ifPresent(made -> {
                store.append(new io.signalbox.broker.store.WriteBatch().change(made.row()));
                retained().index().refresh(made.row().key());
            });
        }
    }
}
