package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Chunks of four slots leave memory, and come back when somebody comes to their place. */
class ColdChunksTest {
    private static final Optional<Filter> ANY = Optional.empty();

    private final Map<Long, Message> log = new HashMap<>();
    private final PagedQueue queue = new PagedQueue(log, 0);
    private long lastLsn = 320;

    private static Optional<Filter> like(String wish) {
        return Optional.of(Filter.ofSelector("text LIKE '" + wish + "%'"));
    }

    private void put(int count, String text) {
        for (int i = 0; i < count; i++) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            Message message = new Message(Envelope.of("q", true, 1), QueueRulesTest.FORMAT, Body.Inline.of(body));
            log.put(lastLsn += 32, message);
            queue.state.enqueue(new Entry(lastLsn, 0, message));
        }
    }

    private List<String> texts(List<Delivery> deliveries) {
        return deliveries.stream()
                .map(delivery ->
                        new String(delivery.message().content().compact().bytes(), StandardCharsets.UTF_8))
                .toList();
    }

    private void leave() {
        queue.captured(lastLsn + 1);
    }

    private long onDisk() {
        return queue.memory.entriesOnDisk();
    }

    @Test
    void theLastChunkStaysAndTheFrontToWhileSomebodyConsumes() {
        put(22, "a");
        leave();
        assertEquals(20, onDisk(), "all that are full");
        PagedQueue consumed = new PagedQueue(log, 0);
        consumed.attach("one", Mode.CONSUME, ANY, 0);
        for (long lsn : log.keySet().stream().sorted().toList()) {
            consumed.state.enqueue(new Entry(lsn, 0, log.get(lsn)));
        }
        consumed.captured(lastLsn + 1);
        assertEquals(8, consumed.memory.entriesOnDisk(), "but the chunk in use and the two after it");
    }

    @Test
    void nothingLeavesWhileIndexesHaveLittle() {
        PagedQueue usual = new PagedQueue(log, 1 << 20);
        put(22, "a");
        for (long lsn : log.keySet().stream().sorted().toList()) usual.state.enqueue(new Entry(lsn, 0, log.get(lsn)));
        usual.captured(lastLsn + 1);
        assertEquals(0, usual.pages.written);
    }

    /** Queues give no more than they have to, and what is needed last leaves first. */
    @Test
    void theIndexLeavesUntilTheRestIsItsShare() {
        int chunks = 400;
        put(4 * chunks, "a");
        leave();
        assertEquals(4 * chunks, onDisk());
        queue.state.delete(0);
        PagedQueue half = new PagedQueue(log, chunks * 100L);
        for (long lsn : log.keySet().stream().sorted().toList()) half.state.enqueue(new Entry(lsn, 0, log.get(lsn)));
        half.state.dispatch();
        assertTrue(half.memory.indexBytes() > chunks * 150L, half.memory.indexBytes() + " bytes");
        half.captured(lastLsn + 1);
        assertTrue(half.memory.entriesOnDisk() > chunks, half.memory.entriesOnDisk() + " on disk");
        assertTrue(half.memory.indexBytes() > chunks * 100L - 8192, half.memory.indexBytes() + " bytes");
        half.attach("one", Mode.CONSUME, ANY, 100);
        half.answer();
        assertEquals(100, half.taken().size());
        assertEquals(0, half.pages.reads);
    }

    @Test
    void whatComesWhenTheQueueHasEndedIsNoMore() {
        put(16, "a");
        leave();
        queue.attach("one", Mode.CONSUME, ANY, 1);
        queue.state.dispatch();
        assertTrue(queue.pages.isAsked());
        queue.state.delete(lastLsn + 1);
        assertEquals(log.keySet(), queue.dead);
        queue.answer();
        assertEquals(0, onDisk());
        assertEquals(0, queue.memory.indexBytes());
        assertTrue(queue.pages.held().isEmpty());
    }

    @Test
    void whatNobodyHasToldInAnImageStays() {
        put(8, "a");
        long told = lastLsn;
        put(8, "a");
        queue.captured(told + 1);
        assertEquals(8, onDisk());
    }

    /** What came after an image was begun is not in it, whatever its address: the image after it must not have it by a page either. */
    @Test
    void whatCameAfterTheImageWasBegunStays() {
        put(8, "a");
        QueueImage image = queue.state.image(lastLsn + 1_000_000);
        assertNotNull(image.nextPart());
        put(8, "a");
        queue.state.captured(image);
        while (queue.state.dispatch()) {}
        assertEquals(8, onDisk());
    }

    @Test
    void whatIsBeingReadStays() {
        put(12, "a");
        Consumer consumer = queue.attach("one", Mode.CONSUME, ANY, 1);
        queue.state.dispatch();
        assertEquals(1, queue.loads.size());
        queue.state.detach(consumer, List.of());
        leave();
        assertEquals(8, onDisk(), "but the chunk of the one that is read");
    }

    /** One that was given back and set aside behind somebody's place is found by him, also when its chunk has left. */
    @Test
    void aLateOneIsNotMissedInAPage() {
        put(4, "a");
        put(6, "b");
        Consumer first = queue.attach("first", Mode.CONSUME, ANY, 1);
        queue.answer();
        Delivery held = queue.taken().get(0);
        Consumer particular = queue.attach("particular", Mode.CONSUME, like("a"), 4);
        queue.answer();
        List<Delivery> got = queue.taken();
        assertEquals(List.of("a", "a", "a"), texts(got));
        for (Delivery delivery : got) queue.state.settle(delivery, Outcome.ACCEPTED, List.of());
        queue.grant(particular, 3);
        queue.answer();
        Consumer other = queue.attach("other", Mode.CONSUME, like("c"), 1);
        queue.state.settle(held, Outcome.RELEASED, List.of());
        queue.state.detach(first, List.of());
        queue.answer();
        leave();
        assertTrue(onDisk() > 4, onDisk() + " on disk");
        queue.grant(particular, 4);
        queue.answer();
        assertEquals(List.of("a"), texts(queue.taken()));
        queue.state.detach(other, List.of());
    }

    @Test
    void aDrainWaitsForThePageThatMayHaveSomething() {
        put(4, "b");
        put(16, "c");
        Consumer consumer = queue.attach("one", Mode.CONSUME, like("a"), 0);
        leave();
        assertTrue(onDisk() > 0);
        queue.grant(consumer, 5);
        queue.state.drain(consumer);
        queue.state.dispatch();
        assertEquals(0, queue.drained);
        queue.answer();
        assertEquals(1, queue.drained);
        assertTrue(queue.taken().isEmpty());
    }

    /** What the log is found to be damaged in is not delivered, also if its chunk has left; and only that chunk comes back. */
    @Test
    void damageIsFoundInAPage() {
        put(40, "a");
        leave();
        long damaged = 320 + 32 * 22;
        new QueueCommand.Damaged(Set.of(damaged)).applyTo(queue.state);
        assertEquals(40, queue.state.status().ready());
        queue.answer();
        assertEquals(1, queue.pages.reads);
        assertEquals(39, queue.state.status().ready());
        assertEquals(1, queue.state.status().damaged());
        queue.attach("one", Mode.CONSUME, ANY, 100);
        queue.answer();
        assertEquals(39, queue.taken().size());
    }

    @Test
    void aQueueThatCannotReadAPageDeliversNothingMore() {
        put(12, "a");
        leave();
        queue.pages.breakAll();
        queue.attach("one", Mode.CONSUME, ANY, 5);
        queue.answer();
        assertTrue(queue.state.stock().isHalted());
        assertTrue(queue.taken().isEmpty());
        assertEquals(12, queue.state.status().ready());
    }

    @Test
    void theNextChunkIsOnItsWayBeforeItIsNeeded() {
        put(16, "a");
        leave();
        queue.attach("one", Mode.CONSUME, ANY, 1);
        queue.state.dispatch();
        assertTrue(queue.pages.isAsked());
        queue.pages.answer();
        queue.state.dispatch();
        assertEquals(2, queue.pages.reads, "that of the first place, and the one after it");
    }

    /** Who only looks does not bring the whole queue back into memory. */
    @Test
    void whatABrowserHasPassedLeavesAgain() {
        int chunks = 40;
        put(4 * chunks, "a");
        leave();
        assertEquals(4 * chunks, onDisk());
        queue.attach("one", Mode.BROWSE, ANY, Long.MAX_VALUE);
        queue.answer();
        assertEquals(4 * chunks, queue.taken().size());
        assertTrue(onDisk() >= 4 * (chunks - 12), onDisk() + " on disk");
        assertTrue(queue.pages.reads <= chunks + 10, queue.pages.reads + " reads");
    }

    @Test
    void withoutRoomChunksStayInMemory() {
        put(12, "a");
        queue.pages.full(true);
        leave();
        assertEquals(0, onDisk());
        queue.pages.full(false);
        leave();
        assertEquals(12, onDisk());
    }

    @Test
    void aQueueWithLimitsHasAllInMemory() {
        put(12, "a");
        leave();
        assertEquals(12, onDisk());
        QueueQuota quota = QueueQuota.of(new QueuePolicy(
                "small",
                "*",
                QueuePolicy.Scope.QUEUES,
                new QueueLimits(1000, QueueLimits.NONE, QueueLimits.NONE, QueueLimits.Overflow.DROP_HEAD)));
        queue.state.stock().retention().limit(quota, new LogTimes());
        assertEquals(0, onDisk());
        leave();
        assertEquals(0, onDisk());
        assertFalse(queue.state.stock().isHalted());
    }
}
