package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.TargetFlags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue comes back from the image of a checkpoint and the log after it, with chunks of four slots. */
class QueueImageTest {
    private static final int HISTORIES = 80;
    private static final int LIVES = 3;
    private static final int SLOT_BITS = 2;
    private static final int PRODUCERS = 3;

    /** A record of the log: an entry, or the settlement of the one at {@code settledLsn}. */
    private record Logged(long lsn, int producer, int priority, int flags, Message message, long settledLsn) {
        boolean isEntry() {
            return settledLsn == 0;
        }
    }

    /** One queue over several lives, and its log. */
    private static final class History {
        final SplittableRandom random;
        final List<Logged> log = new ArrayList<>();
        final Map<Long, Logged> entries = new HashMap<>();
        final List<Queue<Logged>> onTheirWay = new ArrayList<>();

        /** Of one more producer, which sends in transactions: it is in the log and nowhere else before the commit. */
        final Queue<Logged> open = new ArrayDeque<>();

        /** Where they were committed, by their LSNs. */
        final Map<Long, Long> commits = new HashMap<>();

        final List<Long> inIndex = new ArrayList<>();
        QueueIndex index = new QueueIndex(SLOT_BITS);
        List<byte[]> image = List.of();
        long imageBelowLsn;
        long nextLsn = 32;

        History(long seed) {
            random = new SplittableRandom(seed);
            for (int i = 0; i < PRODUCERS; i++) onTheirWay.add(new ArrayDeque<>());
        }

        void live() {
            act(random.nextInt(3000));
            checkpoint();
            act(random.nextInt(200));
        }

        private void act(int times) {
            int share = 3 + random.nextInt(6);
            for (int i = 0; i < times; i++) {
                int what = random.nextInt(10);
                if (what < share) append();
                else if (what < 9) settle();
                if (random.nextInt(3) > 0) arrive(random.nextInt(PRODUCERS));
                if (random.nextInt(30) == 0) commit();
            }
        }

        private void commit() {
            long commitLsn = nextLsn += 32;
            for (Logged entry = open.poll(); entry != null; entry = open.poll()) {
                commits.put(entry.lsn, commitLsn);
                arrive(entry);
            }
        }

        private void append() {
            int producer = random.nextInt(PRODUCERS + 1);
            int flags = random.nextInt(4) == 0 ? random.nextInt(256) & ~TargetFlags.TRANSIENT : 4;
            if (random.nextInt(30) == 0) flags |= TargetFlags.TRANSIENT;
            int priority = random.nextInt(6) == 0 ? random.nextInt(10) : 4;
            Message message = TestMessages.durable("q", "x".repeat(random.nextInt(200)));
            Logged entry = new Logged(nextLsn += 32L * (1 + random.nextInt(50)), producer, priority, flags, message, 0);
            log.add(entry);
            entries.put(entry.lsn, entry);
            (producer == PRODUCERS ? open : onTheirWay.get(producer)).add(entry);
        }

        /** Producers get their messages to the queue in their own order, and not in the log's. */
        private void arrive(int producer) {
            Logged entry = onTheirWay.get(producer).poll();
            if (entry != null) arrive(entry);
        }

        private void arrive(Logged entry) {
            if (random.nextInt(40) == 0) {
                index.add(new Entry(0, TargetFlags.TRANSIENT, entry.message), entry.priority); // one only in memory
            }
            Entry arrived = new Entry(entry.lsn, entry.flags, entry.message);
            arrived.message = null;
            index.add(arrived, entry.priority);
            inIndex.add(entry.lsn);
        }

        private void settle() {
            if (inIndex.isEmpty()) return;
            int at = random.nextInt(random.nextInt(3) == 0 ? inIndex.size() : Math.min(inIndex.size(), 20));
            long lsn = inIndex.remove(at);
            for (long place = index.higher(Order.BEGINNING); place != QueueIndex.NONE; place = index.higher(place)) {
                Entry entry = entry(index, place);
                if (entry.lsn == lsn) {
                    index.take(entry);
                    index.end(entry);
                    log.add(new Logged(nextLsn += 32, 0, 0, 0, TestMessages.durable("q", ""), lsn));
                    return;
                }
                index.letGo(entry);
            }
            throw new AssertionError("entry " + lsn + " is not there");
        }

