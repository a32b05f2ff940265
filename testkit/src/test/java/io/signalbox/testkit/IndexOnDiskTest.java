package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Publisher;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A whole core over a log engine on a simulated disk, whose indexes may have nothing of the heap: what is cold of them is in pages.
 * Everything runs on the test's thread, when the test says so.
 */
class IndexOnDiskTest {
    private static final String PAGES = "pages.tmp";
    private static final int CHUNK = 4096;

    /** One that is in use, two near it, one that is being filled, and the rest. */
    private static final int MESSAGES = 10 * CHUNK;

    private static final int LEAST_ON_DISK = 5 * CHUNK;
    private static final int WINDOW_BYTES = 4096;
    private static final StoreSettings SETTINGS =
            StoreSettings.ofSegments(4 << 20).limitedTo(SimulatedStore.TO_THE_END);

    private final Outcomes outcomes = new Outcomes();
    private CoreLife life;
    private Publisher publisher;
    private long published;

    @BeforeEach
    void begin() throws Exception {
        live(new SimulatedDisk(), SETTINGS);
        declare("a");
    }

    private void live(SimulatedDisk disk, StoreSettings settings) throws Exception {
        life = new CoreLife(disk, CoreLife.Setup.of(settings, () -> new MemoryBudget(1 << 30, 0)));
        publisher = life.publisher(0, outcomes);
    }

    private void declare(String name) {
        life.declare(new QueueSettings(name, true, QueueSettings.Purpose.SHARED, WINDOW_BYTES, "test"));
    }

    private void crash(long seed, StoreSettings settings) throws Exception {
        live(life.disk.crash(new Random(seed)), settings);
    }

