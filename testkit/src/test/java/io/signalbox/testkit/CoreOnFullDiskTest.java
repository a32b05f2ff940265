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
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.StoreSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A whole core over a log engine on a simulated disk that fills to the end: publishers first, then settlements, which use up what
 * is kept for them before the housekeeper has had its turn. It comes free by itself. Everything runs on the test's thread, when the
 * test says so.
 */
class CoreOnFullDiskTest {
    private static final int MIB = 1 << 20;
    private static final StoreSettings SETTINGS =
            StoreSettings.ofSegments(1 << 20).limitedTo(SimulatedStore.TO_THE_END);
    private static final long DISK_BYTES = 9 * (1 << 19);
    private static final int BODY_BYTES = 8192;

    private final List<Inbox> inboxes = new ArrayList<>();
    private CoreLife life;
    private Publisher publisher;
    private Outcomes outcomes;

    @BeforeEach
    void begin() throws Exception {
        begin(SETTINGS, DISK_BYTES);
    }

    private void begin(StoreSettings settings, long diskBytes) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.limitTo(diskBytes);
        live(disk, settings);
        life.declare(QueueSettings.durable("a", "test"));
        life.declare(QueueSettings.durable("b", "test"));
    }

    private void live(SimulatedDisk disk, StoreSettings settings) throws Exception {
        life = new CoreLife(disk, CoreLife.Setup.of(settings, MemoryBudget::ofThisProcess));
        outcomes = new Outcomes();
        publisher = life.publisher(0, outcomes);
        inboxes.clear();
    }

    private void publish(String queue, long number) {
        byte[] body = new byte[BODY_BYTES];
        body[0] = (byte) number;
        publisher.publish(life.queue(queue), CoreLife.message(queue, body), number);
    }

    private void consumeAll() {
        for (String queue : List.of("a", "b")) {
            Inbox inbox = new Inbox();
            inboxes.add(inbox);
            inbox.open(
                    life.queue(queue),
                    new SubscriptionSettings(life.loops.get(0), SubscriptionSettings.Settlement.BY_CONSUMER, queue),
                    1_000_000);
        }
        for (int i = 0; i < 200; i++) life.turn();
    }

    private int delivered() {
        return inboxes.stream().mapToInt(inbox -> inbox.deliveries.size()).sum();
    }

    private int confirmed() {
        return inboxes.stream().mapToInt(inbox -> inbox.confirmed.size()).sum();
    }

    /** Settles all that was delivered. */
    private void settle(Runnable afterEach) {
        long token = 0;
        for (Inbox inbox : inboxes) {
            for (Delivery delivery : inbox.deliveries) {
                inbox.subscription().settle(delivery, Outcome.ACCEPTED, token++);
                afterEach.run();
            }
        }
    }

    private void crash(long seed) throws Exception {
        live(life.disk.crash(new Random(seed)), SETTINGS);
    }

    /** Fills the disk through both queues, until every message is refused. */
    private void fill() {
        for (long number = 1; outcomes.refused < 50; number++) {
            publish(number % 2 == 0 ? "a" : "b", number);
            life.turn();
        }
        assertTrue(outcomes.stored.size() > 200, outcomes.stored.size() + " messages were taken");
        assertEquals(0, life.broker.counters().droppedParked.sum());
    }

    /** Settles everything, each with a force of its own, until the log takes none; the answer is what there was to settle. */
    private int settleUntilNothingIsLeft() {
        consumeAll();
        int all = delivered();
        assertEquals(outcomes.stored.size(), all);
        settle(life::turnWithoutHousekeeper);
        assertTrue(confirmed() < all, "all settlements found room: too little is filled");
        return all;
    }

    private void assertPublishingGoesOn() {
        assertFalse(life.engine.shortage().isPresent(), life.engine.shortage().toString());
        publish("a", 1_000_001);
        for (int i = 0; i < 5; i++) life.turn();
        assertTrue(outcomes.stored.contains(1_000_001L));
    }

    @Test
    void settlementsThatUseUpTheLastRoomDoNotKeepTheCheckpointThatMakesRoomFromComing() throws Exception {
        fill();
        int all = settleUntilNothingIsLeft();
        int before = confirmed();
        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(all, confirmed(), "confirmed after " + before);
        assertPublishingGoesOn();

        crash(1);
        assertEquals(1, life.broker.recoveredMessages(), "what was confirmed as settled does not return");
    }

    @Test
    void aCrashWhenNothingIsLeftLosesNothingAndTheNextLifeComesFree() throws Exception {
        fill();
        int all = settleUntilNothingIsLeft();
        int unconfirmed = all - confirmed();
        crash(1);
        assertEquals(unconfirmed, life.broker.recoveredMessages());
        consumeAll();
        assertEquals(unconfirmed, delivered());
        settle(() -> {});
        for (int i = 0; i < 200; i++) life.turn();
        assertEquals(unconfirmed, confirmed());
        assertPublishingGoesOn();
    }

    /** Clients come and go on a full disk, too, and what they change frees nothing. */
    @Test
    void changesOfTablesGoOnForEverWhenOthersFillTheDiskAfterTheLowMark() throws Exception {
        begin(
                StoreSettings.ofSegments(1 << 20)
                        .limitedTo(new DiskLimits(OptionalLong.of(3 << 20), OptionalLong.empty())),
                16 << 20);
        // Messages fill the segment in use, and none is free or worth to be cleaned.
        for (long number = 1; life.engine.durableLsn() % MIB < MIB / 4 || number < 500; number++) {
            publish("a", number);
            life.turn();
        }
        life.disk.limitTo(life.disk.occupiedBytes() + (5 << 19));
        life.turn();
        assertTrue(life.engine.shortage().isPresent(), "half a MiB less than has to be is free");
        life.disk.limitTo(life.disk.occupiedBytes());
        for (int i = 0; i < 10_000; i++) {
            WriteBatch change = new WriteBatch();
            change.put(life.engine.table("sessions"), new byte[] {(byte) i}, new byte[] {1});
            long lsn = life.engine.append(change);
            assertTrue(lsn > 0, i + " changes found room");
            life.turn();
            assertTrue(life.engine.durableLsn() > lsn, i + " changes are durable");
        }
        assertTrue(life.engine.shortage().isPresent(), "others have the rest of the disk");
        life.disk.limitTo(16 << 20);
        for (int i = 0; i < 20; i++) life.turn();
        assertPublishingGoesOn();
    }
}
