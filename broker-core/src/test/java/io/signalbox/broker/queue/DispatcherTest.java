package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Consumers with filters, and browsers, at one queue whose log answers when it is asked to. */
class DispatcherTest {

    private final Log effects = new Log();
    private final MemoryBudget memory = new MemoryBudget(1 << 30, 1 << 26, slotBits());
    private QueueState state = queue(1 << 20);
    private long nowMillis;
    private long nextLsn = 1;

    /** Messages that were decoded to be looked at. */
    private int looks;

    private final MessageFormat format = new MessageFormat() {
        @Override
        public byte id() {
            return 125;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            looks++;
            return new NeutralView(
                    body,
                    NeutralView.PayloadKind.TEXT,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(new NeutralView.Property("text", text(body))));
        }
    };

    private static String text(Body.Inline body) {
        return new String(body.bytes(), body.from(), body.size(), StandardCharsets.UTF_8);
    }

    private static final class Log implements QueueEffects {
        final List<Delivery> delivered = new ArrayList<>();
        final Map<Long, Message> bodies = new HashMap<>();
        final List<List<Entry>> loads = new ArrayList<>();
        QueueSettings settings = QueueSettings.durable("q", "test");
        int reads;
        int drains;
        int settled;

        @Override
        public QueueSettings settings() {
            return settings;
        }

        @Override
        public void deliver(Delivery delivery) {
            delivered.add(delivery);
        }

        @Override
        public void settle(long lsn) {
            settled++;
        }

        @Override
        public void change(List<TableChange> changes) {}

        @Override
        public void forget(long lsn, java.util.function.Consumer<LongConsumer> dead) {}

        @Override
        public void confirm(Subscription subscription, long token) {}

        @Override
        public void load(List<Entry> entries) {
            loads.add(entries);
            reads++;
        }

        @Override
        public Pages pages() {
            return Pages.NONE;
        }

        @Override
        public void fetch(PageLoad.Wanted chunk) {
            throw new AssertionError("no chunk is in a page");
        }

        @Override
        public void wakeAt(long millis) {}

        @Override
        public void consumedBy(@Nullable Subscription only) {}

        @Override
        public void drained(Subscription subscription) {
            drains++;
        }

        @Override
        public void deleted(Subscription subscription) {}
    }

    int slotBits() {
        return QueueIndex.SLOT_BITS;
    }

    private QueueState queue(int windowBytes) {
        return queue(windowBytes, QueueSettings.Purpose.SHARED);
    }

    private QueueState queue(int windowBytes, QueueSettings.Purpose purpose) {
        effects.settings = new QueueSettings("q", true, purpose, windowBytes, "test");
        return new QueueState(effects, new QueueContext(() -> Instant.ofEpochMilli(nowMillis), memory));
    }

    private Message message(String text, long expiresAtMillis) {
        return message(text, Envelope.DEFAULT_PRIORITY, expiresAtMillis);
    }

