package io.signalbox.broker.store;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.message.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be made durable together: at most one enqueue (one body for any number of queues), settlements, table
 * changes. Filled by one thread, handed to {@link MessageStore#append}, then reusable after {@link #clear}.
 */
public final class WriteBatch {

    /** More than what envelope and record headers of a message with an ordinary address need beyond its body. */
    public static final int OVERHEAD_BYTES = 64 << 10;

    /** Places kept from batch to batch; what a larger one needed is let go with it. */
    private static final int KEPT = 1024;

    private static final int FIRST_PLACES = 4;
    private static final long[] NO_LONGS = {};
    private static final int[] NO_INTS = {};

    private @Nullable Message message;
    private long[] targetQueueIds = NO_LONGS;
    private int[] targetFlags = NO_INTS;
    private int targets;
    private long[] settledQueueIds = NO_LONGS;
    private long[] settledLsns = NO_LONGS;
    private int settlements;
    private @Nullable List<TableChange> tableChanges; // most batches have none
    private List<Long> droppedQueues = List.of();
    private boolean lazy;
    private boolean published;
    private long enqueueLsn;

    /** A change of one table; an empty value removes the key. */
    public record TableChange(StateTable table, byte[] key, Optional<byte[]> value) {

        public static TableChange put(StateTable table, byte[] key, byte[] value) {
            return new TableChange(table, key, Optional.of(value));
        }

        public static TableChange remove(StateTable table, byte[] key) {
            return new TableChange(table, key, Optional.empty());
        }
    }

    /**
     * Sets the message whose entries {@link #enqueueTo} adds. If its body is {@linkplain io.signalbox.broker.message.Body.Stored stored},
     * the record names that of the enqueue record there and holds none itself: a move. An entry of that record lives until this batch has
     * been appended, or it is part of the same {@link Transaction}. The pieces of a large body are always only named.
     */
    public WriteBatch message(Message newMessage) {
        if (message != null) throw new IllegalStateException("a batch carries one message");
        message = newMessage;
        return this;
    }

    /**
     * Adds an entry in a queue. A queue is named at most once in a batch.
     *
     * @param flags see {@link TargetFlags}; they come back with the entry
     */
    public WriteBatch enqueueTo(long queueId, int flags) {
        if (targets == targetQueueIds.length) {
            targetQueueIds = Arrays.copyOf(targetQueueIds, larger(targets));
            targetFlags = Arrays.copyOf(targetFlags, larger(targets));
        }
        targetQueueIds[targets] = queueId;
        targetFlags[targets++] = flags;
        return this;
    }

    /**
     * Settles the entry of {@code queueId} in the enqueue record at {@code lsn}. Every entry is settled once, or named to {@link
     * MessageStore#forget}, and never both: what keeps records is only counted.
     */
    public WriteBatch settle(long queueId, long lsn) {
        if (settlements == settledLsns.length) {
            settledQueueIds = Arrays.copyOf(settledQueueIds, larger(settlements));
            settledLsns = Arrays.copyOf(settledLsns, larger(settlements));
        }
        settledQueueIds[settlements] = queueId;
        settledLsns[settlements++] = lsn;
        return this;
    }

    private static int larger(int places) {
        return Math.max(FIRST_PLACES, places * 2);
    }

    /**
     * Ends a queue: no entry of it comes back at a start, whether it is there already or a later batch adds it, since its
     * publisher did not know yet. {@link MessageStore#forget} names those that are there; others are settled one by one. The id
     * is never used again.
     */
    public WriteBatch dropQueue(long queueId) {
        droppedQueues = Few.with(droppedQueues, queueId);
        return this;
    }

    public WriteBatch put(StateTable table, byte[] key, byte[] value) {
        return change(TableChange.put(table, key, value));
    }

    public WriteBatch remove(StateTable table, byte[] key) {
        return change(TableChange.remove(table, key));
    }

    public WriteBatch change(TableChange change) {
        List<TableChange> changes = tableChanges;
        if (changes == null) tableChanges = changes = new ArrayList<>(2);
        changes.add(change);
        return this;
    }

    /** Nobody waits for this batch: it may ride with the next force, within 50 ms. */
    public WriteBatch lazy() {
        lazy = true;
        return this;
    }

    /** A publisher brings this in, whether or not its message has a target in the log: it leaves the last space to others. */
    public WriteBatch published() {
        published = true;
        return this;
    }

    /** Adds all that another batch settles, ends and changes. */
    public void addRest(WriteBatch other) {
        for (int i = 0; i < other.settlements; i++) settle(other.settledQueueIds[i], other.settledLsns[i]);
        for (long queueId : other.droppedQueues) dropQueue(queueId);
        for (TableChange change : other.tableChanges()) change(change);
    }

    public Optional<Message> message() {
        return Optional.ofNullable(message);
    }

    public int targets() {
        return targets;
    }

    public long targetQueueId(int index) {
        return targetQueueIds[index];
    }

    public int targetFlags(int index) {
        return targetFlags[index];
    }

    public int settlements() {
        return settlements;
    }

    public long settledQueueId(int index) {
        return settledQueueIds[index];
    }

    public long settledLsn(int index) {
        return settledLsns[index];
    }

    public List<TableChange> tableChanges() {
        return tableChanges == null ? List.of() : tableChanges;
    }

    public List<Long> droppedQueues() {
        return droppedQueues;
    }

    /** Whether there is nothing to append. */
    public boolean isEmpty() {
        return targets == 0 && settlements == 0 && tableChanges().isEmpty() && droppedQueues.isEmpty();
    }

    public boolean isLazy() {
        return lazy;
    }

    /** Whether this batch brings in a message. */
    public boolean isPublish() {
        return targets > 0;
    }

    /** Whether this batch is among those that are refused first when space is short. */
    public boolean yields() {
        return published || isPublish();
    }

    /** Set by the store when it appends a batch with a message: the name of its entries. */
    public void enqueuedAt(long lsn) {
        enqueueLsn = lsn;
    }

    /** LSN of the enqueue record, after {@link MessageStore#append} has accepted the batch. */
    public long enqueueLsn() {
        return enqueueLsn;
    }

    public void clear() {
        message = null;
        if (targetFlags.length > KEPT) {
            targetQueueIds = NO_LONGS;
            targetFlags = NO_INTS;
        }
        if (settledLsns.length > KEPT) {
            settledQueueIds = NO_LONGS;
            settledLsns = NO_LONGS;
        }
        targets = 0;
        settlements = 0;
        if (tableChanges != null) tableChanges.clear();
        droppedQueues = List.of();
        lazy = false;
        published = false;
        enqueueLsn = 0;
    }
}
