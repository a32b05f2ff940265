package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import io.signalbox.broker.store.TargetFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A start that takes images as pages, since the index is larger than its share, finds what one finds that has all of it in memory.
 * Chunks have four slots.
 */
class PagedRecoveryTest {
    private static final int HISTORIES = 200;
    private static final long SHARE_OF_NOTHING = 0;

    /** What a consumer gets, in its order. */
    private static List<Long> drained(PagedQueue queue, Mode mode) {
        Consumer consumer = queue.attach("one", mode, Optional.empty(), Long.MAX_VALUE);
        queue.answer();
        List<Long> lsns = new ArrayList<>();
        for (Delivery delivery : queue.taken()) {
            assertTrue(delivery.isRedelivered(), "an earlier life may have shown it");
            lsns.add(delivery.lsn());
            queue.state.settle(delivery, Outcome.ACCEPTED, List.of());
        }
        queue.state.detach(consumer, List.of());
        queue.answer();
        return lsns;
    }

    /** The log of one queue, and an image of it. */
    private static final class History {
        final SplittableRandom random;
        final Map<Long, Message> log = new HashMap<>();
        final List<byte[]> images = new ArrayList<>();
        final List<Long> living = new ArrayList<>();
        final boolean crosses;
        long nextLsn = 320;

        History(long seed) {
            random = new SplittableRandom(seed);
            crosses = random.nextBoolean();
            PagedQueue first = new PagedQueue(log, 1 << 30);
            List<Long> lsns = new ArrayList<>();
            for (int i = random.nextInt(300); i > 0; i--) lsns.add(nextLsn += 32L * (1 + random.nextInt(20)));
            for (int i = 0; i + 3 < lsns.size(); i++) { // producers whose LSNs cross
                if (crosses && random.nextInt(6) == 0) lsns.add(i, lsns.remove(i + random.nextInt(4)));
            }
            for (long lsn : lsns) {
                int flags = random.nextInt(20) == 0 ? TargetFlags.TRANSIENT : random.nextInt(3) == 0 ? 8 : 4;
                first.state.enqueue(new Entry(lsn, flags, message(lsn)));
                if (!TargetFlags.isTransient(flags)) living.add(lsn);
            }
            QueueImage image = first.state.image(nextLsn + 1);
            for (byte[] part = image.nextPart(); part != null; part = image.nextPart()) images.add(part);
        }

        private Message message(long lsn) {
            int priority = random.nextInt(4) == 0 ? random.nextInt(10) : 4;
            Message message = TestMessages.withPriority(TestMessages.durable("q", "m" + lsn), priority);
            log.put(lsn, message);
            return message;
        }

        /** What came after the image. */
        void replay(PagedQueue plain, PagedQueue paged) {
            for (int i = random.nextInt(200); i > 0; i--) {
                if (random.nextInt(3) == 0 || living.isEmpty()) {
                    long lsn = nextLsn += 32;
                    Message message = message(lsn);
                    plain.state.recovery().entry(lsn, 4, message);
                    paged.state.recovery().entry(lsn, 4, message);
                    living.add(lsn);
                } else {
                    long lsn = living.remove(random.nextInt(random.nextBoolean() ? living.size() : 1));
                    assertTrue(plain.state.recovery().settled(lsn), lsn + " is not there");
                    assertTrue(paged.state.recovery().settled(lsn), lsn + " is not there with pages");
                    assertEquals(false, paged.state.recovery().settled(lsn), lsn + " ends twice");
                }
            }
        }
    }

    @Test
    void aStartWithPagesFindsTheSame() {
        int written = 0;
        long[] onDisk = {0, 0};
        for (long seed = 1; seed <= HISTORIES; seed++) {
            History history = new History(seed);
            try {
                PagedQueue plain = new PagedQueue(history.log, 1 << 30);
                // Of some the memory is tight, so that what came back for a look leaves again.
                PagedQueue paged = new PagedQueue(history.log, SHARE_OF_NOTHING);
                long others = seed % 2 * paged.memory.limitBytes();
                paged.memory.hold(others);
                begin(history, plain, paged);
                paged.memory.hold(-others);
                onDisk[(int) (seed % 2)] += paged.memory.entriesOnDisk();
                written += paged.pages.written;
                if (seed % 5 == 0) {
                    delete(history, paged);
                    continue;
                }
                for (Mode mode : List.of(Mode.BROWSE, Mode.CONSUME)) {
                    List<Long> expected = drained(plain, mode);
                    List<Long> found = drained(paged, mode);
                    // Chunks whose LSNs cross are sorted when somebody looks there, which pages need less often.
                    if (history.crosses) assertEquals(new TreeSet<>(expected), new TreeSet<>(found), "all");
                    else assertEquals(expected, found, "in order");
                    assertEquals(expected.size(), found.size(), "once");
                }
                assertEquals(0, paged.state.status().ready());
                assertEquals(Set.of(), paged.pages.held());
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(written > HISTORIES, written + " pages");
        assertTrue(2 * onDisk[1] > 3 * onDisk[0], onDisk[1] + " on disk when it is tight, else " + onDisk[0]);
    }

    private static void begin(History history, PagedQueue plain, PagedQueue paged) {
        Set<Long> told = new HashSet<>();
        for (byte[] part : history.images) {
            plain.state.recovery().image(part, lsn -> {});
            paged.state.recovery().image(part, lsn -> assertTrue(told.add(lsn), lsn + " is told twice"));
        }
        assertEquals(Set.copyOf(history.living), told);
        history.replay(plain, paged);
        Set<Long> reserved = new TreeSet<>();
        for (long lsn : history.living) if (history.random.nextInt(30) == 0) reserved.add(lsn);
        assertEquals(
                plain.state.recovery().reserve(reserved, "one"),
                paged.state.recovery().reserve(reserved, "one"));
        plain.state.recovery().end();
        paged.state.recovery().end();
        assertEquals(history.living.size(), plain.state.status().ready());
        assertEquals(history.living.size(), paged.state.status().ready());
    }

    /** A queue that ends names what is in its pages, and gives those back. */
    private static void delete(History history, PagedQueue paged) {
        paged.state.dispatch();
        paged.state.delete(history.nextLsn + 1);
        assertEquals(new TreeSet<>(history.living), paged.dead);
        paged.pages.answer();
        assertEquals(Set.of(), paged.pages.held());
        assertEquals(0, paged.memory.entriesOnDisk());
        assertEquals(0, paged.memory.indexBytes());
    }
}