    private Message message(String text, int priority, long expiresAtMillis) {
        Envelope envelope = new Envelope("q", true, priority, expiresAtMillis, 0);
        return new Message(envelope, format, Body.Inline.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void put(String... texts) {
        putWithPriority(Envelope.DEFAULT_PRIORITY, texts);
    }

    private void putWithPriority(int priority, String... texts) {
        for (String text : texts) {
            Message message = message(text, priority, Envelope.NEVER);
            effects.bodies.put(nextLsn, message);
            state.enqueue(new Entry(nextLsn++, 0, message));
        }
        run();
    }

    /** Dispatches, and answers reads, until nothing moves. */
    private void run() {
        do {
            dispatchAll();
        } while (answerReads());
    }

    private void dispatchAll() {
        for (int turns = 0; state.dispatch(); turns++) assertTrue(turns < 10_000, "it does not come to an end");
    }

    private boolean answerReads() {
        if (effects.loads.isEmpty()) return false;
        for (List<Entry> entries : List.copyOf(effects.loads)) {
            effects.loads.remove(entries);
            List<Message> messages = new ArrayList<>();
            for (Entry entry : entries) messages.add(effects.bodies.get(entry.lsn));
            state.loaded(entries, messages);
        }
        return true;
    }

    private Consumer attach(String selector, Mode mode, Settlement settlement) {
        Optional<Filter> filter = selector.isEmpty() ? Optional.empty() : Optional.of(Filter.ofSelector(selector));
        Consumer consumer = new Consumer(null, new SubscriptionSettings(null, settlement, "c", filter, mode));
        state.attach(consumer);
        return consumer;
    }

    private Consumer taking(String selector, long limit) {
        return granted(attach(selector, Mode.CONSUME, Settlement.BY_CONSUMER), limit);
    }

    private Consumer browsing(String selector, long limit) {
        return granted(attach(selector, Mode.BROWSE, Settlement.ON_DISPATCH), limit);
    }

    private Consumer granted(Consumer consumer, long limit) {
        consumer.limit = limit;
        state.available(consumer);
        run();
        return consumer;
    }

    private List<String> texts() {
        List<String> texts = effects.delivered.stream()
                .map(delivery -> text(delivery.message().content()))
                .toList();
        effects.delivered.clear();
        return texts;
    }

    private Delivery only() {
        assertEquals(1, effects.delivered.size());
        return effects.delivered.remove(0);
    }

    private void settle(Delivery delivery, Outcome outcome) {
        state.settle(delivery, outcome, List.of());
        run();
    }

    @Test
    void aConsumerGetsWhatItsFilterMatchesAndTheRestWaitsForOthers() {
        taking("text LIKE 'r%'", 10);
        put("r1", "b1", "r2", "b2");
        assertEquals(List.of("r1", "r2"), texts());
        taking("", 10);
        assertEquals(List.of("b1", "b2"), texts());
        put("r3");
        put("b3");
        put("b4");
        assertEquals(List.of("r3", "b3", "b4"), texts());
    }

    @Test
    void nobodyLooksAtAnEntryTwiceHoweverItsCreditComes() {
        Consumer consumer = taking("text LIKE 'r%'", 0);
        for (int i = 0; i < 2000; i++) put(i % 100 == 99 ? "r" + i : "b" + i);
        for (int limit = 1; limit <= 20; limit++) granted(consumer, limit);
        put("b", "b", "r");
        granted(consumer, 21);
        assertEquals(21, texts().size());
        assertEquals(2003, looks);
    }

    @Test
    void oneWhoComesLaterLooksAtEachOnceToo() {
        taking("text LIKE 'r%'", 10);
        for (int i = 0; i < 500; i++) put("b" + i);
        looks = 0;
        Consumer later = taking("text LIKE '%9'", 3);
        granted(later, 5);
        granted(later, 1000);
        assertEquals(50, texts().size());
        assertEquals(500, looks);
    }

    @Test
    void aTurnLooksAtABoundedNumberOfMessages() {
        for (int i = 0; i < 1000; i++) state.enqueue(new Entry(0, 0, message("b" + i, Envelope.NEVER)));
        Consumer consumer = attach("text LIKE 'r%'", Mode.CONSUME, Settlement.BY_CONSUMER);
        consumer.limit = 10;
        state.available(consumer);
        assertTrue(state.dispatch());
        assertEquals(256, looks);
        run();
        assertEquals(1000, looks);
        Consumer next = attach("text LIKE 's%'", Mode.CONSUME, Settlement.BY_CONSUMER);
        next.limit = 10;
        state.available(next);
        assertTrue(state.dispatch());
        assertEquals(1256, looks);
    }

    @Test
    void aTurnLooksAtFewerMessagesThatAreLarge() {
        String large = "x".repeat(64 << 10);
        for (int i = 0; i < 10; i++) state.enqueue(new Entry(0, 0, message(large, Envelope.NEVER)));
        Consumer consumer = attach("text = 'mine'", Mode.CONSUME, Settlement.BY_CONSUMER);
        consumer.limit = 10;
        state.available(consumer);
        assertTrue(state.dispatch());
        assertEquals(4, looks);
        run();
        assertEquals(10, looks);
    }

    @Test
    void oneWhoSearchesLongDelaysNobody() {
        taking("text = 'mine'", 10);
        for (int i = 0; i < 10_000; i++) state.enqueue(new Entry(0, 0, message("b" + i, Envelope.NEVER)));
        run();
        Consumer searcher = attach("text = 'never'", Mode.CONSUME, Settlement.BY_CONSUMER);
        searcher.limit = 10;
        state.available(searcher);
        state.enqueue(new Entry(0, 0, message("mine", Envelope.NEVER)));
        assertTrue(state.dispatch());
        assertEquals(List.of("mine"), texts());
    }

    @Test
    void whatIsGivenBackComesBeforeLaterOnesThatWereSetAside() {
        Consumer reds = taking("text LIKE 'r%'", 10);
        Consumer all = taking("", 1);
        put("r1"); // the round begins with either
        settle(only(), Outcome.ACCEPTED);
        granted(all, all.dispatched);
        put("b1", "b2", "r2");
        settle(only(), Outcome.ACCEPTED);
        Consumer blues = taking("text LIKE 'b%'", 1);
        Delivery b1 = only();
        granted(reds, reds.dispatched); // no credit when b1 comes back
        settle(b1, Outcome.RELEASED);
        granted(blues, 10);
        assertEquals(List.of("b1", "b2"), texts());
    }

    @Test
    void aReturnedEntryReachesWhoWasAwayWhenItWasSetAside() {
        Consumer all = taking("", 1);
        put("x1");
        Delivery x1 = only();
        Consumer passer = taking("text = 'y'", 10);
        put("x2", "x3"); // passed by it and set aside
        Consumer xs = taking("text LIKE 'x%'", 2);
        assertEquals(List.of("x2", "x3"), texts());
        settle(x1, Outcome.RELEASED); // behind the place that passer has reached; it looks and does not want it
        assertTrue(effects.delivered.isEmpty());
        looks = 0;
        granted(passer, 11);
        assertEquals(0, looks, "it has looked already");
        granted(xs, 3);
        assertEquals(List.of("x1"), texts());
        assertEquals(1, all.dispatched);
    }

    @Test
    void whoMissesMoreReturnsThanAreRememberedLooksFromTheBeginningAgain() {
        Consumer all = taking("", 20);
        for (int i = 0; i < 20; i++) put("x" + i);
        List<Delivery> held = List.copyOf(effects.delivered);
        texts();
        Consumer mine = taking("text = 'mine' OR text = 'x3'", 1);
        put("y", "z", "mine"); // it has come to the end, and goes away
        assertEquals(List.of("mine"), texts());
        granted(mine, mine.dispatched);
        taking("text = 'nothing'", 10);
        for (Delivery delivery : held) settle(delivery, Outcome.RELEASED);
        assertEquals(List.of(), texts());
        assertEquals(0, all.limit - all.dispatched);
        granted(mine, 10);
        assertEquals(List.of("x3"), texts());
        put("w");
        granted(all, 100);
        assertEquals(22, texts().size());
    }

    @Test
    void orderIsKeptAcrossWhatWasSetAsideAndWhatCameBack() {
        Consumer odd = taking("text LIKE '%1' OR text LIKE '%3'", 10);
        put("m0", "m1", "m2", "m3", "m4");
        assertEquals(List.of("m1", "m3"), texts());
        state.detach(odd, List.of());
        taking("", 10);
        assertEquals(List.of("m0", "m1", "m2", "m3", "m4"), texts());
    }

    @Test
    void bodiesThatAreOnlyInTheLogAreReadBackToBeLookedAt() {
        state = queue(100);
        for (int i = 0; i < 300; i++) put("0123456789 " + i);
        Consumer consumer = taking("text LIKE '%77'", 10);
        assertEquals(List.of("0123456789 77", "0123456789 177", "0123456789 277"), texts());
        Consumer other = taking("text LIKE '%78'", 10);
        assertEquals(List.of("0123456789 78", "0123456789 178", "0123456789 278"), texts());
        assertTrue(
                state.status().residentBytes() <= 200,
                "resident: " + state.status().residentBytes());
        assertEquals(
                6, consumer.stake().acquired().size() + other.stake().acquired().size());
    }

    @Test
    void searchersOfTheSamePlaceReadItOnce() {
        taking("text = 'nothing'", 10);
        for (int i = 0; i < 1000; i++) put("b" + i);
        effects.reads = 0;
        List<Consumer> searchers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Consumer searcher = attach("text = 's" + i + "'", Mode.CONSUME, Settlement.BY_CONSUMER);
            searcher.limit = 10;
            searchers.add(searcher);
        }
        searchers.forEach(state::available);
        run();
        assertTrue(effects.reads <= 10, effects.reads + " reads");
        assertEquals(0, state.status().residentBytes(), "what was only looked at makes room");
    }

    @Test
    void whatWasSetAsideExpiresWhenSomebodyLooks() {
        taking("text = 'nothing'", 10);
        state.enqueue(new Entry(0, 0, message("old", 100)));
        run();
        nowMillis = 100;
        taking("text = 'old'", 10);
        assertTrue(effects.delivered.isEmpty());
        assertEquals(1, state.status().expired());
        assertEquals(0, state.status().ready());
    }

    @Test
    void aDrainIsAnsweredWhenTheSearchHasEnded() {
        taking("text = 'nothing'", 10);
        for (int i = 0; i < 600; i++) put("b" + i);
        Consumer consumer = attach("text = 'b599'", Mode.CONSUME, Settlement.BY_CONSUMER);
        consumer.limit = 5;
        state.drain(consumer);
        state.available(consumer);
        state.dispatch();
        assertEquals(0, effects.drains);
        run();
        assertEquals(1, effects.drains);
        assertEquals(List.of("b599"), texts());
    }

    @Test
    void aBrowserSeesAllThatNobodyHoldsInOrderAndLeavesItThere() {
        Consumer holder = taking("text = 'b'", 1);
        put("a", "b", "c", "d");
        texts();
        browsing("", 10);
        assertEquals(List.of("a", "c", "d"), texts());
        assertEquals(3, state.status().ready());
        assertEquals(1, holder.stake().acquired().size());
        put("e");
        assertEquals(List.of("e"), texts(), "one who stays sees what comes");
        assertEquals(0, effects.settled);
    }

    @Test
    void aBrowserKeepsToItsCreditAndHearsOfTheEnd() {
        put("a", "b", "c");
        Consumer browser = browsing("text <> 'b'", 1);
        assertEquals(List.of("a"), texts());
        state.drain(browser);
        granted(browser, 5);
        assertEquals(List.of("c"), texts());
        assertEquals(1, effects.drains);
    }

    @Test
    void browsersReadALongQueueBackAPieceAtATime() {
        state = queue(200);
        for (int i = 0; i < 500; i++) put("0123456789");
        effects.reads = 0;
        Consumer one = attach("", Mode.BROWSE, Settlement.ON_DISPATCH);
        Consumer two = attach("", Mode.BROWSE, Settlement.ON_DISPATCH);
        one.limit = 1000;
        two.limit = 1000;
        state.available(one);
        state.available(two);
        int most = 0;
        do {
            dispatchAll();
            most = (int) Math.max(most, state.status().residentBytes());
        } while (answerReads());
        assertEquals(500, one.dispatched);
        assertEquals(500, two.dispatched);
        assertTrue(most <= 500, "resident: " + most);
    }

    @Test
    void whatABrowserHoldsCountsUntilItIsSettledOrTheBrowserLeaves() {
        put("a", "b");
        Consumer browser = granted(attach("", Mode.BROWSE, Settlement.BY_CONSUMER), 10);
        Delivery first = effects.delivered.get(0);
        long held = browser.stake().acquiredBytes;
        settle(first, Outcome.ACCEPTED);
        assertTrue(browser.stake().acquiredBytes > 0 && browser.stake().acquiredBytes < held);
        settle(first, Outcome.RELEASED);
        assertEquals(1, state.status().staleSettlements());
        state.detach(browser, List.of());
        assertEquals(0, browser.stake().acquiredBytes);
        assertEquals(2, state.status().ready());
        assertEquals(0, state.status().unsettled());
        texts();
        taking("", 10);
        assertEquals(List.of("a", "b"), texts());
    }

    private void putSomeOfEachPriority() {
        putWithPriority(0, "low1", "low2");
        put("usual1", "usual2");
        putWithPriority(9, "high1", "high2");
        putWithPriority(5, "more1");
        put("usual3");
        putWithPriority(9, "high3");
    }

    private static final List<String> BY_PRIORITY =
            List.of("high1", "high2", "high3", "more1", "usual1", "usual2", "usual3", "low1", "low2");

    @Test
    void theHigherPriorityGoesFirstAndTheOlderWithinOne() {
        putSomeOfEachPriority();
        browsing("", 20);
        assertEquals(BY_PRIORITY, texts());
        Consumer consumer = taking("", 4);
        assertEquals(BY_PRIORITY.subList(0, 4), texts());
        state.detach(consumer, List.of());
        taking("", 20);
        assertEquals(BY_PRIORITY, texts());
    }

    @Test
    void toASessionMessagesGoInTheOrderOfTheirArrival() {
        state = queue(1 << 20, QueueSettings.Purpose.SESSION);
        put("a");
        putWithPriority(9, "b");
        putWithPriority(0, "c");
        put("d");
        taking("", 20);
        assertEquals(List.of("a", "b", "c", "d"), texts());
    }

    @Test
    void whoHasPassedTheLowerPrioritiesSeesAHigherOneThatComesLater() {
        Consumer mine = taking("text LIKE 'mine%'", 1);
        put("x", "y");
        granted(mine, mine.dispatched); // away when it comes
        taking("text = 'nothing'", 1);
        putWithPriority(9, "mine1");
        putWithPriority(0, "mine2");
        assertEquals(List.of(), texts());
        looks = 0;
        granted(mine, 5);
        assertEquals(List.of("mine1", "mine2"), texts());
        assertEquals(2, looks);
    }

    @Test
    void prioritiesHoldForBodiesThatAreReadBack() {
        state = queue(20);
        for (int i = 0; i < 200; i++) put("0123456789 " + i);
        putWithPriority(7, "0123456789 first");
        Consumer consumer = taking("", 1);
        assertEquals(List.of("0123456789 first"), texts());
        granted(consumer, 3);
        assertEquals(List.of("0123456789 0", "0123456789 1"), texts());
    }

    @Test
    void aDeletedQueueLeavesItsBrowsersNothing() {
        put("a");
        granted(attach("", Mode.BROWSE, Settlement.BY_CONSUMER), 10);
        state.delete(0);
        assertEquals(0, state.status().ready() + state.status().unsettled());
        assertEquals(1, state.status().settled());
    }
}
