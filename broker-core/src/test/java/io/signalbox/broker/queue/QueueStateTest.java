package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueStateTest {

    private final Recorder effects = new Recorder();
    private long nowMillis;
    private final MemoryBudget memory = new MemoryBudget(1 << 30);
    private final QueueState state =
            new QueueState(effects, new QueueContext(() -> java.time.Instant.ofEpochMilli(nowMillis), memory));
    private long nextLsn = 1;

    private static final class Recorder implements QueueEffects {
        final List<Delivery> delivered = new ArrayList<>();
        final List<Long> settled = new ArrayList<>();
        final List<Entry> loads = new ArrayList<>();
        final List<TableChange> changes = new ArrayList<>();
        QueueSettings settings = new QueueSettings("q", true, QueueSettings.Purpose.SHARED, 10, "test");
        int drains;
        int deletions;

        @Override
        public QueueSettings settings() {
            return settings;
        }

        @Override
        public void deliver(Delivery delivery) {
            delivered.add(delivery);
        }

        @Override
        public void change(List<TableChange> tableChanges) {
            changes.addAll(tableChanges);
        }

        @Override
        public void settle(long lsn) {
            settled.add(lsn);
        }

        @Override
        public void forget(long lsn, java.util.function.Consumer<LongConsumer> dead) {}

        @Override
        public void confirm(Subscription subscription, long token) {}

        @Override
        public void load(List<Entry> entries) {
            loads.addAll(entries);
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
        public void deleted(Subscription subscription) {
            deletions++;
        }
    }

    private static Consumer taking(String name) {
        return new Subscription(null, new SubscriptionSettings(null, Settlement.BY_CONSUMER, name), "", null)
                .consumer();
    }

    private Consumer consumer(long limit) {
        Consumer consumer = taking("c");
        state.attach(consumer);
        grant(consumer, limit);
        return consumer;
    }

    /** Puts a message in that is only in memory, so that its body need not be read back. */
    private void keep(String text) {
        state.enqueue(new Entry(0, 0, TestMessages.durable("q", text)));
        state.dispatch();
    }

    private Consumer named(String name, long limit) {
        Consumer consumer = taking(name);
        state.attach(consumer);
        grant(consumer, limit);
        return consumer;
    }

    private void grant(Consumer consumer, long limit) {
        consumer.limit = limit;
        state.available(consumer);
        state.dispatch();
    }

    private void put(String text) {
        state.enqueue(new Entry(nextLsn++, 0, TestMessages.durable("q", text)));
        state.dispatch();
    }

    private List<String> deliveredTexts() {
        return effects.delivered.stream()
                .map(d -> TestMessages.text(d.message()))
                .toList();
    }

    private void settle(Delivery delivery, Outcome outcome) {
        state.settle(delivery, outcome, List.of());
        state.dispatch();
    }

    @Test
    void creditOfZeroStopsDelivery() {
        Consumer consumer = consumer(0);
        put("a");
        assertTrue(effects.delivered.isEmpty());
        grant(consumer, 1);
        assertEquals(List.of("a"), deliveredTexts());
    }

    @Test
    void creditIsNeverExceeded() {
        consumer(2);
        for (String text : List.of("a", "b", "c")) put(text);
        assertEquals(List.of("a", "b"), deliveredTexts());
    }

    @Test
    void consumersTakeTurns() {
        Consumer one = consumer(10);
        Consumer two = consumer(10);
        for (String text : List.of("a", "b", "c", "d")) put(text);
        assertEquals(2, one.stake().acquired().size());
        assertEquals(2, two.stake().acquired().size());
    }

    @Test
    void aReleasedEntryGoesOutAgainBeforeLaterOnesWithTheSameDeliveryCount() {
        Consumer consumer = consumer(1);
        put("a");
        put("b");
        Delivery first = effects.delivered.get(0);
        state.settle(first, Outcome.RELEASED, List.of());
        state.loaded(List.of(first.entry), List.of(first.message()));
        grant(consumer, 3);
        state.loaded(effects.loads, List.of(first.message()));
        state.dispatch();
        assertEquals(List.of("a", "a", "b"), deliveredTexts());
        assertEquals(0, effects.delivered.get(1).deliveryCount());
        assertTrue(effects.delivered.get(1).isRedelivered());
        assertFalse(first.isRedelivered());
    }

    @Test
    void aModifiedEntryCountsTheFailure() {
        QueueState memory = state;
        consumer(5);
        memory.enqueue(new Entry(0, 0, TestMessages.durable("q", "a")));
        memory.dispatch();
        settle(effects.delivered.get(0), new Outcome.Modified(true, false));
        assertEquals(1, effects.delivered.get(1).deliveryCount());
    }

    @Test
    void undeliverableHereGoesToAnotherConsumerOnly() {
        consumer(5);
        state.enqueue(new Entry(0, 0, TestMessages.durable("q", "a")));
        state.dispatch();
        settle(effects.delivered.get(0), new Outcome.Modified(false, true));
        assertEquals(1, effects.delivered.size());
        put("b");
        assertEquals(List.of("a", "b"), deliveredTexts());
        Consumer other = consumer(5);
        assertEquals(1, other.stake().acquired().size());
        assertEquals(List.of("a", "b", "a"), deliveredTexts());
    }

    @Test
    void aSecondSettlementOfOneDeliveryIsIgnoredAndCounted() {
        consumer(5);
        put("a");
        Delivery delivery = effects.delivered.get(0);
        settle(delivery, Outcome.ACCEPTED);
        settle(delivery, Outcome.ACCEPTED);
        assertEquals(1, effects.settled.size());
        assertEquals(1, state.status().staleSettlements());
    }

    @Test
    void aSettlementOfAnEarlierDeliveryDoesNotEndALaterOne() {
        consumer(5);
        state.enqueue(new Entry(0, 0, TestMessages.durable("q", "a")));
        state.dispatch();
        Delivery first = effects.delivered.get(0);
        settle(first, Outcome.RELEASED);
        settle(first, Outcome.ACCEPTED);
        assertTrue(effects.settled.isEmpty());
        assertEquals(1, state.status().unsettled());
    }

    @Test
    void whatAConsumerHasNotSettledReturnsInOldOrderWhenItLeaves() {
        Consumer consumer = consumer(3);
        for (String text : List.of("a", "b", "c")) state.enqueue(new Entry(0, 0, TestMessages.durable("q", text)));
        state.dispatch();
        settle(effects.delivered.get(1), Outcome.ACCEPTED);
        effects.delivered.clear();
        state.detach(consumer, List.of());
        state.dispatch();
        consumer(5);
        assertEquals(List.of("a", "c"), deliveredTexts());
    }

    @Test
    void whatIsReservedComesBackToItsNameOnlyAndTheRestToAnyone() {
        Consumer old = named("mine", 2);
        keep("a");
        keep("b");
        Delivery kept = effects.delivered.get(0);
        effects.delivered.clear();
        state.detach(old, List.of(kept));
        named("other", 5);
        assertEquals(List.of("b"), deliveredTexts());
        named("mine", 5);
        assertEquals(List.of("b", "a"), deliveredTexts());
        settle(effects.delivered.get(1), Outcome.ACCEPTED);
        assertEquals(1, effects.settled.size());
        assertEquals(0, state.status().staleSettlements());
    }

    @Test
    void whatIsReservedDoesNotExpire() {
        state.enqueue(new Entry(0, 0, TestMessages.expiring("q", 100)));
        Consumer old = named("mine", 1);
        Delivery kept = effects.delivered.get(0);
        nowMillis = 100;
        state.detach(old, List.of(kept));
        named("mine", 1);
        assertEquals(2, effects.delivered.size());
        assertEquals(0, state.status().expired());
    }

    @Test
    void whatIsReservedEndsWhenNobodyWillComeForIt() {
        Consumer old = named("mine", 2);
        keep("a");
        keep("b");
        state.detach(old, List.copyOf(effects.delivered));
        effects.delivered.clear();
        named("other", 5); // looks at both and sets them aside
        keep("c");
        state.endReserved("mine");
        state.dispatch();
        assertEquals(List.of("c"), deliveredTexts());
        assertEquals(2, effects.settled.size());
        assertEquals(2, state.status().dropped());
        assertEquals(0, state.status().ready());
    }

    private void answerLoads() {
        while (!effects.loads.isEmpty()) {
            List<Entry> loads = List.copyOf(effects.loads);
            effects.loads.clear();
            state.loaded(
                    loads,
                    loads.stream()
                            .map(entry -> TestMessages.durable("q", "m" + entry.lsn))
                            .toList());
            state.dispatch();
        }
    }

    @Test
    void restoredEntriesAreReservedByTheirNames() {
        for (long lsn = 1; lsn <= 3; lsn++)
            state.recovery().entry(lsn, 0, TestMessages.durable("q", "m" + lsn).stored(lsn));
        assertEquals(Set.of(2L), state.recovery().reserve(Set.of(2L, 7L), "mine"));
        named("other", 5);
        answerLoads();
        assertEquals(List.of("m1", "m3"), deliveredTexts());
        named("mine", 5);
        answerLoads();
        assertEquals(List.of("m1", "m3", "m2"), deliveredTexts());
    }

    /** Two are damaged in the log; whose name does not come back, they end with what was reserved for it. */
    @Test
    void whatWasReservedAndIsDamagedEndsOnceWithItsReservation() {
        for (long lsn = 1; lsn <= 3; lsn++)
            state.recovery().entry(lsn, 0, TestMessages.durable("q", "m" + lsn).stored(lsn));
        state.recovery().reserve(Set.of(1L, 2L, 3L), "mine");
        Consumer mine = named("mine", 0);
        grant(mine, 1);
        while (!effects.loads.isEmpty()) {
            List<Entry> loads = List.copyOf(effects.loads);
            effects.loads.clear();
            List<Message> read = new ArrayList<>();
            for (Entry entry : loads) read.add(entry.lsn < 3 ? null : TestMessages.durable("q", "m3"));
            state.loaded(loads, read);
            state.dispatch();
        }
        assertEquals(List.of("m3"), deliveredTexts());
        assertEquals(2, state.status().damaged());
        state.detach(mine, List.of());
        state.endReserved("mine");
        state.dispatch();
        assertEquals(Set.of(1L, 2L), Set.copyOf(effects.settled));
        assertEquals(2, effects.settled.size());
        assertEquals(2, state.status().dropped());
        assertEquals(0, state.status().damaged());
        assertEquals(1, state.status().ready());
    }

    @Test
    void changesOfTablesAreMadeWithTheSettlementEvenIfThatIsStale() {
        consumer(1);
        put("a");
        Delivery delivery = effects.delivered.get(0);
        TableChange change = TableChange.remove(new MemoryStore().table("t"), new byte[] {1});
        state.settle(delivery, Outcome.ACCEPTED, List.of(change));
        state.settle(delivery, Outcome.ACCEPTED, List.of(change));
        assertEquals(List.of(change, change), effects.changes);
        assertEquals(1, effects.settled.size());
    }

    @Test
    void bodiesBeyondTheWindowAreReadBackWhenTheirTurnComes() {
        put("0123456789");
        put("beyond");
        assertEquals(10, state.status().residentBytes());
        consumer(5);
        assertEquals(List.of("0123456789"), deliveredTexts());
        assertEquals(1, effects.loads.size());
        state.loaded(List.copyOf(effects.loads), List.of(TestMessages.durable("q", "beyond")));
        state.dispatch();
        assertEquals(List.of("0123456789", "beyond"), deliveredTexts());
        assertEquals(0, state.status().residentBytes());
    }

    @Test
    void whatCannotBeReadBackIsNotDeliveredAndNotLost() {
        put("0123456789");
        put("beyond");
        consumer(5);
        state.loaded(List.copyOf(effects.loads), List.of());
        state.dispatch();
        assertEquals(1, effects.delivered.size());
        assertEquals(1, state.status().ready());
        assertTrue(effects.settled.isEmpty());
    }

    @Test
    void anExpiredEntryIsEndedAndNotDelivered() {
        state.enqueue(new Entry(1, 0, TestMessages.expiring("q", 100)));
        nowMillis = 100;
        consumer(5);
        assertTrue(effects.delivered.isEmpty());
        assertEquals(1, effects.settled.size());
        assertEquals(1, state.status().expired());
    }

    @Test
    void aDrainIsAnsweredWhenNothingIsLeft() {
        Consumer consumer = consumer(5);
        put("a");
        state.drain(consumer);
        state.dispatch();
        assertEquals(1, effects.drains);
        assertFalse(consumer.draining);
    }

    @Test
    void aDrainWaitsForABodyThatIsBeingRead() {
        put("0123456789");
        put("beyond");
        Consumer consumer = taking("c");
        state.attach(consumer);
        state.drain(consumer);
        grant(consumer, 5);
        assertEquals(0, effects.drains);
        state.loaded(List.copyOf(effects.loads), List.of(TestMessages.durable("q", "beyond")));
        state.dispatch();
        assertEquals(1, effects.drains);
    }

    @Test
    void annotationsGoWithTheNextDeliveryAndCostMemoryUntilTheMessageEnds() {
        consumer(10);
        keep("a");
        long held = memory.heldBytes();
        Annotations added = new Annotations(new byte[5000]);
        settle(effects.delivered.get(0), new Outcome.Modified(true, false, added));
        assertEquals(added, effects.delivered.get(1).annotations());
        assertEquals(5000, memory.heldBytes() - held, 1000);
        settle(effects.delivered.get(1), new Outcome.Modified(true, false));
        assertEquals(added, effects.delivered.get(2).annotations(), "they stay");
        settle(effects.delivered.get(2), Outcome.ACCEPTED);
        assertEquals(0, memory.heldBytes(), 4096);
    }

    @Test
    void everyWishToDrainIsAnsweredAlsoOneThatComesBeforeTheAnswerToTheLast() {
        put("0123456789");
        put("beyond");
        Consumer consumer = taking("c");
        state.attach(consumer);
        state.drain(consumer);
        grant(consumer, 5);
        state.drain(consumer);
        assertEquals(1, effects.drains, "the first wish is overtaken");
        state.loaded(List.copyOf(effects.loads), List.of(TestMessages.durable("q", "beyond")));
        state.dispatch();
        assertEquals(2, effects.drains);
        assertEquals(List.of("0123456789", "beyond"), deliveredTexts());
    }

    @Test
    void aConsumerWhoseLoopLagsGetsNoMoreUntilItCatchesUp() {
        Consumer consumer = consumer(1000);
        String big = "x".repeat(100 << 10);
        for (int i = 0; i < 5; i++) state.enqueue(new Entry(0, 0, TestMessages.durable("q", big)));
        state.dispatch();
        assertEquals(3, effects.delivered.size());
        assertFalse(consumer.received(big.length()));
        assertTrue(consumer.received(big.length()), "the queue waits to hear of room");
        state.available(consumer);
        state.dispatch();
        assertEquals(5, effects.delivered.size());
    }

    @Test
    void aTransientMessagePassesThroughToAConnectedSessionOnlyAndTakesNoCredit() {
        state.passThrough(new Entry(0, 0, TestMessages.transientOne("q", "lost")));
        assertEquals(1, state.status().dropped());
        Consumer consumer = consumer(0);
        state.passThrough(new Entry(0, 0, TestMessages.transientOne("q", "seen")));
        assertEquals(List.of("seen"), deliveredTexts());
        assertTrue(effects.delivered.get(0).isSettled());
        state.detach(consumer, List.of());
        state.passThrough(new Entry(0, 0, TestMessages.transientOne("q", "lost")));
        assertEquals(2, state.status().dropped());
        assertEquals(0, state.status().residentBytes());
    }

    @Test
    void whatPassesThroughGoesToTheConsumersInTurnAndPastOneWhoseLoopLags() {
        Consumer first = consumer(0);
        Consumer second = consumer(0);
        Consumer lagging = consumer(0);
        lagging.sent(Consumer.MAX_IN_TRANSIT_BYTES);
        for (int i = 0; i < 6; i++) state.passThrough(new Entry(0, 0, TestMessages.transientOne("q", "x")));
        state.detach(second, List.of());
        state.passThrough(new Entry(0, 0, TestMessages.transientOne("q", "x")));
        assertEquals(7, effects.delivered.size());
        assertEquals(4, effects.delivered.stream().filter(d -> d.owner == first).count());
        assertEquals(
                3, effects.delivered.stream().filter(d -> d.owner == second).count());
        assertEquals(0, state.status().dropped());
    }

    @Test
    void settlingOnDispatchEndsTheEntryAtOnce() {
        Consumer consumer = new Consumer(null, new SubscriptionSettings(null, Settlement.ON_DISPATCH, "c"));
        state.attach(consumer);
        grant(consumer, 5);
        put("a");
        assertEquals(1, effects.settled.size());
        assertEquals(0, state.status().unsettled());
    }

    @Test
    void aDeletedQueueTellsItsConsumersAndTakesNothing() {
        consumer(0);
        put("a");
        state.delete(0);
        assertEquals(1, effects.deletions);
        put("late");
        assertEquals(1, effects.settled.size(), "a message that comes late is settled in the log, so it pins nothing");
        assertEquals(0, state.status().ready());
    }

    @Test
    void entriesOfAnEarlierLifeComeFirstAndMarkedRedelivered() {
        Message stored = TestMessages.durable("q", "old").stored(1);
        state.recovery().entry(nextLsn++, 0, stored);
        consumer(5);
        state.loaded(List.copyOf(effects.loads), List.of(TestMessages.durable("q", "old")));
        state.dispatch();
        put("new");
        assertEquals(List.of("old", "new"), deliveredTexts());
        assertTrue(effects.delivered.get(0).isRedelivered());
        assertEquals(1, effects.delivered.get(0).deliveryCount(), "who counts knows that it may be a repetition");
        assertEquals(0, effects.delivered.get(1).deliveryCount());
        assertFalse(effects.delivered.get(1).isRedelivered());
    }

    @Test
    void whatOneConsumerRefusedReachesAnotherAlsoBehindWhatBothRefused() {
        Consumer one = consumer(10);
        Consumer two = taking("c");
        state.attach(two);
        for (String text : List.of("x", "y")) state.enqueue(new Entry(0, 0, TestMessages.durable("q", text)));
        grant(two, 1); // one and two hold one each
        Delivery x = effects.delivered.stream()
                .filter(d -> TestMessages.text(d.message()).equals("x"))
                .findFirst()
                .orElseThrow();
        Delivery y = effects.delivered.stream().filter(d -> d != x).findFirst().orElseThrow();
        Consumer other = x.owner == one ? two : one;
        grant(other, 1);
        grant(x.owner, 1);
        // whoever held x refuses it, then the other does; what held y refuses y
        Consumer first = x.owner;
        settle(x, new Outcome.Modified(false, true));
        settle(y, Outcome.ACCEPTED);
        grant(other, 2);
        Delivery again = effects.delivered.get(effects.delivered.size() - 1);
        assertEquals("x", TestMessages.text(again.message()));
        state.enqueue(new Entry(0, 0, TestMessages.durable("q", "z")));
        grant(first, 2);
        Delivery z = effects.delivered.get(effects.delivered.size() - 1);
        assertEquals("z", TestMessages.text(z.message()));
        settle(again, new Outcome.Modified(false, true)); // now both have refused x
        settle(z, new Outcome.Modified(false, true)); // and first has refused z
        grant(first, 5); // x and z are out of its way
        int before = effects.delivered.size();
        grant(other, 3);
        assertEquals(before + 1, effects.delivered.size(), "z is for the other one");
        assertEquals("z", TestMessages.text(effects.delivered.get(before).message()));
    }

    @Test
    void consumersThatCameAndWentAreForgotten() {
        Consumer consumer = consumer(5);
        state.detach(consumer, List.of());
        assertEquals(Stake.Standing.IDLE, consumer.stake().standing, "an idle queue holds on to nobody");
    }

    @Test
    void consumersThatRefusedAnEntryAndWentAreForgotten() {
        Entry entry = new Entry(0, 0, TestMessages.durable("q", "a"));
        state.enqueue(entry);
        Consumer first = consumer(1);
        settle(effects.delivered.get(0), new Outcome.Modified(false, true));
        state.detach(first, List.of());
        consumer(1);
        settle(effects.delivered.get(1), new Outcome.Modified(false, true));
        assertFalse(entry.isRefusedBy(first), "one who has left needs no remembering");
    }

    @Test
    void releasingTheFirstEntryOverAndOverFillsNoMemory() {
        QueueState wide = windowOf(1000);
        fill(wide, 1000);
        Consumer consumer = taking("c");
        wide.attach(consumer);
        for (int i = 0; i < 100; i++) wide.settle(next(wide, consumer), Outcome.RELEASED, List.of());
        assertTrue(
                wide.status().residentBytes() <= 2000,
                "resident: " + wide.status().residentBytes());
    }

    @Test
    void readingBackWhatLiesBeforeWhatWasReadBackFillsNoMemory() {
        QueueState wide = windowOf(1000);
        fill(wide, 1000);
        Consumer consumer = taking("c");
        wide.attach(consumer);
        for (int held = 900; held > 0; held -= 30) {
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < held; i++) deliveries.add(next(wide, consumer));
            for (Delivery delivery : deliveries) wide.settle(delivery, Outcome.RELEASED, List.of());
        }
        assertTrue(
                wide.status().residentBytes() <= 2000,
                "resident: " + wide.status().residentBytes());
    }

    private QueueState windowOf(int bytes) {
        effects.settings = new QueueSettings("q", true, QueueSettings.Purpose.SHARED, bytes, "test");
        return new QueueState(effects, new QueueContext(() -> java.time.Instant.ofEpochMilli(nowMillis), memory));
    }

    private void fill(QueueState wide, int entries) {
        for (int i = 0; i < entries; i++)
            wide.enqueue(new Entry(nextLsn++, 0, TestMessages.durable("q", "0123456789")));
    }

    /** The next delivery, whatever has to be read back for it. */
    private Delivery next(QueueState wide, Consumer consumer) {
        int before = effects.delivered.size();
        consumer.limit = consumer.dispatched + 1;
        wide.available(consumer);
        wide.dispatch();
        while (!effects.loads.isEmpty()) {
            List<Entry> loads = List.copyOf(effects.loads);
            effects.loads.clear();
            List<Message> messages = new ArrayList<>();
            for (int i = 0; i < loads.size(); i++) messages.add(TestMessages.durable("q", "0123456789"));
            wide.loaded(loads, messages);
            wide.dispatch();
        }
        assertEquals(before + 1, effects.delivered.size());
        consumer.received(10);
        return effects.delivered.get(before);
    }

    @Test
    void anEntryWhoseBodyIsBeingReadDoesNotEndMeanwhile() {
        state.recovery().entry(1, 0, TestMessages.expiring("q", 100).stored(1));
        consumer(5);
        assertEquals(1, effects.loads.size());
        nowMillis = 100;
        state.dispatch();
        assertTrue(effects.settled.isEmpty(), "its record must stay while it is read");
        state.loaded(List.copyOf(effects.loads), List.of(TestMessages.expiring("q", 100)));
        state.dispatch();
        assertEquals(1, effects.settled.size());
        assertEquals(1, state.status().expired());
    }

    @Test
    void aDeletedQueuesCountersAddUp() {
        consumer(1);
        for (String text : List.of("a", "b", "c")) put(text);
        settle(effects.delivered.get(0), Outcome.ACCEPTED);
        state.delete(0);
        put("late");
        QueueStatus status = state.status();
        assertEquals(4, status.enqueued());
        assertEquals(4, status.settled());
        assertEquals(0, status.ready() + status.unsettled() + status.residentBytes());
    }

    @Test
    void aConsumerThatNeverSettlesGetsNoMoreThanItsShareOfTheMemory() {
        effects.settings = QueueSettings.durable("q", "test");
        QueueState wide = new QueueState(
                effects, new QueueContext(() -> java.time.Instant.ofEpochMilli(nowMillis), new MemoryBudget(1 << 20)));
        Consumer consumer = taking("c");
        wide.attach(consumer);
        consumer.limit = 0xFFFF_FFFFL;
        wide.available(consumer);
        for (int i = 0; i < 2000; i++) {
            fill(wide, 1);
            wide.dispatch();
            for (Delivery delivery : effects.delivered)
                consumer.received(delivery.message().body().size());
        }
        int held = consumer.stake().acquired().size();
        assertTrue(held > 100 && held < 1000, "held: " + held);
        wide.settle(effects.delivered.get(0), Outcome.ACCEPTED, List.of());
        wide.dispatch();
        assertEquals(held, consumer.stake().acquired().size());
    }

    @Test
    void whatAQueueHoldsIsInTheBudgetUntilItEnds() {
        QueueState wide = windowOf(100);
        fill(wide, 20_000);
        wide.dispatch();
        assertTrue(memory.heldBytes() >= 20_000, "held: " + memory.heldBytes());
        wide.delete(0);
        wide.dispatch();
        assertEquals(0, memory.heldBytes());
    }

    @Test
    void nothingOfAQueueStaysInTheBudgetNotEvenWhatIsTooLittleForAStep() {
        QueueState wide = windowOf(10_000);
        fill(wide, 60);
        wide.dispatch();
        Consumer consumer = taking("c");
        wide.attach(consumer);
        consumer.limit = 59;
        wide.available(consumer);
        wide.dispatch();
        for (Delivery delivery : List.copyOf(effects.delivered)) wide.settle(delivery, Outcome.ACCEPTED, List.of());
        wide.dispatch();
        assertTrue(memory.heldBytes() > 0, "one is left");
        wide.delete(0);
        wide.dispatch();
        assertEquals(0, memory.heldBytes());
    }

    @Test
    void whatAnEarlierLifeLeftIsInTheBudget() {
        QueueState wide = windowOf(100);
        for (int i = 0; i < 20_000; i++)
            wide.recovery().entry(nextLsn++, 0, TestMessages.durable("q", "a").stored(1));
        assertTrue(memory.heldBytes() >= 20_000, "held: " + memory.heldBytes());
    }

    @Test
    void aLongAddressCountsLikeABody() {
        QueueState wide = windowOf(10_000);
        for (int i = 0; i < 100; i++) wide.enqueue(new Entry(nextLsn++, 0, TestMessages.durable("a".repeat(1000), "")));
        assertEquals(10_000, wide.status().residentBytes());
    }
}
