package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * The log thread: swap buffers, write, force, say so. Batching comes by itself: while one force runs the next buffer
 * fills. A failed write or force is never repeated, because the kernel may have dropped the pages that it reports as clean
 * at the second try: the store has failed from then on. Confined to the log thread but for the counters.
 */
final class LogWriter {
    /** Answer of {@link #step}: nothing to do until something happens. */
    static final long IDLE = Long.MAX_VALUE;

    /** Answer of {@link #step}: there may be more to do now. */
    static final long AGAIN = 0;

    private static final long NOT_WAITING = Long.MIN_VALUE;

    private final LogState log;
    private final LogStore store;
    private final StoreSettings settings;
    private final Checksum checksum;
    private final LongSupplier nanoTime;
    private final Runnable wakeHousekeeper;

    private long lazySinceNanos = NOT_WAITING;
    private long lastBatchNanos;
    private boolean sealed = true;
    private boolean largerRefused;
    private boolean shortageTold;

    private volatile Forces forces = new Forces(0, 0, 0);

    /** What was forced since the start. */
    record Forces(long count, long bytes, long lastNanos) {}

    LogWriter(
            LogState log, LogStore store, StoreSettings settings, Surroundings surroundings, Runnable wakeHousekeeper) {
        this.log = log;
        this.store = store;
        this.settings = settings;
        this.checksum = surroundings.checksum();
        this.nanoTime = surroundings.nanoTime();
        this.wakeHousekeeper = wakeHousekeeper;
    }

    /** Does what is due; the answer is for how many nanoseconds nothing else will be, unless something is appended. */
    long step() {
        if (log.isStopped()) {
            releaseWaiters();
            return IDLE;
        }
        try {
            return advance();
        } catch (IOException | RuntimeException e) {
            fail(e);
            return IDLE;
        }
    }

    private long advance() throws IOException {
        updatePublishHold();
        tellShortage();
        AppendBuffer active = log.buffers().active();
        if (active.isEmpty()) return advanceEmpty();
        if (!active.isUrgent() && !isRoomWanted()) {
            long now = nanoTime.getAsLong();
            if (lazySinceNanos == NOT_WAITING) lazySinceNanos = now;
            long left = lazySinceNanos + settings.lazyNanos() - now;
            if (left > 0) return left;
        }
        return writeBatch();
    }

    private boolean isRoomWanted() {
        return !log.spaceWaiters().isEmpty() || log.buffers().isLargerWanted();
    }

    private long advanceEmpty() throws IOException {
        if (log.buffers().isLargerWanted() && placeLarger()) return AGAIN;
        long rest = nanosToSeal();
        if (rest == 0) rest = writeBatch();
        if (rest == AGAIN || log.spaceWaiters().isEmpty()) return rest;
        // While there is no room they would only be told "full" again, at once: then let a moment pass.
        boolean full = log.isPublishHeld() || log.arePiecesHeld() || largerRefused;
        if (!full || isHoldPauseOver()) {
            largerRefused = false;
            log.spaceWaiters().runAll();
        }
        return Math.min(rest, settings.lazyNanos());
    }

    private boolean placeLarger() {
        if (!log.buffers().isLargerPlaceable()) {
            log.buffers().forgetLarge();
            log.wantNextSegment();
            wakeHousekeeper.run();
            largerRefused = true;
            return false;
        }
        if (!log.buffers().widen()) return false;
        largerRefused = false;
        log.spaceWaiters().runAll();
        return true;
    }

    private boolean isHoldPauseOver() {
        long now = nanoTime.getAsLong();
        if (lazySinceNanos == NOT_WAITING) lazySinceNanos = now;
        if (now - lazySinceNanos < settings.lazyNanos()) return false;
        lazySinceNanos = NOT_WAITING;
        return true;
    }

    /** A seal testifies that the last batch was forced. */
    private long nanosToSeal() {
        if (sealed) return IDLE;
        return Math.max(0, lastBatchNanos + settings.sealIdleNanos() - nanoTime.getAsLong());
    }

