package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
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
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
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

    /** Whatever it dies of: whoever waits hears that nothing comes any more, and the broker that its store has failed. */
    @Test
    void aLogThreadThatDiesLeavesNobodyWaiting() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        MessageStore store = open(disk, new HashSet<>());
        CountDownLatch told = new CountDownLatch(2);
        store.onFailure(told::countDown);
        disk.failBy(operation -> {
            if (operation.startsWith("write seg-")) throw new OutOfMemoryError("simulated");
        });
        long lsn = store.append(publish(new Random(1), 1));
        store.afterForce(lsn, told::countDown);
        assertTrue(told.await(10, TimeUnit.SECONDS), told + " of 2 were not told");
        assertTrue(store.durableLsn() <= lsn);
        assertEquals(MessageStore.FAILED, store.append(publish(new Random(1), 1)));
        assertThrows(StoreException.class, store::close);
    }

    private static MessageStore open(SimulatedDisk disk, Set<EntryName> entries) throws Exception {
        return open(disk, entries, SimulatedCore.SILENT);
    }

    private static MessageStore open(SimulatedDisk disk, Set<EntryName> entries, CheckpointSource core)
            throws Exception {
        MessageStore store = PersistentStore.open(disk, SETTINGS, SimulatedFormat.ONLY);
        RecoverySink sink = new RecoverySink() {
            @Override
            public void image(long queueId, byte[] image, LongConsumer living) {
                SimulatedCore.read(queueId, image).keySet().forEach(name -> {
                    entries.add(name);
                    living.accept(name.lsn());
                });
            }

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
        };
        store.recover(sink, core);
        return store;
    }

    private static WriteBatch publish(Random random, long queueId) {
        byte[] body = new byte[random.nextInt(40) == 0 ? random.nextInt(60_000) : random.nextInt(600)];
        Message message = new Message(Envelope.of("q", true, 1), SimulatedFormat.BYTES, Body.Inline.of(body));
        return new WriteBatch().message(message).enqueueTo(queueId, 0);
    }

    /** What the producers have in their queues; each append and what it changes here are one thing for a checkpoint. */
    private static final class LockedCore implements CheckpointSource {
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        private final Set<EntryName> entries = ConcurrentHashMap.newKeySet();

        @Override
        public void collect(long belowLsn, ImageSink sink) {
            new Thread(() -> tell(belowLsn, sink), "core").start();
        }

        @Override
        public void living(byte[] image, LongConsumer visitor) {
            SimulatedCore.SILENT.living(image, visitor);
        }

        private void tell(long belowLsn, ImageSink sink) {
            lock.writeLock().lock(); // whoever has appended below has told so by now
            lock.writeLock().unlock();
            for (long queueId = 1; queueId <= PRODUCERS; queueId++) {
                List<EntryName> own = new ArrayList<>();
                for (EntryName name : entries) {
                    if (name.queueId() == queueId && name.lsn() < belowLsn) own.add(name);
                }
                sink.part(queueId, SimulatedCore.image(own), () -> {});
            }
            lock.writeLock().lock(); // and whoever has settled what was not told has appended that
            lock.writeLock().unlock();
            sink.end();
        }

        /** The LSN, or that the store is full. */
        long append(MessageStore store, WriteBatch batch) {
            lock.readLock().lock();
            try {
                long lsn = store.append(batch);
                if (lsn < 0) return lsn;
                for (int i = 0; i < batch.targets(); i++) entries.add(new EntryName(batch.targetQueueId(i), lsn));
                for (int i = 0; i < batch.settlements(); i++) {
                    entries.remove(new EntryName(batch.settledQueueId(i), batch.settledLsn(i)));
                }
                return lsn;
            } finally {
                lock.readLock().unlock();
            }
        }
    }

    /** Publishes to its own queue, settles most of it, and knows what it was promised. */
    private static final class Producer implements Runnable {
        private final MessageStore store;
        private final LockedCore core;
        private final long queueId;
        private final Random random;
        final Set<Long> published = ConcurrentHashMap.newKeySet();
        final Set<Long> settleBegun = ConcurrentHashMap.newKeySet();
        final ConcurrentHashMap<Long, Long> settledAt = new ConcurrentHashMap<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();

        Producer(MessageStore store, LockedCore core, long queueId) {
            this.store = store;
            this.core = core;
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
                long lsn = core.append(store, batch);
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
        LockedCore core = new LockedCore();
        try (MessageStore store = open(disk, new HashSet<>(), core)) {
            List<Producer> producers = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 1; i <= PRODUCERS; i++) {
                Producer producer = new Producer(store, core, i);
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
