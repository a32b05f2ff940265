package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store with its real threads, on the simulated disk. */
@Timeout(60)
class StoreThreadsTest {
    private static final StoreSettings SETTINGS =
            new StoreSettings(256 * 1024, 16 * 1024, 64 * 1024, 50_000_000, 10_000_000);
    private static final int PRODUCERS = 4;
    private static final int MESSAGES = 4000;
    private static final int FEWEST_CRASHES = 10;

    @Test
    void nothingIsConfirmedWhileTheForceIsHeld() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (MessageStore store = open(disk, new HashSet<>())) {
            CountDownLatch forceBegun = new CountDownLatch(1);
            disk.observe(operation -> {
                if (operation.startsWith("force seg-")) forceBegun.countDown();
            });
            disk.holdForces();
            try {
                holdAndRelease(disk, store, forceBegun);
            } finally {
                disk.releaseForces();
            }
        }
    }

    private static void holdAndRelease(SimulatedDisk disk, MessageStore store, CountDownLatch forceBegun)
            throws InterruptedException {
        long durable = store.durableLsn();
        long first = store.append(publish(new Random(1), 1));
        AtomicBoolean told = new AtomicBoolean();
        CountDownLatch released = new CountDownLatch(2);
        store.afterForce(first, () -> {
            told.set(true);
            released.countDown();
        });
        assertTrue(forceBegun.await(10, TimeUnit.SECONDS));
        long second = store.append(publish(new Random(2), 1));
        store.afterForce(second, released::countDown);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        assertEquals(durable, store.durableLsn());
        assertFalse(told.get());
        disk.releaseForces();
        assertTrue(released.await(10, TimeUnit.SECONDS));
        assertTrue(store.durableLsn() > second);
    }

    private static MessageStore open(SimulatedDisk disk, Set<EntryName> entries) throws Exception {
        MessageStore store = PersistentStore.open(disk, SETTINGS, SimulatedFormat.ONLY);
        store.recover(new RecoverySink() {
            @Override
            public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
                return entries.add(new EntryName(queueId, lsn));
            }

            @Override
            public boolean settled(long queueId, long lsn) {
                return entries.remove(new EntryName(queueId, lsn));
            }

            @Override
            public void progress(long bytesDone, long bytesTotal) {}
        });
        return store;
    }

    private static WriteBatch publish(Random random, long queueId) {
        byte[] body = new byte[random.nextInt(40) == 0 ? random.nextInt(60_000) : random.nextInt(600)];
        Message message = new Message(Envelope.of("q", true, 1), SimulatedFormat.BYTES, Body.Inline.of(body));
        return new WriteBatch().message(message).enqueueTo(queueId, 0);
    }

    /** Publishes to its own queue, settles most of it, and knows what it was promised. */
    private static final class Producer implements Runnable {
        private final MessageStore store;
        private final long queueId;
        private final Random random;
        final Set<Long> published = ConcurrentHashMap.newKeySet();
        final Set<Long> settleBegun = ConcurrentHashMap.newKeySet();
        final ConcurrentHashMap<Long, Long> settledAt = new ConcurrentHashMap<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();

        Producer(MessageStore store, long queueId) {
            this.store = store;
            this.queueId = queueId;
            random = new Random(queueId);
        }

        @Override
        public void run() {
            try {
                Deque<Long> own = new ArrayDeque<>();
                for (int i = 0; i < MESSAGES; i++) {
                    long lsn = append(publish(random, queueId));
                    published.add(lsn);
                    own.add(lsn);
                    while (own.size() > 50) settle(own.remove());
                }
                while (!own.isEmpty()) settle(own.remove());
            } catch (Throwable e) {
                failure.set(e);
            }
        }

        private void settle(long lsn) throws InterruptedException {
            settleBegun.add(lsn);
            WriteBatch batch = new WriteBatch().settle(queueId, lsn);
            settledAt.put(lsn, append(random.nextBoolean() ? batch.lazy() : batch));
        }

        private long append(WriteBatch batch) throws InterruptedException {
            while (true) {
                long lsn = store.append(batch);
                if (lsn == MessageStore.FAILED) throw new AssertionError("failed: " + store.failure());
                if (lsn != MessageStore.FULL) return lsn;
                CountDownLatch space = new CountDownLatch(1);
                store.whenSpace(space::countDown);
                if (!space.await(10, TimeUnit.SECONDS)) throw new AssertionError("nobody says there is space");
            }
        }
    }

    @Test
    void whatManyThreadsWerePromisedSurvivesACrashAtAnyTime() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        Random random = new Random(5);
        try (MessageStore store = open(disk, new HashSet<>())) {
            List<Producer> producers = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 1; i <= PRODUCERS; i++) {
                Producer producer = new Producer(store, i);
                producers.add(producer);
                threads.add(new Thread(producer, "producer-" + i));
            }
            threads.forEach(Thread::start);
            int crashes = 0;
            while (crashes < FEWEST_CRASHES || threads.stream().anyMatch(Thread::isAlive)) {
                crashAndCheck(store, disk, producers, random);
                crashes++;
            }
            for (Thread thread : threads) thread.join();
            for (Producer producer : producers) assertEquals(null, producer.failure.get());
            for (int i = 0; i < 1000 && disk.occupiedBytes() > 8 * SETTINGS.segmentBytes(); i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            assertTrue(disk.occupiedBytes() <= 8 * SETTINGS.segmentBytes(), "occupied: " + disk.occupiedBytes());
        }
    }

    private static void crashAndCheck(MessageStore store, SimulatedDisk disk, List<Producer> producers, Random random)
            throws Exception {
        List<Set<Long>> published = new ArrayList<>();
        List<Set<Long>> settled = new ArrayList<>();
        for (Producer producer : producers) published.add(new HashSet<>(producer.published));
        for (Producer producer : producers) {
            Set<Long> done = new HashSet<>();
            producer.settledAt.forEach((lsn, at) -> {
                if (at < store.durableLsn()) done.add(lsn);
            });
            settled.add(done);
        }
        long durable = store.durableLsn();
        SimulatedDisk image = disk.crash(random);
        Set<EntryName> entries = new HashSet<>();
        open(image, entries).close();
        for (int i = 0; i < producers.size(); i++) {
            Producer producer = producers.get(i);
            long queueId = i + 1;
            for (long lsn : settled.get(i)) {
                assertFalse(entries.contains(new EntryName(queueId, lsn)), "returned " + lsn);
            }
            for (long lsn : published.get(i)) {
                if (lsn >= durable || producer.settleBegun.contains(lsn)) continue;
                assertTrue(entries.contains(new EntryName(queueId, lsn)), "lost " + lsn);
            }
        }
    }
}