    /** Writes, at the end of the store's life, what is pending and a seal; whether all of it got to the disk. */
    boolean finish() {
        try {
            while (!log.isStopped() && !log.buffers().active().isEmpty()) {
                if (writeBatch() != AGAIN) return false;
            }
            return !log.isStopped() && (sealed || writeBatch() == AGAIN);
        } catch (IOException | RuntimeException e) {
            fail(e);
            return false;
        }
    }

    private long writeBatch() throws IOException {
        lazySinceNanos = NOT_WAITING;
        Segment segment = log.segments().of(log.buffers().active().baseLsn());
        if (segment == null) {
            // The next segment is not ready. Appends go on until the buffer is full; nothing is confirmed meanwhile.
            wakeHousekeeper.run();
            return IDLE;
        }
        log.writing(true);
        AppendBuffer closed = log.buffers().swap();
        updatePublishHold();
        if (!log.isPublishHeld()) log.spaceWaiters().runAll();
        roll(segment.header());
        writeAndForce(closed.bytes(), closed.baseLsn(), closed.used());
        log.writing(false);
        account(closed, closed.used());
        log.buffers().release(closed);
        if (log.isHousekeepingDue()) wakeHousekeeper.run();
        return AGAIN;
    }

    private void writeAndForce(ByteBuffer bytes, long lsn, int used) throws IOException {
        int filled = BatchHeader.filled(used);
        for (int at = used; at < filled; at++) bytes.put(at, (byte) 0);
        int records = countRecords(bytes, used);
        new BatchHeader(log.epoch(), lsn, log.durableLsn(), used, records).write(bytes, log.store(), checksum);
        force(lsn, bytes.duplicate().position(0).limit(filled));
        sealed = records == 0;
        lastBatchNanos = nanoTime.getAsLong();
    }

    private void roll(SegmentHeader header) {
        if (header.baseLsn() == log.activeBaseLsn()) return;
        log.rolledTo(header.baseLsn());
    }

    private void force(long lsn, ByteBuffer batch) throws IOException {
        int bytes = batch.remaining();
        store.append(lsn, batch);
        long begun = nanoTime.getAsLong();
        long durable = store.force();
        Forces before = forces;
        forces = new Forces(before.count + 1, before.bytes + bytes, nanoTime.getAsLong() - begun);
        log.durableLsn(durable);
        log.forceWaiters().forcedTo(durable);
    }

    private static int countRecords(ByteBuffer bytes, int used) {
        int records = 0;
        for (int at = BatchHeader.BYTES; at < used; at += (int) LogRecord.aligned(bytes.getInt(at))) records++;
        return records;
    }

    private void account(AppendBuffer batch, int used) {
        LogRecord record = new LogRecord(batch.bytes());
        for (int at = BatchHeader.BYTES; at < used; at += (int) LogRecord.aligned(record.length())) {
            if (log.segments().account(record.at(at, batch.baseLsn() + at), log::keptReplayLsn)) log.segmentFree(true);
        }
    }

    private void updatePublishHold() {
        holdPieces(!log.isDiskFull() && !log.buffers().isForPieces());
        boolean held = !log.buffers().isForPublishers();
        log.settlementsHeld(held && !log.buffers().isForSettlements());
        if (held == log.isPublishHeld()) return;
        log.publishHeld(held);
        wakeHousekeeper.run(); // it may mean that publishers are to be refused, or not any more
        if (!held) log.spaceWaiters().runAll();
    }

    /** On a full disk they wait where publishers do, as nobody makes the next segment. */
    private void holdPieces(boolean held) {
        if (held == log.arePiecesHeld()) return;
        log.piecesHeld(held);
        if (!held) log.spaceWaiters().runAll();
    }

    /** Whoever waits comes again when it begins, and is refused. */
    private void tellShortage() {
        boolean refused = log.shortage().isPresent();
        if (refused && !shortageTold) log.spaceWaiters().runAll();
        shortageTold = refused;
    }

    private void fail(Exception cause) {
        log.fail(new StoreException(
                "The log cannot be written any more (" + cause.getMessage()
                        + "); nothing since the last confirmation is promised. Check the disk, then restart.",
                cause));
        releaseWaiters();
    }

    private void releaseWaiters() {
        log.forceWaiters().forcedTo(Long.MAX_VALUE);
        log.spaceWaiters().runAll();
        log.roomWaiters().runAll();
    }

    Forces forces() {
        return forces;
    }
}