    /** So long that several checkpoints are taken. */
    private void rest() {
        for (int i = 0; i < 60; i++) life.turn();
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            byte[] body = ByteBuffer.allocate(8).putLong(published).array();
            publisher.publish(life.queue("a"), CoreLife.message("a", body), published++);
            if (i % 500 == 499) life.turn();
        }
        rest();
        assertEquals(0, outcomes.refused);
    }

    /** What somebody sees who settles what he gets, up to a number. */
    private List<Long> read(long limit, SubscriptionSettings.Mode mode) {
        List<Long> numbers = new ArrayList<>();
        Inbox reader = new Inbox() {
            @Override
            public void onDelivery(Delivery delivery) {
                byte[] body = delivery.message().content().compact().bytes();
                numbers.add(ByteBuffer.wrap(body).getLong());
                subscription().settle(delivery, Outcome.ACCEPTED);
            }
        };
        SubscriptionSettings wanted = new SubscriptionSettings(
                life.loops.get(0), SubscriptionSettings.Settlement.BY_CONSUMER, "test", Optional.empty(), mode);
        reader.open(life.queue("a"), wanted, limit);
        for (int idle = 0; idle < 5 && life.engine.failure().isEmpty(); idle++) {
            int before = numbers.size();
            life.turn();
            if (numbers.size() > before) idle = -1;
        }
        reader.subscription().close();
        life.turn();
        return numbers;
    }

    private long onDisk() {
        return life.broker.memory().entriesOnDisk();
    }

    private static List<Long> numbers(long from, long to) {
        List<Long> numbers = new ArrayList<>();
        for (long number = from; number < to; number++) numbers.add(number);
        return numbers;
    }

    private List<Long> consumed(long limit) {
        return read(limit, SubscriptionSettings.Mode.CONSUME);
    }

    @Test
    void whatIsOnDiskIsSeenAndConsumedInItsOrderAndItsRoomIsGivenBack() {
        publish(MESSAGES);
        assertTrue(onDisk() >= LEAST_ON_DISK, onDisk() + " entries are on disk");
        long occupied = life.engine.status().diskBytes();
        assertTrue(life.disk.sizeOf(PAGES) > 0);
        long more = occupied - life.disk.occupiedBytes();
        assertTrue(more >= 0 && more < 512, "the file counts, in blocks: " + more);
        assertEquals(numbers(0, MESSAGES), read(Long.MAX_VALUE, SubscriptionSettings.Mode.BROWSE));
        assertEquals(numbers(0, MESSAGES), consumed(Long.MAX_VALUE));
        assertEquals(0, onDisk());
        assertEquals(0, life.disk.sizeOf(PAGES), "nothing needs the file");
    }

    @Test
    void aCrashTakesThePagesAndNothingElse() throws Exception {
        publish(MESSAGES);
        assertEquals(numbers(0, 5000), consumed(5000));
        rest();
        assertTrue(onDisk() > 0);
        crash(1, SETTINGS);
        assertTrue(onDisk() >= LEAST_ON_DISK, "a start leaves in pages what it need not have: " + onDisk());
        assertEquals(MESSAGES - 5000, life.broker.recoveredMessages());
        rest(); // checkpoints with images that come from pages
        crash(2, SETTINGS);
        assertEquals(numbers(5000, MESSAGES), consumed(Long.MAX_VALUE));
    }

    @Test
    void aCleanEndLeavesNoPages() throws Exception {
        publish(MESSAGES);
        assertTrue(onDisk() > 0);
        life.engine.close();
        assertFalse(life.disk.list().contains(PAGES));
    }

    @Test
    void aQueueThatEndsGivesItsPagesBackAndItsMessagesToo() throws Exception {
        declare("b");
        publish(MESSAGES);
        assertTrue(onDisk() > 0);
        life.broker.defaultVirtualHost().deleteQueue(life.loops.get(0), "a");
        rest();
        assertEquals(0, onDisk());
        assertEquals(0, life.disk.sizeOf(PAGES));
        assertEquals(0, life.engine.status().livingBytes(), "everything in the log was counted as dead");
        assertTrue(life.engine.failure().isEmpty());
    }

    @Test
    void aPageThatIsNotWhatWasWrittenEndsTheStoreAndLosesNothing() throws Exception {
        publish(MESSAGES);
        long size = life.disk.sizeOf(PAGES);
        for (long at = 20; at < size; at += 512) life.disk.flipBit(PAGES, at, 3);
        List<Long> got = consumed(Long.MAX_VALUE);
        assertEquals(numbers(0, got.size()), got);
        assertTrue(got.size() < MESSAGES, "what is not known is not delivered");
        String why = life.engine.failure().orElseThrow().getMessage();
        assertTrue(why.contains("Nothing is lost") && why.contains(PAGES), why);
        crash(3, SETTINGS);
        TreeSet<Long> all = new TreeSet<>(got);
        all.addAll(consumed(Long.MAX_VALUE));
        assertEquals(new TreeSet<>(numbers(0, MESSAGES)), all);
    }

    @Test
    void aDiskThatFailsEndsTheStore() {
        life.disk.failBy(operation -> {
            if (operation.endsWith(PAGES)) throw new IOException("input/output error (simulated)");
        });
        for (int i = 0; i < 20 && life.engine.failure().isEmpty(); i++) publish(CHUNK);
        assertTrue(life.engine.failure().orElseThrow().getMessage().contains(PAGES));
    }

    /** What refuses publishers refuses pages, too: at a start, and when an image has been told. */
    @Test
    void beyondTheLimitsOfTheDiskTheIndexStaysInMemory() throws Exception {
        publish(MESSAGES);
        DiskLimits reached = new DiskLimits(OptionalLong.of(0), OptionalLong.of(1));
        crash(4, SETTINGS.limitedTo(reached));
        assertEquals(0, onDisk());
        rest();
        assertTrue(life.engine.shortage().isPresent());
        assertEquals(numbers(0, CHUNK), consumed(CHUNK));
        rest();
        assertEquals(0, onDisk());
        assertFalse(life.disk.list().contains(PAGES));
        assertEquals(numbers(CHUNK, MESSAGES), consumed(Long.MAX_VALUE));
    }

    /** What was taken waits in memory until there is room again, and nobody misses anything. */
    @Test
    void withoutRoomTheIndexStaysInMemory() {
        boolean[] full = {true};
        int[] tried = {0};
        life.disk.failBy(operation -> {
            if (!full[0] || !operation.equals("create " + PAGES)) return;
            tried[0]++;
            throw new DiskFullException("No space left on device (simulated)");
        });
        publish(MESSAGES);
        assertTrue(tried[0] > 0);
        assertFalse(life.disk.list().contains(PAGES));
        assertEquals(numbers(0, 3 * CHUNK), consumed(3 * CHUNK), "from what waits in memory");
        assertTrue(life.engine.failure().isEmpty());
        full[0] = false;
        rest();
        rest();
        assertTrue(life.disk.sizeOf(PAGES) > 0, "it is written when there is room");
        assertEquals(numbers(3 * CHUNK, MESSAGES), consumed(Long.MAX_VALUE));
    }
}
