package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.HeapPages;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands for one queue with chunks of four slots and a window of a few messages, against a plain list. Where nobody is
 * particular, whoever gets a message gets the first one; else the first of those of a priority that nobody has had yet. All end
 * once.
 */
class QueueRulesTest {

    private static final int LIVES = 250;
    private static final int STEPS = 300;
    private static final String[] NAMES = {"one", "two"};

    /** What the model knows of a message. */
    private static final class Known {
        final String text;
        final long place;
        final long expiresAtMillis;
        final long lsn;
        Consumer holder;
        String reservedFor = "";
        final Set<Consumer> refusedBy = new HashSet<>();
        boolean ended;
        /** What the log had of it was not what was written when it was read. */
        boolean damaged;

        boolean fresh = true;

        Known(String text, long place, long expiresAtMillis, long lsn) {
            this.text = text;
            this.place = place;
            this.expiresAtMillis = expiresAtMillis;
            this.lsn = lsn;
        }
    }

    /** Of messages whose text is a property, for selectors. */
    static final MessageFormat FORMAT = new MessageFormat() {
        @Override
        public byte id() {
            return 125;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
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

    /** One random life of a queue. */
    private static final class Life implements QueueEffects {
        final QueueSettings settings = new QueueSettings("q", true, QueueSettings.Purpose.SHARED, 40, "test");
        final SplittableRandom random;
        final MemoryBudget memory;
        final HeapPages pages = new HeapPages();
        final QueueState state;
        final List<Known> model = new ArrayList<>();
        final Map<String, Known> byText = new HashMap<>();
        final Map<Long, Message> log = new HashMap<>();
        final Set<Long> settledLsns = new HashSet<>();
        final Map<Consumer, String> wishes = new HashMap<>();
        final List<Consumer> consumers = new ArrayList<>();
        final List<Delivery> held = new ArrayList<>();
        final List<List<Entry>> loads = new ArrayList<>();
        final long[] arrivals = new long[10];
        final boolean particular;
        final boolean spills;
        final boolean spoils;
        long drainsAsked;
        long drainsAnswered;
        boolean passing;
        long passed;
        int shown;
        long nowMillis = 1;
        long alarmAtMillis = Long.MAX_VALUE;
        long nextLsn = 4096;
        long belowLsn;

        /** @param indexBytes what the index may have before what is cold of it leaves memory */
        Life(long seed, long indexBytes) {
            random = new SplittableRandom(seed);
            memory = new MemoryBudget(1 << 30, indexBytes, 2);
            spills = indexBytes == 0;
            particular = random.nextInt(3) > 0;
            spoils = random.nextInt(3) == 0;
            state = new QueueState(this, new QueueContext(() -> Instant.ofEpochMilli(nowMillis), memory));
        }

        @Override
        public QueueSettings settings() {
            return settings;
        }

        void step() {
            switch (random.nextInt(14)) {
                case 0, 1, 2 -> put();
                case 3 -> attach();
                case 4, 5 -> grant();
                case 6, 7 -> settleOne();
                case 8 -> leave();
                case 9 -> answerReads();
                case 10 -> passTime();
                case 11 -> drain();
                case 12 -> passThrough();
                default -> endReserved(NAMES[random.nextInt(NAMES.length)]);
            }
            if (spills) page();
            if (random.nextInt(3) > 0) {
                state.dispatch();
                checkSomebodyIsWoken();
            }
            long waiting = model.stream()
                    .filter(known -> !known.ended && !known.damaged && known.holder == null)
                    .count();
            assertEquals(waiting, state.status().ready(), "ready");
            assertEquals(
                    held.stream().filter(delivery -> !delivery.copy).count(),
                    state.status().unsettled());
        }

        /** Images are told, chunks leave, and pages come, whenever they want. */
        private void page() {
            switch (random.nextInt(10)) {
                case 0 -> pages.full(random.nextInt(4) == 0);
                case 1, 2, 3 -> capture();
                case 4, 5 -> pages.answer();
                default -> {}
            }
        }

        /** An image, as {@link Capture} tells it, has all that is in the log and has not ended. */
        private void capture() {
            belowLsn = Math.max(belowLsn, nextLsn + 1 - 32L * random.nextInt(1000));
            Set<Long> expected = new HashSet<>();
            for (Known known : model)
                if (!known.ended && known.lsn != 0 && known.lsn < belowLsn) expected.add(known.lsn);
            Set<Long> told = new HashSet<>();
            QueueImage image = state.image(belowLsn);
            for (byte[] part = image.nextPart(); part != null; part = image.nextPart()) {
                PagedPart.fill(part, image.gaps(), pages, whole -> read(whole, told), why -> told.add(-1L));
            }
            if (random.nextBoolean()) state.dispatch(); // what a page is wanted for comes after the image has it
            pages.answer();
            assertEquals(expected, told, "in the image");
            state.captured(image);
        }

        private void read(byte[] part, Set<Long> told) {
            QueueImage.read(
                    part,
                    4,
                    (level, chunk) -> chunk.forEachLsn(lsn -> {
                        assertTrue(told.add(lsn), lsn + " twice");
                        assertEquals(Order.level(known(lsn).place), level, "priority of " + lsn);
                    }));
        }

        private Known known(long lsn) {
            return model.stream().filter(known -> known.lsn == lsn).findFirst().orElseThrow();
        }

        void put() {
            String text = (random.nextBoolean() ? "a" : "b") + model.size();
            int priority = random.nextInt(4) == 0 ? random.nextInt(10) : 4;
            long expires = random.nextInt(5) == 0 ? nowMillis + random.nextInt(8000) : Envelope.NEVER;
            Envelope envelope = new Envelope("q", true, priority, expires, 0);
            Message message = new Message(envelope, FORMAT, Body.Inline.of(text.getBytes(StandardCharsets.UTF_8)));
            boolean inMemory = expires == Envelope.NEVER && random.nextInt(4) == 0;
            long lsn = inMemory ? 0 : (nextLsn += 32L * (2 + random.nextInt(100)));
            if (lsn != 0) log.put(lsn, message);
            Known known = new Known(text, Order.place(priority, arrivals[priority]++), expires, lsn);
            model.add(known);
            byText.put(text, known);
            state.enqueue(new Entry(lsn, 0, message));
        }

        /** Sometimes the clock is set back: then nothing may have gone that is not due by then. */
        void passTime() {
            nowMillis = Math.max(1, nowMillis + (random.nextInt(10) == 0 ? -2000 : random.nextInt(1500)));
            if (nowMillis < alarmAtMillis) return;
            alarmAtMillis = Long.MAX_VALUE;
            state.wake();
            state.dispatch();
            for (Known known : model) {
                assertTrue(
                        !mayExpire(known) || nowMillis < dueMillis(known) || isRead(known.lsn),
                        known.text + " outlives its time");
            }
        }

        private boolean isRead(long lsn) {
            return loads.stream().flatMap(List::stream).anyMatch(entry -> entry.lsn == lsn);
        }

        private void checkSomebodyIsWoken() {
            for (Known known : model) {
                assertTrue(
                        !mayExpire(known) || alarmAtMillis <= dueMillis(known),
                        known.text + " is over at " + known.expiresAtMillis + ", nobody is woken");
            }
        }

        private static boolean mayExpire(Known known) {
            boolean waits = !known.ended && !known.damaged && known.holder == null && known.reservedFor.isEmpty();
            return waits && known.expiresAtMillis != Envelope.NEVER;
        }

        private static long dueMillis(Known known) {
            return (known.expiresAtMillis + 999) / 1000 * 1000;
        }

        void attach() {
            if (consumers.size() == 5) return;
            String wish = !particular || random.nextInt(2) == 0 ? "" : random.nextBoolean() ? "a" : "b";
            Settlement settlement = random.nextInt(4) == 0 ? Settlement.ON_DISPATCH : Settlement.BY_CONSUMER;
            add(wish, settlement, random.nextInt(6) == 0 ? Mode.BROWSE : Mode.CONSUME);
        }

        Consumer add(String wish, Settlement settlement, Mode mode) {
            Optional<Filter> filter =
                    wish.isEmpty() ? Optional.empty() : Optional.of(Filter.ofSelector("text LIKE '" + wish + "%'"));
            String name = NAMES[random.nextInt(NAMES.length)];
            SubscriptionSettings settings = new SubscriptionSettings(null, settlement, name, filter, mode);
            Consumer consumer = new Subscription(null, settings, "", null).consumer();
            wishes.put(consumer, wish);
            consumers.add(consumer);
            state.attach(consumer);
            return consumer;
        }

        void grant() {
            if (consumers.isEmpty()) return;
            Consumer consumer = consumers.get(random.nextInt(consumers.size()));
            consumer.limit = consumer.dispatched + random.nextInt(4);
            state.available(consumer);
        }

        void drain() {
            if (consumers.isEmpty()) return;
            drainsAsked++;
            state.drain(consumers.get(random.nextInt(consumers.size())));
        }

        void passThrough() {
            Envelope envelope = new Envelope("q", false, 4, Envelope.NEVER, 0);
            Message message = new Message(envelope, FORMAT, Body.Inline.of(new byte[] {'p'}));
            message.hold(); // as a message that is on its way to its queue
            shown = 0;
            passing = true;
            state.passThrough(new Entry(0, 0, message));
            passing = false;
            passed++;
            assertEquals(consumers.isEmpty() ? 0 : 1, shown, "who saw what passed through");
        }

        void settleOne() {
            if (held.isEmpty()) return;
            Delivery delivery = held.remove(random.nextInt(held.size()));
            Known known = known(delivery);
            Outcome outcome = outcome();
            if (!delivery.copy) {
                boolean ends = outcome instanceof Outcome.Accepted || outcome instanceof Outcome.Rejected;
                known.ended = ends;
                boolean refused = outcome instanceof Outcome.Modified modified && modified.undeliverableHere();
                if (refused) known.refusedBy.add(known.holder);
                known.holder = null;
            }
            state.settle(delivery, outcome, List.of());
        }

        private Outcome outcome() {
            return switch (random.nextInt(5)) {
                case 0, 1 -> Outcome.ACCEPTED;
                case 2 -> Outcome.RELEASED;
                case 3 -> new Outcome.Rejected("no");
                default -> new Outcome.Modified(random.nextBoolean(), particular && random.nextInt(3) == 0);
            };
        }

        private Known known(Delivery delivery) {
            return byText.get(text(delivery.message().content()));
        }

        void leave() {
            if (consumers.isEmpty()) return;
            Consumer consumer = consumers.remove(random.nextInt(consumers.size()));
            List<Delivery> reserved = new ArrayList<>();
            for (Delivery delivery : List.copyOf(held)) {
                if (delivery.owner != consumer) continue;
                held.remove(delivery);
                if (delivery.copy) continue;
                known(delivery).holder = null;
                if (!particular || random.nextInt(3) > 0) continue;
                reserved.add(delivery);
                known(delivery).reservedFor = consumer.subscription.name();
            }
            if (consumer.draining) drainsAnswered++; // nobody waits for it any more
            state.detach(consumer, reserved);
        }

        void endReserved(String name) {
            answerReads(); // what is being read would end later
            for (Known known : model) {
                if (!known.ended && known.holder == null && known.reservedFor.equals(name)) {
                    known.ended = true;
                    known.damaged = false;
                }
            }
            state.endReserved(name);
        }

        void answerReads() {
            List<List<Entry>> now = List.copyOf(loads);
            loads.clear();
            for (List<Entry> entries : now) {
                List<@Nullable Message> messages = new ArrayList<>();
                for (Entry entry : entries) messages.add(read(entry));
                state.loaded(entries, messages);
            }
        }

        private @Nullable Message read(Entry entry) {
            Known known = known(entry.lsn);
            known.damaged = spoils && random.nextInt(8) == 0;
            return known.damaged ? null : log.get(entry.lsn);
        }

        @Override
        public void deliver(Delivery delivery) {
            Consumer consumer = delivery.owner;
            consumer.received(delivery.entry.bodyBytes);
            if (passing) {
                assertTrue(consumers.contains(consumer) && delivery.isSettled());
                shown++;
                return;
            }
            Known known = known(delivery);
            assertTrue(mayHave(consumer, known), known.text + " is not for it");
            if (delivery.copy) {
                if (!delivery.isSettled()) held.add(delivery);
                return;
            }
            for (Known other : model) {
                boolean ordered = !particular
                        || (other.fresh && known.fresh && Order.level(other.place) == Order.level(known.place));
                assertFalse(
                        ordered && other.place < known.place && mayHave(consumer, other),
                        () -> other.text + " comes before " + known.text);
            }
            known.fresh = false;
            known.reservedFor = "";
            if (delivery.isSettled()) {
                known.ended = true;
            } else {
                known.holder = consumer;
                held.add(delivery);
            }
        }

        private boolean mayHave(Consumer consumer, Known known) {
            if (known.ended || known.damaged || known.holder != null || known.refusedBy.contains(consumer))
                return false;
            if (!known.reservedFor.isEmpty()
                    && (consumer.browses() || !known.reservedFor.equals(consumer.subscription.name()))) {
                return false;
            }
            if (known.reservedFor.isEmpty() && nowMillis >= known.expiresAtMillis) return false;
            return known.text.startsWith(wishes.get(consumer));
        }

        @Override
        public void settle(long lsn) {
            if (lsn != 0) assertTrue(settledLsns.add(lsn), "LSN " + lsn + " is settled twice");
            assertTrue(lsn == 0 || !isRead(lsn), "LSN " + lsn + " is settled while it is read");
            // What has outlived its time ends without anybody's doing; such a message is always in the log.
            Message message = log.get(lsn);
            if (message != null && message.envelope().isExpiredAt(nowMillis)) {
                Known known = byText.get(text(message.content()));
                boolean isSomebodys = known.holder != null || !known.reservedFor.isEmpty();
                assertTrue(
                        known.ended || !isSomebodys, known.text + " expires, but somebody has it or may have seen it");
                known.ended = true;
            }
        }

        @Override
        public void change(List<TableChange> changes) {}

        @Override
        public void forget(long lsn, java.util.function.Consumer<LongConsumer> dead) {
            dead.accept(each -> assertTrue(settledLsns.add(each), "LSN " + each + " has ended before"));
        }

        @Override
        public void confirm(Subscription subscription, long token) {}

        @Override
        public void load(List<Entry> entries) {
            loads.add(entries);
        }

        @Override
        public Pages pages() {
            return pages;
        }

        @Override
        public void fetch(PageLoad.Wanted chunk) {
            PageLoad load = new PageLoad("q", chunk, command -> command.applyTo(state));
            pages.read(chunk.stub().page, load::came, load::failed);
        }

        @Override
        public void wakeAt(long millis) {
            alarmAtMillis = millis;
        }

        @Override
        public void consumedBy(@Nullable Subscription only) {}

        @Override
        public void drained(Subscription subscription) {
            drainsAnswered++;
        }

        @Override
        public void deleted(Subscription subscription) {}

        private void answerAll() {
            for (int turns = 0; state.dispatch() || !loads.isEmpty() || pages.isAsked(); turns++) {
                assertTrue(turns < 10_000, "somebody goes in circles");
                answerReads();
                pages.answer();
            }
        }

        /** Who has credit has all that it may have, wherever that was set aside. */
        private void checkNobodyIsKeptWaiting() {
            for (Consumer consumer : consumers) {
                consumer.limit = Long.MAX_VALUE;
                state.available(consumer);
            }
            answerAll();
            for (Known known : model) {
                for (Consumer consumer : consumers) {
                    assertFalse(
                            !consumer.browses() && mayHave(consumer, known), known.text + " is kept from its consumer");
                }
            }
        }

        void finish() {
            checkNobodyIsKeptWaiting();
            assertEquals(drainsAsked, drainsAnswered, "drains that were answered");
            while (!consumers.isEmpty()) leave();
            for (String name : NAMES) endReserved(name);
            nowMillis = 1_000_000;
            Consumer last = add("", Settlement.BY_CONSUMER, Mode.CONSUME);
            last.limit = Long.MAX_VALUE;
            state.available(last);
            answerAll();
            for (Delivery delivery : List.copyOf(held)) state.settle(delivery, Outcome.ACCEPTED, List.of());
            state.dispatch();
            QueueStatus status = state.status();
            assertEquals(0, status.ready() + status.unsettled() + status.residentBytes());
            assertEquals(model.size() + passed, status.enqueued());
            List<Known> apart = model.stream().filter(known -> known.damaged).toList();
            assertEquals(apart.size(), status.damaged());
            assertEquals(model.size() - apart.size() + passed, status.settled());
            Set<Long> ended = new HashSet<>(log.keySet());
            apart.forEach(known -> ended.remove(known.lsn));
            assertEquals(ended, settledLsns);
            state.delete(0);
            assertEquals(log.keySet(), settledLsns, "with the queue all ends");
            assertTrue(memory.heldBytes() <= 4096 * 2, "held: " + memory.heldBytes());
            pages.answer();
            assertEquals(Set.of(), pages.held(), "pages of nobody");
            assertEquals(0, memory.entriesOnDisk());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001, 3001})
    void everyMessageGoesToTheFirstThatMayHaveItAndEndsOnce(long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + LIVES; seed++) {
            try {
                Life life = new Life(seed, 1 << 30);
                for (int step = 0; step < STEPS; step++) life.step();
                life.finish();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** The same with a queue that gives all that nobody has to the disk, and gets it back when somebody comes there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001, 3001})
    void whatIsInPagesIsStillInTheQueue(long firstSeed) {
        int written = 0;
        int reads = 0;
        for (long seed = firstSeed; seed < firstSeed + LIVES; seed++) {
            try {
                Life life = new Life(seed, 0);
                for (int step = 0; step < STEPS; step++) life.step();
                life.finish();
                written += life.pages.written;
                reads += life.pages.reads;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(written > LIVES && reads > LIVES, written + " pages, " + reads + " read");
    }
}
