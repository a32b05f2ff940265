package io.signalbox.persistence;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreDamage;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** One life of a store with its real threads, from recovery to close, and what it found when it began. */
final class StoreLife implements AutoCloseable, RecoverySink, CheckpointSource {

    record Entry(long queueId, long lsn, int flags, Message message) {}

    final MessageStore store;
    final List<Entry> entries = new ArrayList<>();
    private final Map<Name, Entry> unsettled = new LinkedHashMap<>();
    final List<Progress> progress = new ArrayList<>();

    /** What the store has told. */
    final List<StoreDamage> damages = new CopyOnWriteArrayList<>();

    private final Set<Name> living = ConcurrentHashMap.newKeySet();

    private record Name(long queueId, long lsn) {}

    record Progress(long bytesDone, long bytesTotal) {}

    static StoreLife begin(Path directory, StoreSettings settings) throws StoreException {
        return new StoreLife(PersistentStore.open(directory, settings, PlainFormat.FORMATS));
    }

    StoreLife(MessageStore store) throws StoreException {
        this.store = store;
        synchronized (this) { // the store may ask at once
            store.recover(this, this);
            living.addAll(unsettled.keySet());
        }
        entries.addAll(unsettled.values());
    }

    @Override
    public void image(long queueId, byte[] image, LongConsumer told) {
        for (ByteBuffer bytes = ByteBuffer.wrap(image); bytes.hasRemaining(); ) {
            long lsn = bytes.getLong();
            Message unread =
                    new Message(Envelope.of("in the log", true, 1), PlainFormat.PLAIN, Body.Inline.of(new byte[0]));
            entry(queueId, lsn, 0, unread);
            told.accept(lsn);
        }
    }

    @Override
    public void collect(long belowLsn, ImageSink sink) {
        new Thread(() -> tell(belowLsn, sink), "core").start();
    }

    @Override
    public void damaged(StoreDamage damage) {
        damages.add(damage);
    }

    @Override
    public void living(byte[] image, LongConsumer visitor) {
        ByteBuffer lsns = ByteBuffer.wrap(image);
        while (lsns.hasRemaining()) visitor.accept(lsns.getLong());
    }

    private synchronized void tell(long belowLsn, ImageSink sink) {
        Map<Long, List<Long>> byQueue = new TreeMap<>();
        for (Name name : living) {
            if (name.lsn < belowLsn) {
                byQueue.computeIfAbsent(name.queueId, id -> new ArrayList<>()).add(name.lsn);
            }
        }
        byQueue.forEach((queueId, lsns) -> {
            ByteBuffer image = ByteBuffer.allocate(lsns.size() * Long.BYTES);
            lsns.forEach(image::putLong);
            sink.part(queueId, image.array(), () -> {});
        });
        sink.end();
    }

    /** One thing with what it changes here. */
    private synchronized long appendOnce(WriteBatch batch) {
        long lsn = store.append(batch);
        if (lsn < 0) return lsn;
        for (int i = 0; i < batch.targets(); i++) living.add(new Name(batch.targetQueueId(i), batch.enqueueLsn()));
        for (int i = 0; i < batch.settlements(); i++) {
            living.remove(new Name(batch.settledQueueId(i), batch.settledLsn(i)));
        }
        for (long dropped : batch.droppedQueues()) living.removeIf(name -> name.queueId == dropped);
        return lsn;
    }

    @Override
    public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
        return unsettled.put(new Name(queueId, lsn), new Entry(queueId, lsn, targetFlags, message)) == null;
    }

    @Override
    public boolean settled(long queueId, long lsn) {
        return unsettled.remove(new Name(queueId, lsn)) != null;
    }

    @Override
    public void progress(long bytesDone, long bytesTotal) {
        progress.add(new Progress(bytesDone, bytesTotal));
    }

    /** Appends, waiting while the store is full, and waits until it is durable. */
    long durably(WriteBatch batch) throws Exception {
        long lsn = append(batch);
        awaitForce(lsn);
        return lsn;
    }

    long append(WriteBatch batch) throws Exception {
        return untilThereIsSpace(() -> appendOnce(batch));
    }

    void awaitForce(long lsn) throws Exception {
        while (store.durableLsn() <= lsn) {
            if (store.failure().isPresent()) throw store.failure().get();
            CountDownLatch forced = new CountDownLatch(1);
            store.afterForce(lsn, forced::countDown);
            if (!forced.await(20, TimeUnit.SECONDS)) throw new AssertionError("no force");
        }
    }

    /** A transaction, as a core has one: what it brings and settles is so from the commit on. */
    final class Open {
        final Transaction transaction = store.begin();
        private final List<Name> brought = new ArrayList<>();
        private final List<Name> settled = new ArrayList<>();

        /** Adds, waiting while the store is full. */
        void add(WriteBatch batch) throws Exception {
            untilThereIsSpace(() -> transaction.add(batch));
            for (int i = 0; i < batch.targets(); i++) brought.add(new Name(batch.targetQueueId(i), batch.enqueueLsn()));
            for (int i = 0; i < batch.settlements(); i++) {
                settled.add(new Name(batch.settledQueueId(i), batch.settledLsn(i)));
            }
        }

        /** Commits, and waits until that is durable. */
        long commit() throws Exception {
            long lsn = untilThereIsSpace(this::commitOnce);
            awaitForce(lsn);
            return lsn;
        }

        private long commitOnce() {
            synchronized (StoreLife.this) {
                long lsn = transaction.commit();
                if (lsn < 0) return lsn;
                living.addAll(brought);
                living.removeAll(settled);
                return lsn;
            }
        }
    }

    private long untilThereIsSpace(LongSupplier attempt) throws Exception {
        while (true) {
            long lsn = attempt.getAsLong();
            if (lsn != MessageStore.FULL) return lsn;
            CountDownLatch space = new CountDownLatch(1);
            store.whenSpace(space::countDown);
            if (!space.await(20, TimeUnit.SECONDS)) throw new AssertionError("no space");
        }
    }

    List<Message> read(long... lsns) throws Exception {
        CompletableFuture<List<Message>> done = new CompletableFuture<>();
        List<Message> messages = new ArrayList<>();
        store.read(
                lsns,
                (lsn, message) -> {
                    messages.add(message);
                    if (messages.size() == lsns.length) done.complete(messages);
                },
                done::completeExceptionally);
        return done.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws StoreException {
        store.close();
    }
}
