package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.UsedHeap;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index against a plain list, with chunks of four slots, and what it costs with the usual ones. */
@Isolated
class QueueIndexTest {

    private static final int LIVES = 300;
    private static final int STEPS = 400;

    /** Where the model sees an entry. */
    private enum Standing {
        FRONT,
        ASIDE,
        OUT
    }

    /** What the model knows of an entry. */
    private static final class Known {
        final long lsn;
        final int flags;
        final boolean restored;
        Standing standing = Standing.FRONT;
        boolean delivered;
        int failures;

        Known(long lsn, int flags, boolean restored) {
            this.lsn = lsn;
            this.flags = flags;
            this.restored = restored;
            this.delivered = restored;
        }

        boolean waits() {
            return standing != Standing.OUT;
        }
    }

    /** One random life of an index. */
    private static final class Life {
        final SplittableRandom random;
        final QueueIndex index = new QueueIndex(2);
        final TreeMap<Long, Known> model = new TreeMap<>();
        final List<Entry> out = new ArrayList<>();
        final long[] arrivals = new long[10];
        final boolean manyPriorities;
        final int unit;
        long nextLsn;

        Life(long seed) {
            random = new SplittableRandom(seed);
            manyPriorities = random.nextInt(3) == 0;
            unit = random.nextInt(4) == 0 ? 1 : 32;
            nextLsn = unit * (1L + random.nextInt(1 << 20));
            restore();
        }

        int priority() {
            return manyPriorities ? random.nextInt(10) : 4;
        }

        int flags() {
            return random.nextInt(5) == 0 ? random.nextInt(256) : 4;
        }

        long lsn() {
            return nextLsn += unit * (2L + random.nextInt(random.nextInt(20) == 0 ? 1 << 20 : 60));
        }

        void restore() {
            int many = random.nextInt(60);
            List<Long> lsns = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                int priority = priority();
                Known known = new Known(lsn(), flags(), true);
                index.restore(priority, known.lsn, known.flags, TestMessages.durable("q", "x"));
                model.put(Order.place(priority, arrivals[priority]++), known);
                lsns.add(known.lsn);
                if (random.nextInt(2) == 0) continue;
                long settled = lsns.get(random.nextInt(lsns.size()));
                boolean was = model.values().removeIf(entry -> entry.lsn == settled);
                assertEquals(was, index.endRestored(settled), "LSN " + settled);
                assertFalse(index.endRestored(settled + 1), "no such LSN");
            }
            check();
        }