        private void checkpoint() {
            for (int i = 0; i < PRODUCERS; i++) while (!onTheirWay.get(i).isEmpty()) arrive(i);
            imageBelowLsn = nextLsn + 1;
            QueueImage taken = index.image(imageBelowLsn);
            image = new ArrayList<>();
            for (byte[] part = taken.nextPart(); part != null; part = taken.nextPart()) {
                image.add(part);
                act(random.nextInt(40));
            }
        }

        /** The next life begins, with the log up to its end or a little less. */
        void restart() {
            QueueIndex next = new QueueIndex(SLOT_BITS);
            Set<Long> told = new HashSet<>();
            int restored = 0;
            for (byte[] part : image) {
                restored += next.restore(part, lsn -> assertTrue(told.add(lsn), lsn + " is told twice"));
            }
            assertEquals(told.size(), restored);
            TreeMap<Long, Logged> expected = new TreeMap<>();
            for (Logged record : log) {
                boolean isEarly = record.lsn < imageBelowLsn && commitLsn(record) >= imageBelowLsn;
                if (isEarly && commitLsn(record) < Long.MAX_VALUE && !told.contains(record.lsn)) restore(next, record);
            }
            for (Logged record : log) {
                if (commitLsn(record) == Long.MAX_VALUE) continue;
                if (record.isEntry() && !TargetFlags.isTransient(record.flags)) expected.put(record.lsn, record);
                if (!record.isEntry()) expected.remove(record.settledLsn);
                if (record.lsn < imageBelowLsn) continue;
                if (!record.isEntry()) {
                    next.endRestored(record.settledLsn);
                } else {
                    restore(next, record);
                }
            }
            check(next, expected);
            index = next;
            inIndex.clear();
            inIndex.addAll(expected.keySet());
            onTheirWay.forEach(Queue::clear);
            open.clear();
        }

        /** {@link Long#MAX_VALUE} if it never was. */
        private long commitLsn(Logged record) {
            if (!record.isEntry() || record.producer < PRODUCERS) return record.lsn;
            return commits.getOrDefault(record.lsn, Long.MAX_VALUE);
        }

        private static void restore(QueueIndex index, Logged record) {
            if (TargetFlags.isTransient(record.flags)) return;
            index.restore(record.priority, record.lsn, record.flags, record.message);
        }

        private void check(QueueIndex found, TreeMap<Long, Logged> expected) {
            Set<Long> seen = new HashSet<>();
            Map<String, Long> last = new HashMap<>();
            for (long place = found.higher(Order.BEGINNING); place != QueueIndex.NONE; place = found.higher(place)) {
                Entry entry = entry(found, place);
                Logged record = expected.get(entry.lsn);
                assertTrue(record != null, "returned " + entry.lsn);
                assertTrue(seen.add(entry.lsn), entry.lsn + " is there twice");
                assertEquals(record.flags, entry.flags);
                assertEquals(Order.level(Order.place(record.priority, 0)), Order.level(place));
                assertTrue(entry.bodyBytes >= record.message.body().size(), "the bound of a body");
                assertTrue(entry.restored && entry.delivered);
                Long before = last.put(record.producer + " " + record.priority, entry.lsn);
                assertTrue(before == null || before < entry.lsn, "a producer's order");
                found.letGo(entry);
            }
            assertEquals(expected.keySet().size(), seen.size(), "lost");
            assertEquals(seen.size(), found.size());
        }
    }

    private static Entry entry(QueueIndex index, long place) {
        Entry object = index.object(place);
        return object != null
                ? object
                : index.notResidentFrom(place, 1, Long.MAX_VALUE).get(0);
    }

