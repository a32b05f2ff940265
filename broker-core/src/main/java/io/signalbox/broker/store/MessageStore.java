package io.signalbox.broker.store;

import io.signalbox.broker.message.Message;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What the core sees of durable storage: one log that holds messages, settlements and tables of every queue.
 *
 * <p>A position in the log is an LSN: a 64-bit address, positive, that only grows and is never given twice, also across
 * restarts. An entry of a queue is named by (queue id, LSN of its enqueue record).
 *
 * <p>All methods are safe for any thread and never wait for the disk, except {@link #recover} and {@link #close}.
 */
public interface MessageStore extends AutoCloseable {

    /** Answer of {@link #append}: nothing was written, try again when told; a normal answer, not an error. */
    long FULL = -1;

    /** Answer of {@link #append}: the store has failed and will not take anything any more. */
    long FAILED = -2;

    /**
     * Reads what an earlier life left. Called once, before anything else, by the thread that opens the broker.
     *
     * @param source asked from then on what the queues have
     * @throws StoreException if the files are damaged, of a newer format, or in use by another process
     */
    void recover(RecoverySink sink, CheckpointSource source) throws StoreException;

    /** A table by name, made empty if it is new. Its contents are complete once {@link #recover} has returned. */
    StateTable table(String name);

    /**
     * Appends a batch: all of it becomes durable together or not at all.
     *
     * <p>On return the batch is in the log's buffer, its table changes are visible in {@link #table}, and it is durable
     * once {@link #durableLsn} is greater than the answer. The batch may be reused by the caller afterwards.
     *
     * <p>A batch that {@linkplain WriteBatch#yields yields} is told {@link #FULL} earlier than others: the last quarter of the buffer is kept
     * for settlements and table changes. A batch larger than the whole buffer is taken when the buffer is empty.
     *
     * @return the LSN of the batch's <em>last</em> record (the one to wait for), {@link #FULL} or {@link #FAILED}. The
     *     LSN of the enqueue record is in {@link WriteBatch#enqueueLsn()}.
     * @throws IllegalArgumentException if the batch is larger than {@link #maxBatchBytes()}
     */
    long append(WriteBatch batch);

    /** Begins a batch that is appended bit by bit, or is too large for one record. */
    Transaction begin();

    /** For so many queues a message is one record; for more it is to be added to a {@link Transaction} part by part. */
    int maxTargets();

    /**
     * Lets go of the records of entries that ended with their queue and are never settled one by one. Nothing happens before
     * {@code lsn} is durable.
     *
     * @param lsn of the batch that dropped the queue, or of the latest of these entries if that is higher
     * @param dead names the entries; called once at most, on a thread of the store
     */
    void forget(long queueId, long lsn, Consumer<LongConsumer> dead);

    /** The largest batch that {@link #append} takes, in bytes of bodies, keys and values. */
    int maxBatchBytes();

    /** Everything below this LSN survives a crash. Only grows. */
    long durableLsn();

    /**
     * Calls {@code waiter} once, on the log's thread, after the first force that lifts {@link #durableLsn} above {@code
     * lsn}; it may come at an earlier force too (the waiter looks and asks again). Runs it at once, on the caller's
     * thread, if that is so already or the store has failed. The waiter must only hand over to another thread.
     */
    void afterForce(long lsn, Runnable waiter);

    /**
     * Calls {@code waiter} once, on the log's thread, when a batch answered with {@link #FULL} may fit again; at once, on the
     * caller's thread, if that is so already or the store has failed. The waiter must only hand over to another thread.
     */
    void whenSpace(Runnable waiter);

    /**
     * Why nothing is to be appended now that {@linkplain WriteBatch#yields yields}, in a sentence for whoever wanted to: the disk
     * has no room for more, and what is left is for settlements and table changes. Empty while there is room. The core looks
     * before it appends and refuses; {@link #append} itself answers {@link #FULL} only when there is no space even so.
     */
    Optional<String> shortage();

    /**
     * Whether nothing more had better be settled, because what was kept for settlements is used up: what a queue has begun is still
     * taken, and its image must not wait for a settlement, since a checkpoint may be what makes room. {@link #whenSpace} tells
     * when to look again.
     */
    boolean settlementsWait();

    /**
     * Calls {@code waiter} once, on a thread of the store, when there is no {@link #shortage} any more; at once, on the caller's
     * thread, if there is none or the store has failed. The waiter must only hand over to another thread.
     */
    void whenRoom(Runnable waiter);

    /**
     * Reads the messages of enqueue records, in the given order, on a reader thread.
     *
     * @param lsns LSNs of enqueue records that still have an unsettled entry
     * @param sink called once per LSN on the reader's thread with a resident message; it must only hand over
     * @param failure called at most once, in place of the remaining messages, if the store cannot read on
     */
    void read(long[] lsns, ReadSink sink, Consumer<StoreException> failure);

    /** Begins a body that is too large to be in memory, for a message to come. */
    LargeUpload upload();

    /** The most that one piece of a large body holds, in bytes. */
    int pieceBytes();

    /**
     * Reads one piece of a large body, which the caller holds, on a reader thread.
     *
     * @param lsn of the piece
     * @param sink gets the piece, once, on the reader's thread; it must only hand over
     * @param failure called instead if the store cannot read it
     */
    void readPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failure);

    /** Room for what a process can do without in memory. From {@link #recover} on. */
    Pages pages();

    /**
     * Why the store has failed; empty while all is well. A failed force is never retried: from then on nothing is taken,
     * {@link #durableLsn} stands still, and only a restart helps.
     */
    Optional<StoreException> failure();

    /** Calls {@code watcher} once, on whatever thread finds it, when the store fails; at once if it has failed already. */
    void onFailure(Runnable watcher);

    /** Bytes of disk that the store occupies, and how much of it is live; for operators. */
    StoreStatus status();

    /** Forces what is pending, writes what makes the next start quick, and releases the directory. */
    @Override
    void close() throws StoreException;

    /** Receives a message read back from the log. */
    interface ReadSink {
        void loaded(long lsn, Message message);

        /**
         * A message is not what was written; those after it are read on.
         *
         * @return false if the sink does not go on without it: then the failure is told
         */
        default boolean damaged(long lsn, StoreException why) {
            return false;
        }
    }
}
