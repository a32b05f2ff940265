package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.StoreStatus;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
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
    private final PageFile pages;
    private volatile @Nullable Parts parts;
    private volatile long cutBytes;

    /** What there is once recovery is through. */
    private record Parts(
            LogState log,
            Appends appends,
            LogWriter writer,
            Housekeeper housekeeper,
            RecordReader reader,
            Cleaner cleaner,
            Scrub scrub) {}

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
        this.pages = new PageFile(surroundings.disk(), this::hasRoomAtStart, surroundings.nanoTime());
    }

    private boolean hasRoomAtStart(long bytes) {
        return settings.limits().leaveRoom(store.room(), settings.segmentBytes(), pages.bytes() + bytes);
    }

    @Override
    public void recover(RecoverySink sink, CheckpointSource source) throws StoreException {
        recover(sink, source, Cleaning.ONLINE);
    }

    void recover(RecoverySink sink, CheckpointSource source, Cleaning cleaning) throws StoreException {
        open(source, cleaning, () -> {
            Recovery recovery =
                    new Recovery(store, settings, formats, surroundings, tables, new SegmentTable(bodies), sink);
            LogState log = recovery.run();
            settings = recovery.settings();
            cutBytes = recovery.cutBytes();
            return log;
        });
    }

    /**
     * As {@link #recover}, but from what damage has left; see {@link Rebuild}.
     *
     * @return checkpoints to be set aside when there are others
     */
    List<StoredCheckpoint> rebuild(
            RecoverySink sink, CheckpointSource source, Rebuild.Strays strays, Predicate<Rebuilt> wanted)
            throws StoreException {
        List<StoredCheckpoint> damaged = new ArrayList<>();
        open(source, Cleaning.ONLINE, () -> {
            SegmentTable segments = new SegmentTable(bodies);
            Rebuild rebuild = new Rebuild(store, settings, formats, surroundings, tables, segments, sink, strays);
            LogState log = rebuild.run(wanted);
            settings = rebuild.settings();
            damaged.addAll(rebuild.damaged());
            return log;
        });
        return damaged;
    }

    private interface Opening {
        LogState run() throws StoreException;
    }

    private void open(CheckpointSource source, Cleaning cleaning, Opening opening) throws StoreException {
        if (parts != null) throw new IllegalStateException("the store has been recovered before");
        LogState log = opened(opening);
        Scrub scrub = new Scrub(log, store, source, settings.scrubBytesPerSecond(), surroundings);
        Cleaner cleaner = new Cleaner(log, store, source, settings.segmentBytes(), surroundings, cleaning, scrub);
        Checkpointer checkpointer =
                new Checkpointer(log, store, source, List.of(cleaner, scrub), surroundings, threads::wakeHousekeeper);
        parts = new Parts(
                log,
                new Appends(log, settings, tables, surroundings.checksum(), threads::wakeLog),
                new LogWriter(log, store, settings, surroundings, threads::wakeHousekeeper),
                new Housekeeper(
                        log,
                        store,
                        new RoomWatch(log, store, settings, pages),
                        checkpointer,
                        cleaner,
                        scrub,
                        threads::wakeLog),
                new RecordReader(log, store, formats, surroundings.checksum()),
                cleaner,
                scrub);
        pages.begin(log, threads);
        threads.start(this);
        threads.wakeHousekeeper();
    }

    private LogState opened(Opening opening) throws StoreException {
        boolean open = false;
        try {
            LogState log = opening.run();
            log.occupiedBytes(store.room().occupiedBytes());
            open = true;
            return log;
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof StoreException unreadable) throw unreadable; // a page that was needed again
            throw e;
        } finally {
            if (!open) release();
        }
    }

    /** What there is once recovery is through. */
    LogState log() {
        return parts().log;
    }

    Cleaner cleaner() {
        return parts().cleaner;
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
        return Math.min(parts().reader.step(), pages.step());
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
        return parts().appends.append(batch);
    }

    @Override
    public Transaction begin() {
        return new LogTransaction(this, parts().appends, tables);
    }

    @Override
    public int maxTargets() {
        return settings.bufferBytes() / 4 / LogRecord.TARGET_BYTES;
    }

    @Override
    public LargeUpload upload() {
        return new PieceUpload(parts().appends::appendPiece, bodies.begin(), pieceBytes());
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
    public Pages pages() {
        return pages;
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
                open.log.occupiedBytes() + pages.bytes(),
                open.log.segments().livingBytes(),
                open.cleaner.copiedBytes(),
                open.log.durableLsn(),
                forces.count(),
                forces.bytes(),
                forces.lastNanos(),
                cutBytes,
                open.log.freeBytes(),
                open.log.shortage(),
                open.log.damage().places(),
                open.scrub.readBytes());
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
        pages.close();
        try {
            store.close();
        } catch (IOException e) {
            throw new StoreException("The data directory cannot be released (" + e.getMessage() + ").", e);
        }
    }
}
