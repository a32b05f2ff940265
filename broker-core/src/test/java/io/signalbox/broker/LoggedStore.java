package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A log in memory, as far as queues are concerned, with checkpoints of them: another store can begin with what is left of it. The
 * test says when it has space for settlements, and when it answers that a force is over.
 */
public final class LoggedStore extends RelayStore {

    private static final List<String> CATALOGUE =
            List.of("broker.numbers", "broker.queues", "broker.exchanges", "broker.bindings");

    /** A record: an entry in some queues, and settlements. */
    public record Logged(
            long lsn,
            Optional<Message> message,
            long[] queues,
            int[] flags,
            long[] settledQueues,
            long[] settledLsns) {}

    /** An entry of a queue. */
    public record Named(long queueId, long lsn) {}

    /** What the core told for a checkpoint. */
    public final class Checkpoint implements ImageSink {
        public final long belowLsn;
        public final List<Long> queueIds = new ArrayList<>();
        public final List<byte[]> images = new ArrayList<>();
        public final List<Runnable> untaken = new ArrayList<>();
        public Optional<RuntimeException> failure = Optional.empty();
        public boolean ended;

        /** Everything that shows in it is below this LSN. */
        public long givenLsn;

        private Checkpoint(long belowLsn) {
            this.belowLsn = belowLsn;
        }

        @Override
        public void part(long queueId, byte[] image, Runnable taken) {
            assertFalse(ended, "a part comes after the end");
            assertTrue(image.length > 0, "an empty part");
            queueIds.add(queueId);
            images.add(image);
            untaken.add(taken);
        }

        @Override
        public void end() {
            assertFalse(ended, "two ends");
            ended = true;
            givenLsn = end;
        }

        @Override
        public void fail(RuntimeException cause) {
            assertFalse(ended || failure.isPresent(), "a failure after the end");
            failure = Optional.of(cause);
        }

        /** Takes the parts that were told. */
        public void take() {
            List<Runnable> now = List.copyOf(untaken);
            untaken.clear();
            now.forEach(Runnable::run);
        }
    }

    public final List<Logged> log = new ArrayList<>();
    private final Map<Long, Message> messages = new HashMap<>();
    private final Set<Named> living = new HashSet<>();
    private final Set<Long> dropped = new HashSet<>();
    private final List<Runnable> spaceWaiters = new ArrayList<>();
    private final List<Runnable> forceWaiters = new ArrayList<>();
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private boolean full;
    private boolean silent;
    private boolean broken;
    private long end = 1;
    private Optional<LoggedStore> before = Optional.empty();
    private Optional<Checkpoint> loaded = Optional.empty();
    private Optional<CheckpointSource> source = Optional.empty();

    /** What an earlier life left below an LSN, with its latest checkpoint that may be published by then. */
    public static LoggedStore after(LoggedStore before, long cutLsn) {
        LoggedStore next = new LoggedStore();
        next.before = Optional.of(before);
        WriteBatch tables = new WriteBatch();
        for (String name : CATALOGUE) {
            before.table(name).forEach((key, value) -> tables.put(next.table(name), key, value));
        }
        while (next.end < cutLsn) next.append(new WriteBatch());
        next.append(tables);
        next.log.clear();
        for (Checkpoint each : before.checkpoints) {
            if (each.ended && each.givenLsn <= cutLsn) next.loaded = Optional.of(each);
        }
        for (Logged record : before.log) if (record.lsn < cutLsn) next.log.add(record);
        return next;
    }

    @Override
    public void recover(RecoverySink sink, CheckpointSource core) {
        source = Optional.of(core);
        if (before.isEmpty()) return;
        messages.putAll(before.get().messages);
        long from = 0;
        if (loaded.isPresent()) {
            Checkpoint checkpoint = loaded.get();
            from = checkpoint.belowLsn;
            for (int i = 0; i < checkpoint.images.size(); i++) {
                long queueId = checkpoint.queueIds.get(i);
                LongConsumer lives = lsn -> assertTrue(living.add(new Named(queueId, lsn)), lsn + " is told twice");
                sink.image(queueId, checkpoint.images.get(i), lives);
            }
        }
        for (Logged record : log) if (record.lsn >= from) replay(sink, record);
    }

    private void replay(RecoverySink sink, Logged record) {
        for (int i = 0; i < record.queues.length; i++) {
            Named entry = new Named(record.queues[i], record.lsn);
            if (sink.entry(entry.queueId, entry.lsn, record.flags[i], record.message.orElseThrow())) living.add(entry);
        }
        for (int i = 0; i < record.settledLsns.length; i++) {
            Named entry = new Named(record.settledQueues[i], record.settledLsns[i]);
            boolean lived = sink.settled(entry.queueId, entry.lsn);
            assertTrue(lived == living.remove(entry), () -> "whether " + entry + " has lived");
        }
    }