    @Test
    void whatIsInTheImageAndTheLogAfterItIsWhatThereWas() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            History history = new History(seed);
            try {
                for (int life = 0; life < LIVES; life++) {
                    history.live();
                    history.restart();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** What is known of an entry comes back with it, also when its chunk had to be sorted. */
    @Test
    void failuresAndFlagsComeBackAlsoInASortedChunk() {
        QueueIndex index = new QueueIndex(SLOT_BITS);
        long[] lsns = {320, 960, 640, 1600, 1280};
        for (long lsn : lsns) {
            Entry entry = new Entry(lsn, (int) (lsn / 320) << 2, TestMessages.durable("q", "x"));
            entry.message = null;
            index.add(entry, 4);
        }
        for (long place = index.first(); place != QueueIndex.NONE; place = index.higher(place)) {
            Entry entry = entry(index, place);
            index.take(entry);
            entry.deliveryCount = (int) (entry.lsn / 320);
            index.putBack(entry);
            index.letGo(entry);
        }
        QueueIndex inOrder = new QueueIndex(SLOT_BITS);
        inOrder.restore(part(index), lsn -> {});
        for (int i = 0; i < lsns.length; i++) check(lsns[i], entry(inOrder, Order.place(4, i)));
        QueueIndex next = new QueueIndex(SLOT_BITS);
        next.restore(part(index), lsn -> {});
        assertTrue(next.endRestored(640));
        for (long lsn : lsns) if (lsn != 640) check(lsn, next.restored(lsn));
        next.restore(4, 3200, 4, TestMessages.durable("q", "x")); // the last chunk goes on behind what was sorted
        assertTrue(next.endRestored(3200));
        assertFalse(next.endRestored(3200));
        assertTrue(next.endRestored(1600));
        assertEquals(3, next.size());
    }

    private static void check(long lsn, Entry entry) {
        assertEquals(lsn, entry.lsn);
        assertEquals(lsn / 320, entry.deliveryCount);
        assertEquals(lsn / 320 << 2, entry.flags);
    }

    private static byte[] part(QueueIndex index) {
        byte[] part = index.image(Long.MAX_VALUE).nextPart();
        if (part == null) throw new AssertionError("there is nothing to tell");
        return part;
    }

    @Test
    void whatEndsWithItsProcessIsInTheImageAndNotTakenInByTheNext() {
        QueueIndex index = new QueueIndex(SLOT_BITS);
        int[] flags = {TargetFlags.TRANSIENT, 4, TargetFlags.TRANSIENT | 4, 4, 4};
        for (int i = 0; i < flags.length; i++) {
            Entry entry = new Entry(i == 3 ? 0 : 320 + 32L * i, flags[i], TestMessages.durable("q", "x"));
            index.add(entry, 4);
        }
        List<Long> living = new ArrayList<>();
        QueueIndex next = new QueueIndex(SLOT_BITS);
        assertEquals(2, next.restore(part(index), living::add));
        assertEquals(List.of(352L, 448L), living);
        assertEquals(2, next.size());
        QueueImage below = index.image(448);
        next = new QueueIndex(SLOT_BITS);
        assertEquals(1, next.restore(below.nextPart(), lsn -> {}));
        byte[] ended = index.image(352).nextPart();
        assertEquals(0, new QueueIndex(SLOT_BITS).restore(ended, lsn -> fail("the only one has ended")));
        assertTrue(index.image(320).nextPart() == null, "nothing is below");
        living.clear();
        QueueImage.living(part(index), living::add);
        assertEquals(List.of(320L, 352L, 384L, 448L), living, "whoever keeps records has to keep them");
    }

    @Test
    void theLastChunkGoesOnAfterAStart() {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        index.restore(4, 320, 4, TestMessages.durable("q", "x"));
        long costs = 0;
        for (int life = 1; life <= 50; life++) {
            QueueIndex next = new QueueIndex(QueueIndex.SLOT_BITS);
            next.restore(part(index), lsn -> {});
            next.restore(4, 320 + life * 320L, 4, TestMessages.durable("q", "x"));
            index = next;
            if (life == 1) costs = index.heapBytes();
        }
        assertEquals(51, index.size());
        assertTrue(costs > 0 && index.heapBytes() < 2 * costs, costs + " bytes became " + index.heapBytes());
    }

    /** What the first format left: six entries, the fifth of another priority, each second one with a time that is not in it. */
    private static final String FORMAT_1 =
            "01000000000000000000000000010001000000000500010000000000000000000000013300000400000000000000080000010000"
                    + "0000000000050000000000000000000000040004000000000500040000000000000000000000040b0b0b0b0000040001"
                    + "0000000000000000000a0000000000010000010500000000000000010000000100010000000005000100000000000000"
                    + "00000000013d00000400010000000000000000000100000000000800000100000000000000";

    @Test
    void anImageOfTheFirstFormatIsReadAndWrittenAsTheSecond() {
        QueueIndex index = new QueueIndex(SLOT_BITS);
        List<Long> living = new ArrayList<>();
        assertEquals(6, index.restore(HexFormat.of().parseHex(FORMAT_1), living::add));
        living.sort(null);
        assertEquals(List.of(320L, 640L, 960L, 1280L, 1600L, 1920L), living);
        assertEquals(SlotTimes.NEVER, new Departures(index).earliestExpiry(), "it is seen when it is read back");
        QueueIndex next = new QueueIndex(SLOT_BITS);
        byte[] part = part(index);
        assertEquals(2, part[0]);
        assertEquals(6, next.restore(part, lsn -> {}));
        assertTrue(next.endRestored(1920));
    }

    @Test
    void whenAnEntryExpiresIsInTheImage() {
        QueueIndex index = new QueueIndex(SLOT_BITS);
        for (int i = 1; i <= 50; i++) {
            Message message = TestMessages.durable("q", "x");
            index.restore(4, i * 320L, 0, i % 3 == 0 ? TestMessages.expiring(message, 60_000L * (100 - i)) : message);
        }
        assertTrue(index.endRestored(48 * 320L));
        QueueIndex next = new QueueIndex(SLOT_BITS);
        assertEquals(49, next.restore(part(index), lsn -> {}));
        assertEquals(SlotTimes.second(60_000L * 55), new Departures(next).earliestExpiry());
        long[] places = new long[50];
        assertEquals(4, new Departures(next).due(SlotTimes.now(60_000L * 64), places));
        for (int i = 0; i < 4; i++) {
            Entry entry = next.objectAt(places[i]);
            assertEquals(320L * (36 + 3 * i), entry.lsn);
            assertEquals(60_000L * (64 - 3 * i), entry.expiresAtMillis);
        }
    }

    /** A wrong byte is an error in words, not an attempt to have very much memory, nor an entry that is not there. */
    @Test
    void wrongBytesAreRefused() {
        QueueIndex index = new QueueIndex(SLOT_BITS);
        for (int i = 1; i <= 50; i++) index.restore(4, i * 320L, 0, TestMessages.expiring("q", i * 7000L));
        byte[] part = index.image(Long.MAX_VALUE).nextPart();
        assertTrue(part != null);
        int refused = 0;
        for (int at = 0; at < part.length; at++) {
            byte[] wrong = part.clone();
            wrong[at] ^= (byte) 0x80;
            try {
                new QueueIndex(SLOT_BITS).restore(wrong, lsn -> {});
            } catch (IllegalArgumentException | IllegalStateException e) {
                refused++;
            }
        }
        assertTrue(refused > part.length / 3, refused + " of " + part.length);
        byte[] otherVersion = part.clone();
        otherVersion[0]++;
        assertThrows(IllegalArgumentException.class, () -> new QueueIndex(SLOT_BITS).restore(otherVersion, lsn -> {}));
    }

    /** Figures for the documents: what a checkpoint of a large queue costs. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tenMillionEntriesAreTakenAndBroughtBackQuickly(boolean expiring) {
        QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        Message message = TestMessages.durable("q", "x");
        int many = 10_000_000;
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 1; i <= many; i++) {
            if (expiring) message = TestMessages.expiring("q", 1_700_000_000_000L + random.nextInt(60_000_000));
            index.restore(4, i * 1120L, 0, message);
        }
        List<byte[]> parts = new ArrayList<>();
        long bytes = 0;
        long longest = 0;
        long begun = System.nanoTime();
        QueueImage image = index.image(Long.MAX_VALUE);
        long before = begun;
        for (byte[] part = image.nextPart(); part != null; part = image.nextPart()) {
            parts.add(part);
            bytes += part.length;
            long now = System.nanoTime();
            longest = Math.max(longest, now - before);
            before = now;
        }
        long taken = System.nanoTime() - begun;
        QueueIndex again = new QueueIndex(QueueIndex.SLOT_BITS);
        begun = System.nanoTime();
        long[] living = {0};
        for (byte[] part : parts) again.restore(part, lsn -> living[0]++);
        long restored = System.nanoTime() - begun;
        System.out.printf(
                "image of %,d entries%s: %.1f MB taken in %.0f ms, %.1f ms at most at a time; brought back in %.0f ms%n",
                many, expiring ? " that expire" : "", bytes / 1e6, taken / 1e6, longest / 1e6, restored / 1e6);
        assertEquals(many, living[0]);
        assertEquals(many, again.size());
        assertTrue(bytes < many * (expiring ? 6L : 2L), bytes + " bytes");
    }
}
