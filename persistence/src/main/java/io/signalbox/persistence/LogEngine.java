package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.StoreStatus;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.AppendBuffer.Share;
import io.signalbox.persistence.log.LogStore;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The message store over a {@link LogStore}: everything that is the same whatever medium the log lies on. An append claims
 * a range of the active buffer, encodes into it and makes its table changes visible; the log thread does the rest.
 *
 * <p>Thread-safe but for {@link #recover} and {@link #close}, which belong to the opener, and the three steps, each of
 * which belongs to its thread. Without threads the steps make a deterministic simulation.
 */
public final class LogEngine implements MessageStore {

    private static final int MOST_PIECE_BYTES = 256 << 10;

    private final LogStore store;
    private volatile StoreSettings settings;
    private final MessageFormats formats;
    private final Surroundings surroundings;
    private final LogThreads threads;
    private final Tables tables = new Tables();
    private final LargeBodies bodies = new LargeBodies(this::letGo);
    private volatile @Nullable Parts parts;
    private volatile long cutBytes;

    /** What there is once recovery is through. */
    private record Parts(
            LogState log, LogWriter writer, Housekeeper housekeeper, RecordReader reader, Cleaner cleaner) {}

    public LogEngine(
            LogStore store,
            StoreSettings settings,
            MessageFormats formats,
            Surroundings surroundings,
            LogThreads threads) {
        this.store = store;
        this.settings = settings;
        this.formats = formats;
        this.surroundings = surroundings;
        this.threads = threads;
    }

    @Override
    public void recover(RecoverySink sink, CheckpointSource source) throws StoreException {
        if (parts != null) throw new IllegalStateException("the store has been recovered before");
        LogState log = recovered(sink);
        Cleaner cleaner = new Cleaner(log, store, source, settings.segmentBytes(), surroundings);
        Checkpointer checkpointer =
                new Checkpointer(log, store, source, cleaner, surroundings, threads::wakeHousekeeper);
        parts = new Parts(
                log,
                new LogWriter(log, store, settings, surroundings, threads::wakeHousekeeper),
                new Housekeeper(log, store, settings, checkpointer, cleaner, threads::wakeLog),
                new RecordReader(log, store, formats, surroundings.checksum()),
                cleaner);
        threads.start(this);
        threads.wakeHousekeeper();
    }

    private LogState recovered(RecoverySink sink) throws StoreException {
        boolean open = false;
        try {
            Recovery recovery =
                    new Recovery(store, settings, formats, surroundings, tables, new SegmentTable(bodies), sink);
            LogState log = recovery.run();
            settings = recovery.settings();
            cutBytes = recovery.cutBytes();
            log.occupiedBytes(store.room().occupiedBytes());
            open = true;
            return log;
        } finally {
            if (!open) release();
        }
    }

    private Parts parts() {
        Parts open = parts;
        if (open == null) throw new IllegalStateException("the store has not been recovered yet");
        return open;
    }

    /** One step of the log thread; the answer is for how many nanoseconds it may rest unless it is woken. */
    public long logStep() {
        return parts().writer.step();
    }

    /** One step of the housekeeper thread; the answer is as for {@link #logStep}. */
    public long housekeepingStep() {
        return parts().housekeeper.step();
    }

    /** One step of the reader thread; the answer is as for {@link #logStep}. */
    public long readStep() {
        return parts().reader.step();
    }

    /** Ends the store because one of its threads died. */
    void fail(StoreException cause) {
        parts().log.fail(cause);
        threads.wakeLog();
    }

    @Override
    public StateTable table(String name) {
        return tables.table(name);
    }

    @Override
    public long append(WriteBatch batch) {
        LogState log = parts().log;
        if (log.isStopped()) return FAILED;
        RecordEncoder record = new RecordEncoder(batch, tables, bodies);
        checkSize(record);
        Share share = batch.yields() ? Share.PUBLISH : Share.OTHER;
        if (isHeld(log, batch)) return full(log, record, share);
        long lsn = append(log, record, share, batch.isLazy());
        if (lsn > 0 && batch.isPublish()) batch.enqueuedAt(lsn);
        return lsn;
    }

    private long append(LogState log, NewRecord record, Share share, boolean lazy) {
        int bytes = (int) record.alignedBytes();
        while (true) {
            AppendBuffer buffer = log.buffers().active();
            int index = buffer.claim(bytes, share);
            if (index >= 0) return fill(log, buffer, index, bytes, record, lazy);
            if (index == AppendBuffer.FULL) return full(log, record, share);
            // Closed: the log thread is about to put another in its place, unless it has stopped.
            if (log.isStopped()) return FAILED;
            Thread.onSpinWait();
        }
    }

    private static boolean isHeld(LogState log, WriteBatch batch) {
        if (batch.yields()) return log.isPublishHeld();
        // A queue that ends may be what makes room, and a settlement is of a queue that has begun it.
        boolean begun = batch.settlements() > 0 || !batch.droppedQueues().isEmpty();
        return log.isSettlementsHeld() && !begun;
    }

    private void checkSize(RecordEncoder record) {
        if (record.contentBytes() > settings.maxBatchBytes()) {
            throw new IllegalArgumentException(
                    "batch of " + record.contentBytes() + " bytes, the limit is " + settings.maxBatchBytes());
        }
        if (record.alignedBytes() > settings.maxRecordBytes()) {
            throw new IllegalArgumentException("batch takes " + record.alignedBytes() + " bytes of log, the limit is "
                    + settings.maxRecordBytes());
        }
    }

    private long full(LogState log, NewRecord record, Share share) {
        int usual = settings.bufferBytes();
        int room = share == Share.OTHER ? AppendBuffer.largestOther(usual) : AppendBuffer.largestPublish(usual);
        if (record.alignedBytes() > room) log.buffers().wantLarge((int) record.alignedBytes());
        threads.wakeLog();
        return FULL;
    }

    private long fill(LogState log, AppendBuffer buffer, int index, int bytes, NewRecord record, boolean lazy) {
        long lsn = buffer.baseLsn() + index;
        boolean encoded = false;
        try {
            record.encode(buffer.bytes(), index, log.store(), log.epoch(), lsn, surroundings.checksum());
            encoded = true;
            record.placed(lsn);
        } finally {
            if (!encoded) {
                LogRecord.writeVoid(
                        buffer.bytes(), index, bytes, log.store(), log.epoch(), lsn, surroundings.checksum());
            }
            if (!lazy) buffer.hurry();
            buffer.filled(bytes);
        }
        if (!lazy || index == BatchHeader.BYTES) threads.wakeLog();
        return lsn;
    }

    @Override
    public LargeUpload upload() {
        return new PieceUpload(this::appendPiece, bodies.begin(), pieceBytes());
    }

    private long appendPiece(NewRecord piece) {
        LogState log = parts().log;
        if (log.isStopped()) return FAILED;
        return log.isPublishHeld() ? full(log, piece, Share.PIECE) : append(log, piece, Share.PIECE, true);
    }

    @Override
    public int pieceBytes() {
        return Math.min(MOST_PIECE_BYTES, settings.bufferBytes() / 8 - LogRecord.FIXED_BYTES);
    }

    @Override
    public void readPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        LogState log = parts().log;
        afterForce(lsn, () -> {
            parts().reader.requestPiece(lsn, sink, failure);
            threads.wakeReader();
        });
        if (log.isStopped()) threads.wakeReader();
    }

    /** Nobody has the pieces of a large body any more: they are counted off when they have been counted. */
    private void letGo(LargeBody body) {
        forget(0, body.lastLsn(), body::forEachLsn);
    }

    @Override
    public void forget(long queueId, long lsn, Consumer<LongConsumer> dead) {
        afterForce(lsn, () -> {
            parts().housekeeper.forget(dead);
            threads.wakeHousekeeper();
        });
    }

    @Override
    public int maxBatchBytes() {
        return settings.maxBatchBytes();
    }

    @Override
    public long durableLsn() {
        return parts().log.durableLsn();
    }

    @Override
    public void afterForce(long lsn, Runnable waiter) {
        LogState log = parts().log;
        if (isDue(log, lsn)) {
            waiter.run();
            return;
        }
        ForceWaiters.Waiter added = log.forceWaiters().add(lsn, waiter);
        if (isDue(log, lsn)) added.run();
    }

    private static boolean isDue(LogState log, long lsn) {
        return log.durableLsn() > lsn || log.isStopped();
    }

    @Override
    public void whenSpace(Runnable waiter) {
        LogState log = parts().log;
        log.spaceWaiters().add(waiter);
        threads.wakeLog();
        // Nobody else may come by any more.
        if (log.isStopped()) log.spaceWaiters().runAll();
    }

    @Override
    public Optional<String> shortage() {
        Parts open = parts;
        return open == null ? Optional.empty() : open.log.shortage();
    }

    @Override
    public boolean settlementsWait() {
        Parts open = parts;
        return open != null && open.log.isSettlementsHeld();
    }

    @Override
    public void whenRoom(Runnable waiter) {
        LogState log = parts().log;
        log.roomWaiters().add(waiter);
        // After it was added: the end of the shortage may just have come by.
        if (log.shortage().isEmpty() || log.isStopped()) log.roomWaiters().runAll();
    }

    @Override
    public void read(long[] lsns, ReadSink sink, Consumer<StoreException> failure) {
        LogState log = parts().log;
        long highest = 0;
        for (long lsn : lsns) highest = Math.max(highest, lsn);
        // What is still in a buffer cannot be read from the medium.
        afterForce(highest, () -> {
            parts().reader.request(lsns, sink, failure);
            threads.wakeReader();
        });
        if (log.isStopped()) threads.wakeReader();
    }

    @Override
    public Optional<StoreException> failure() {
        Parts open = parts;
        return open == null ? Optional.empty() : Optional.ofNullable(open.log.failure());
    }

    @Override
    public void onFailure(Runnable watcher) {
        // No force ever reaches this far, so it is the end that runs the waiter: a failure, or the closing of the
        // store.
        afterForce(Long.MAX_VALUE - 1, () -> {
            if (failure().isPresent()) watcher.run();
        });
    }

    @Override
    public StoreStatus status() {
        Parts open = parts();
        LogWriter.Forces forces = open.writer.forces();
        return new StoreStatus(
                open.log.occupiedBytes(),
                open.log.segments().livingBytes(),
                open.cleaner.copiedBytes(),
                open.log.durableLsn(),
                forces.count(),
                forces.bytes(),
                forces.lastNanos(),
                cutBytes,
                open.log.freeBytes(),
                open.log.shortage());
    }

    @Override
    public void close() throws StoreException {
        threads.stop();
        Parts open = parts;
        try {
            if (open != null) finish(open);
            if (open != null) {
                open.log.close();
                open.writer.step();
            }
        } finally {
            release();
        }
        StoreException failure = open == null ? null : open.log.failure();
        if (failure != null) throw failure;
    }

    /** What is pending may need a segment that is not ready yet. */
    private static void finish(Parts open) {
        while (!open.writer.finish() && open.housekeeper.step() == LogWriter.AGAIN) {
            if (open.log.isStopped()) return;
        }
    }

    private void release() throws StoreException {
        try {
            store.close();
        } catch (IOException e) {
            throw new StoreException("The data directory cannot be released (" + e.getMessage() + ").", e);
        }
    }
}