    /** What lives according to the whole log, of the queues that are there and of messages that survive a restart. */
    public Map<Long, TreeMap<Long, Message>> livingByQueue(Set<Long> queueIds) {
        Map<Long, TreeMap<Long, Message>> found = new HashMap<>();
        queueIds.forEach(id -> found.put(id, new TreeMap<>()));
        for (Logged record : log) {
            for (int i = 0; i < record.queues.length; i++) {
                TreeMap<Long, Message> queue = found.get(record.queues[i]);
                boolean survives = !io.signalbox.broker.store.TargetFlags.isTransient(record.flags[i]);
                if (queue != null && survives) queue.put(record.lsn, record.message.orElseThrow());
            }
            for (int i = 0; i < record.settledLsns.length; i++) {
                TreeMap<Long, Message> queue = found.get(record.settledQueues[i]);
                if (queue != null) queue.remove(record.settledLsns[i]);
            }
        }
        return found;
    }

    @Override
    public long append(WriteBatch batch) {
        if (full && batch.settlements() > 0) return MessageStore.FULL;
        if (broken && batch.settlements() > 0) throw new IllegalStateException("broken");
        WriteBatch rest = new WriteBatch();
        batch.tableChanges().forEach(rest::change);
        batch.droppedQueues().forEach(rest::dropQueue);
        dropped.addAll(batch.droppedQueues());
        long lsn = memory.append(rest);
        if (lsn < 0) return lsn;
        end = lsn + 1;
        long[] queues = new long[batch.targets()];
        int[] flags = new int[batch.targets()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = batch.targetQueueId(i);
            flags[i] = batch.targetFlags(i);
            living.add(new Named(queues[i], lsn));
        }
        long[] settledQueues = new long[batch.settlements()];
        long[] settledLsns = new long[batch.settlements()];
        for (int i = 0; i < settledLsns.length; i++) {
            Named entry = new Named(batch.settledQueueId(i), batch.settledLsn(i));
            settledQueues[i] = entry.queueId;
            settledLsns[i] = entry.lsn;
            assertTrue(living.remove(entry) || dropped.contains(entry.queueId), () -> entry + " has ended before");
        }
        if (queues.length > 0) {
            batch.enqueuedAt(lsn);
            messages.put(lsn, batch.message().orElseThrow());
        }
        log.add(new Logged(lsn, batch.message(), queues, flags, settledQueues, settledLsns));
        return lsn;
    }

    @Override
    public void forget(long queueId, long lsn, Consumer<LongConsumer> dead) {
        dead.accept(each -> living.remove(new Named(queueId, each)));
    }

    @Override
    public void read(long[] lsns, ReadSink sink, Consumer<StoreException> failed) {
        Arrays.stream(lsns).forEach(lsn -> sink.loaded(lsn, messages.get(lsn)));
    }

    @Override
    public void whenSpace(Runnable waiter) {
        if (full) spaceWaiters.add(waiter);
        else waiter.run();
    }

    @Override
    public void afterForce(long lsn, Runnable waiter) {
        if (silent) forceWaiters.add(waiter);
        else super.afterForce(lsn, waiter);
    }

    /** From now on there is no space for settlements. */
    public void fill() {
        full = true;
    }

    public void makeSpace() {
        full = false;
        run(spaceWaiters);
    }

    /** From now on nobody is told that a force is over, though it is. */
    public void fallSilent() {
        silent = true;
    }

    public void speak() {
        silent = false;
        run(forceWaiters);
    }

    private static void run(List<Runnable> waiting) {
        List<Runnable> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(Runnable::run);
    }

    /** From now on settlements end in an exception. */
    public void breakSettlements() {
        broken = true;
    }

    /** Begins a checkpoint with what is durable now. */
    public Checkpoint checkpoint() {
        return checkpoint(durableLsn());
    }

    /** Begins a checkpoint of what lies below an LSN. */
    public Checkpoint checkpoint(long belowLsn) {
        Checkpoint checkpoint = new Checkpoint(belowLsn);
        checkpoints.add(checkpoint);
        source.orElseThrow().collect(checkpoint.belowLsn, checkpoint);
        return checkpoint;
    }

    /** Whether it begins with a checkpoint. */
    public boolean hasCheckpoint() {
        return loaded.isPresent();
    }

    /** Whether a checkpoint has begun and is not over. */
    public boolean isAtWork() {
        return checkpoints.stream().anyMatch(each -> !each.ended && each.failure.isEmpty());
    }

    /** Takes what was told for a checkpoint. */
    public void take() {
        checkpoints.forEach(Checkpoint::take);
    }
}
