package io.signalbox.broker.store;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A store without a disk, for brokers that are embedded in tests: what it holds is gone with the process. Everything is
 * durable at once, unless forces are held: then nothing is until {@link #release}. Thread-safe.
 */
public final class MemoryStore implements MessageStore {

    private static final int MAX_BATCH_BYTES = 64 << 20;
    private static final int PIECE_BYTES = 64 << 10;

    private final Map<Long, Message> messages = new ConcurrentHashMap<>();
    private final Map<Long, Set<Long>> unsettled = new ConcurrentHashMap<>();
    private final Set<Long> dropped = ConcurrentHashMap.newKeySet();
    private final Map<String, MapTable> tables = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Runnable> waiters = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> watchers = new ConcurrentLinkedQueue<>();
    private final MemoryPieces pieces = new MemoryPieces();
    private final AtomicLong nextLsn = new AtomicLong(1);
    private volatile long heldAt = Long.MAX_VALUE;
    private volatile boolean full;
    private volatile Optional<String> shortage = Optional.empty();
    private volatile Optional<StoreException> failure = Optional.empty();
    private final int maxBatchBytes;
    private final int maxTargets;

    public MemoryStore() {
        this(MAX_BATCH_BYTES, Integer.MAX_VALUE);
    }

    /** @param maxBatchBytes the largest batch it takes */
    public MemoryStore(int maxBatchBytes) {
        this(maxBatchBytes, Integer.MAX_VALUE);
    }

    /**
     * @param maxBatchBytes the largest batch it takes
     * @param maxTargets for more queues a message is added to a transaction
     */
    public MemoryStore(int maxBatchBytes, int maxTargets) {
        this.maxBatchBytes = maxBatchBytes;
        this.maxTargets = maxTargets;
    }

    /** From now on nothing becomes durable. */
    public void hold() {
        heldAt = nextLsn.get();
    }

    /** What was held is durable, and so is all that follows. */
    public void release() {
        heldAt = Long.MAX_VALUE;
        wake(waiters);
    }

    /** From now on messages are answered {@link #FULL}, until {@link #makeSpace}. */
    public void fill() {
        full = true;
    }

    public void makeSpace() {
        full = false;
        wake(waiters);
    }

    /** From now on the disk is said to have no room, until {@link #makeRoom}. */
    public void beShort(String sentence) {
        shortage = Optional.of(sentence);
        wake(waiters); // whoever waited for space comes again and is refused
    }

    public void makeRoom() {
        shortage = Optional.empty();
        wake(waiters);
    }

    /** Nothing is taken any more and nothing becomes durable. */
    public void fail(String sentence) {
        heldAt = durableLsn();
        failure = Optional.of(new StoreException(sentence));
        wake(waiters);
        wake(watchers);
    }

    /** How many enqueue records still have an unsettled entry. */
    public int storedMessages() {
        return messages.size();
    }

    /** How many pieces of large bodies there are. */
    public int storedPieces() {
        return pieces.count();
    }

    @Override
    public void recover(RecoverySink sink, CheckpointSource source) {
        // nothing outlives the process
    }

    @Override
    public StateTable table(String name) {
        return tables.computeIfAbsent(name, MapTable::new);
    }

    @Override
    public long append(WriteBatch batch) {
        if (failure.isPresent()) return FAILED;
        checkSize(batch);
        if (full && batch.yields()) return FULL;
        long lsn = nextLsn.getAndIncrement();
        if (batch.isPublish()) enqueue(batch, lsn);
        for (int i = 0; i < batch.settlements(); i++) settle(batch.settledQueueId(i), batch.settledLsn(i));
        batch.droppedQueues().forEach(this::drop);
        for (WriteBatch.TableChange change : batch.tableChanges()) {
            ((MapTable) change.table()).apply(change);
        }
        return lsn;
    }

    @Override
    public Transaction begin() {
        return new MemoryTransaction(this);
    }

    @Override
    public int maxTargets() {
        return maxTargets;
    }

    private void checkSize(WriteBatch batch) {
        long bytes = batch.message().map(message -> message.body().size()).orElse(0);
        for (WriteBatch.TableChange change : batch.tableChanges()) {
            bytes += change.key().length
                    + change.value().map(value -> value.length).orElse(0);
        }
        if (bytes > maxBatchBytes) {
            throw new IllegalArgumentException("batch of " + bytes + " bytes, the limit is " + maxBatchBytes);
        }
    }

    private void enqueue(WriteBatch batch, long lsn) {
        Set<Long> queues = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < batch.targets(); i++) queues.add(batch.targetQueueId(i));
        Message message = withBody(batch.message().orElseThrow());
        message.hold(); // until the last entry has ended
        messages.put(lsn, message);
        unsettled.put(lsn, queues);
        batch.enqueuedAt(lsn);
        // After the entries are there: a queue that ends meanwhile finds them, or is found here.
        if (queues.removeIf(dropped::contains)) forgetIfSettled(lsn, queues);
    }

    /** The same with the body of the message that it names, if it does. */
    private Message withBody(Message message) {
        if (!(message.body() instanceof Body.Stored named)) return message;
        Message source = messages.get(named.lsn());
        if (source == null) throw new IllegalStateException("nothing is stored at LSN " + named.lsn());
        return new Message(message.envelope(), message.format(), source.body());
    }

    private void settle(long queueId, long lsn) {
        if (!end(queueId, lsn) && !dropped.contains(queueId)) {
            throw new IllegalStateException("the entry of queue " + queueId + " at LSN " + lsn + " has ended before");
        }
    }

    private boolean end(long queueId, long lsn) {
        Set<Long> queues = unsettled.get(lsn);
        if (queues == null || !queues.remove(queueId)) return false;
        forgetIfSettled(lsn, queues);
        return true;
    }

    @Override
    public void forget(long queueId, long lsn, Consumer<LongConsumer> dead) {
        afterForce(lsn, () -> dead.accept(each -> end(queueId, each)));
    }

    private void drop(long queueId) {
        dropped.add(queueId);
        unsettled.forEach((lsn, queues) -> {
            if (queues.remove(queueId)) forgetIfSettled(lsn, queues);
        });
    }

    private void forgetIfSettled(long lsn, Set<Long> queues) {
        if (!queues.isEmpty()) return;
        unsettled.remove(lsn);
        Message message = messages.remove(lsn);
        if (message != null) message.release();
    }

    @Override
    public int maxBatchBytes() {
        return maxBatchBytes;
    }

    @Override
    public long durableLsn() {
        return Math.min(heldAt, nextLsn.get());
    }

    @Override
    public void afterForce(long lsn, Runnable waiter) {
        await(waiter, () -> durableLsn() > lsn);
    }

    @Override
    public void whenSpace(Runnable waiter) {
        await(waiter, () -> !full);
    }

    @Override
    public Optional<String> shortage() {
        return shortage;
    }

    @Override
    public boolean settlementsWait() {
        return false; // memory has no last part
    }

    @Override
    public void whenRoom(Runnable waiter) {
        await(waiter, () -> shortage.isEmpty());
    }

    private void await(Runnable waiter, java.util.function.BooleanSupplier ready) {
        if (ready.getAsBoolean() || failure.isPresent()) {
            waiter.run();
            return;
        }
        waiters.add(waiter);
        // What was awaited may have come between the look and the entry in the list.
        if ((ready.getAsBoolean() || failure.isPresent()) && waiters.remove(waiter)) waiter.run();
    }

    private static void wake(ConcurrentLinkedQueue<Runnable> waiting) {
        List<Runnable> woken = new ArrayList<>();
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) woken.add(next);
        woken.forEach(Runnable::run);
    }

    @Override
    public void read(long[] lsns, ReadSink sink, Consumer<StoreException> failed) {
        for (long lsn : lsns) {
            Message message = messages.get(lsn);
            if (message == null) {
                failed.accept(new StoreException("nothing is stored at LSN " + lsn));
                return;
            }
            sink.loaded(lsn, message);
        }
    }

    @Override
    public LargeUpload upload() {
        return pieces.upload(() -> failure.isPresent() ? FAILED : full ? FULL : nextLsn.getAndIncrement());
    }

    @Override
    public int pieceBytes() {
        return PIECE_BYTES;
    }

    @Override
    public void readPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failed) {
        byte[] piece = pieces.at(lsn);
        if (piece == null) failed.accept(new StoreException("no piece is stored at LSN " + lsn));
        else sink.accept(piece);
    }

    @Override
    public Pages pages() {
        return Pages.NONE;
    }

    @Override
    public Optional<StoreException> failure() {
        return failure;
    }

    @Override
    public void onFailure(Runnable watcher) {
        watchers.add(watcher);
        if (failure.isPresent() && watchers.remove(watcher)) watcher.run();
    }

    @Override
    public StoreStatus status() {
        long durable = durableLsn();
        return new StoreStatus(0, 0, 0, durable, durable - 1, 0, 0, 0, Long.MAX_VALUE, shortage, 0, 0); // a force each
    }

    @Override
    public void close() {
        // nothing to release
    }

    private static final class MapTable implements StateTable {
        private final String name;
        private final Map<Key, byte[]> values = new ConcurrentHashMap<>();

        MapTable(String name) {
            this.name = name;
        }

        void apply(WriteBatch.TableChange change) {
            Key key = new Key(change.key());
            change.value().ifPresentOrElse(value -> values.put(key, value), () -> values.remove(key));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Optional<byte[]> get(byte[] key) {
            return Optional.ofNullable(values.get(new Key(key)));
        }

        @Override
        public void forEach(BiConsumer<byte[], byte[]> visitor) {
            values.forEach((key, value) -> visitor.accept(key.bytes, value));
        }

        @Override
        public int size() {
            return values.size();
        }

        @Override
        public void discard(byte[] key, byte[] value) {
            values.computeIfPresent(new Key(key), (same, present) -> Arrays.equals(present, value) ? null : present);
        }
    }

    /** A byte array that is equal by content. */
    private static final class Key {
        private final byte[] bytes;

        Key(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