        void step() {
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> add();
                case 3 -> take(index.first());
                case 4 -> takeAny();
                case 5 -> putBack();
                case 6, 7 -> end();
                default -> setFirstAside();
            }
            check();
        }

        void add() {
            int priority = priority();
            long lsn = random.nextInt(8) == 0 ? 0 : lsn();
            // Between producers the order may differ a little from that of the log.
            if (lsn != 0 && random.nextInt(10) == 0) lsn = Math.max(unit, lsn - unit * 3L * random.nextInt(40) - unit);
            if (isThere(lsn)) return;
            Known known = new Known(lsn, flags(), false);
            Entry entry = new Entry(lsn, known.flags, TestMessages.durable("q", "x".repeat(random.nextInt(300))));
            if (lsn != 0 && random.nextInt(3) > 0) entry.message = null;
            index.add(entry, priority);
            assertEquals(Order.place(priority, arrivals[priority]++), entry.seq);
            assertEquals(entry.isMoreThanBits(), index.object(entry.seq) == entry);
            model.put(entry.seq, known);
        }

        private boolean isThere(long lsn) {
            return lsn != 0 && model.values().stream().anyMatch(known -> known.lsn == lsn);
        }

        void takeAny() {
            List<Long> waiting = new ArrayList<>();
            model.forEach((place, known) -> {
                if (known.waits()) waiting.add(place);
            });
            if (!waiting.isEmpty()) take(waiting.get(random.nextInt(waiting.size())));
        }

        void take(long place) {
            if (place == QueueIndex.NONE) return;
            Known known = model.get(place);
            Entry entry = objectAt(place);
            assertEquals(known.lsn, entry.lsn);
            assertEquals(known.flags, entry.flags);
            assertEquals(known.delivered, entry.delivered, "delivered");
            assertEquals(known.restored, entry.restored, "restored");
            assertEquals(known.failures, entry.deliveryCount, "failures");
            index.take(entry);
            entry.delivered = true;
            entry.delivery = new Delivery(CONSUMER, entry, TestMessages.durable("q", "x"), false);
            known.standing = Standing.OUT;
            known.delivered = true;
            index.letGo(entry);
            assertSame(entry, index.object(place), "one with a consumer stays");
            out.add(entry);
        }

        /** The object there, made as a reading of it makes it. */
        Entry objectAt(long place) {
            Entry entry = index.object(place);
            if (entry != null) return entry;
            List<Entry> made = index.notResidentFrom(place, 1 + random.nextInt(4), 1L << 40);
            for (Entry other : made.subList(1, made.size())) index.letGo(other);
            assertSame(made.get(0), index.object(place));
            return made.get(0);
        }

        void putBack() {
            if (out.isEmpty()) return;
            Entry entry = out.remove(random.nextInt(out.size()));
            Known known = model.get(entry.seq);
            entry.delivery = null;
            if (random.nextInt(2) == 0) {
                entry.deliveryCount += random.nextInt(200);
                known.failures = entry.deliveryCount;
            }
            if (entry.lsn != 0) entry.message = null;
            known.standing = Standing.FRONT;
            index.putBack(entry);
            index.letGo(entry);
            boolean stays = entry.lsn == 0 || entry.deliveryCount > 255;
            assertEquals(stays, index.object(entry.seq) != null);
        }

        void end() {
            if (out.isEmpty()) return;
            Entry entry = out.remove(random.nextInt(out.size()));
            index.end(entry);
            assertNull(index.object(entry.seq));
            model.remove(entry.seq);
        }

        void setFirstAside() {
            long first = index.first();
            if (first == QueueIndex.NONE) return;
            Entry entry = objectAt(first);
            index.setFirstAside(entry);
            model.get(first).standing = Standing.ASIDE;
            index.letGo(entry);
        }

        void check() {
            assertEquals(model.values().stream().filter(Known::waits).count(), index.size());
            assertEquals(after(Order.BEGINNING, known -> known.standing == Standing.FRONT), index.first(), "first");
            long place = Order.place(priority(), random.nextInt(200));
            if (random.nextInt(8) == 0) place = Order.BEGINNING;
            assertEquals(after(place, Known::waits), index.higher(place), "higher than " + place);
            assertEquals(
                    after(place, known -> known.standing == Standing.ASIDE),
                    index.higherAside(place),
                    "aside " + place);
            Known there = model.get(place);
            if (place != Order.BEGINNING)
                assertEquals(there != null && there.standing == Standing.ASIDE, index.isAside(place));
        }

        private long after(long place, Predicate<Known> wanted) {
            return model.tailMap(place, false).entrySet().stream()
                    .filter(entry -> wanted.test(entry.getValue()))
                    .findFirst()
                    .map(java.util.Map.Entry::getKey)
                    .orElse(QueueIndex.NONE);
        }

        void finish() {
            List<Long> expected = new ArrayList<>();
            for (Known known : model.values()) if (known.lsn != 0) expected.add(known.lsn);
            List<Long> named = new ArrayList<>();
            index.removeAll().accept(named::add);
            named.sort(null);
            expected.sort(null);
            assertEquals(expected, named);
            assertEquals(0, index.size());
            assertEquals(0, index.heapBytes());
            assertTrue(out.stream().allMatch(entry -> entry.ended));
        }
    }

    private static final Consumer CONSUMER =
            new Consumer(null, new SubscriptionSettings(null, SubscriptionSettings.Settlement.BY_CONSUMER, "c"));

    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001})
    void everyEntryIsWhereItShouldBe(long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + LIVES; seed++) {
            try {
                Life life = new Life(seed);
                for (int step = 0; step < STEPS; step++) life.step();
                life.finish();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final int MANY = 1_000_000;

    /** Units of 32 bytes that a message of 1 KiB takes in the log. */
    private static final int RECORD_UNITS = 36;

    private static long heapOf(List<QueueIndex> indexes) {
        return indexes.stream().mapToLong(QueueIndex::heapBytes).sum();
    }

    private static List<QueueIndex> filled(int queues, SplittableRandom random) {
        List<QueueIndex> indexes = new ArrayList<>();
        for (int i = 0; i < queues; i++) indexes.add(new QueueIndex(QueueIndex.SLOT_BITS));
        long lsn = 256L << 20;
        for (int i = 0; i < MANY; i++) {
            lsn += 32L * (RECORD_UNITS + random.nextInt(3));
            Entry entry = new Entry(lsn, 4, TestMessages.durable("q", "x"));
            entry.message = null;
            indexes.get(random.nextInt(queues)).add(entry, 4);
        }
        return indexes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void aMessageCostsAtMostThreeBytesAlsoWhenEverySecondHasEnded(int queues) {
        SplittableRandom random = new SplittableRandom(7);
        long before = UsedHeap.bytes();
        List<QueueIndex> indexes = filled(queues, random);
        double whole = (double) heapOf(indexes) / MANY;
        double measured = (double) (UsedHeap.bytes() - before) / MANY;
        System.out.printf("%d queues: %.2f bytes a message, %.2f measured%n", queues, whole, measured);
        assertTrue(whole <= 3, whole + " bytes");
        int left = 0;
        for (QueueIndex index : indexes) {
            for (long place = index.first(); place != QueueIndex.NONE; place = index.higher(place)) {
                Entry entry = index.notResidentFrom(place, 1, 1).get(0);
                index.take(entry);
                if (random.nextInt(2) == 0) {
                    index.end(entry);
                    continue;
                }
                left++;
                entry.delivered = true;
                index.putBack(entry);
                index.letGo(entry);
            }
        }
        double halved = (double) heapOf(indexes) / left;
        measured = (double) (UsedHeap.bytes() - before) / left;
        System.out.printf("half of them settled: %.2f bytes a message left, %.2f measured%n", halved, measured);
        Reference.reachabilityFence(indexes);
        assertTrue(halved <= 3, halved + " bytes");
    }

    /** Beyond the index's bytes, for one message in so many that expires. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 10_000})
    void aMessageThatExpiresCostsAtMostSixteenBytesMoreAndOthersNothing(int oneIn) {
        double plain = heapOf(List.of(filled(Integer.MAX_VALUE)));
        QueueIndex index = filled(oneIn);
        double more = (heapOf(List.of(index)) - plain) / (MANY / oneIn);
        long[] places = new long[256];
        long begun = System.nanoTime();
        int ended = 0;
        for (int found = new Departures(index).due(Integer.MAX_VALUE - 1, places); found > 0; ) {
            for (int i = 0; i < found; i++) {
                Entry entry = index.objectAt(places[i]);
                index.take(entry);
                index.end(entry);
            }
            ended += found;
            found = new Departures(index).due(Integer.MAX_VALUE - 1, places);
        }
        double nanos = (double) (System.nanoTime() - begun) / ended;
        System.out.printf("one in %,d expires: %.1f bytes more for each, %.0f ns to end it%n", oneIn, more, nanos);
        assertEquals(MANY / oneIn, ended);
        assertEquals(MANY - ended, index.size());
        assertEquals(SlotTimes.NEVER, new Departures(index).earliestExpiry());
        // A chunk that has any has two arrays for them.
        assertTrue(more <= 16 + 64.0 * oneIn / Math.max(oneIn, 4096), more + " bytes");
    }

    private static QueueIndex filled(int oneIn) {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 1; i <= MANY; i++) {
            Entry entry = new Entry(i * 1120L, 4, TestMessages.durable("q", "x"));
            entry.message = null;
            if (i % oneIn == 0) entry.expiresAtMillis = 1_700_000_000_000L + random.nextInt(3_600_000);
            index.add(entry, 4);
        }
        return index;
    }

    @Test
    void aQueueThatWasEmptiedCostsNextToNothing() {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        for (int i = 1; i <= 10_000; i++) {
            Entry entry = new Entry(i * 1000L, 0, TestMessages.durable("q", "x"));
            index.add(entry, 4);
            if (i % 100 == 0) emptied(index);
        }
        assertTrue(index.heapBytes() <= 264, index.heapBytes() + " bytes");
    }

    private static void emptied(QueueIndex index) {
        for (long place = index.first(); place != QueueIndex.NONE; place = index.first()) {
            Entry entry = index.object(place);
            index.take(entry);
            index.end(entry);
        }
    }

    @Test
    void theLastOfAChunkCostsLittle() {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        int chunks = 100;
        for (int i = 1; i <= chunks << QueueIndex.SLOT_BITS; i++) {
            Entry entry = new Entry(i * 1120L, 0, TestMessages.durable("q", "x"));
            entry.message = null;
            index.add(entry, 4);
        }
        for (long place = index.first(); place != QueueIndex.NONE; place = index.higher(place)) {
            if (place % 4096 == 2000) continue;
            Entry entry = index.notResidentFrom(place, 1, 1).get(0);
            index.take(entry);
            index.end(entry);
        }
        assertEquals(chunks, index.size());
        assertTrue(index.heapBytes() <= chunks * 256, index.heapBytes() / chunks + " bytes each");
    }

    @Test
    void lsnsComeBackInWhateverOrderTheyCame() {
        LsnCode code = new LsnCode();
        SplittableRandom random = new SplittableRandom(3);
        List<Long> lsns = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            long lsn = 32L * (1 + random.nextLong(1L << random.nextInt(1, 57)));
            if (i % 9 == 0) lsn = 0;
            if (!lsns.isEmpty() && lsns.contains(lsn) && lsn != 0) continue;
            lsns.add(lsn);
            code.add(lsn);
        }
        code.trim();
        for (int i = 0; i < lsns.size(); i++) assertEquals(lsns.get(i), code.get(i));
        List<Long> walked = new ArrayList<>();
        LsnCode.Walk walk = code.walk();
        LongConsumer add = walked::add;
        for (int i = 0; i < code.size(); i++) add.accept(walk.next());
        assertEquals(lsns, walked);
    }
}
