package io.signalbox.persistence;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.AppendBuffer.Share;
import io.signalbox.persistence.log.Checksum;

/** The way into the log: a range of the active buffer is claimed, encoded into, and its table changes are visible. Thread-safe. */
final class Appends {
    private final LogState log;
    private final StoreSettings settings;
    private final Tables tables;
    private final Checksum checksum;
    private final Runnable wakeLog;

    Appends(LogState log, StoreSettings settings, Tables tables, Checksum checksum, Runnable wakeLog) {
        this.log = log;
        this.settings = settings;
        this.tables = tables;
        this.checksum = checksum;
        this.wakeLog = wakeLog;
    }

    /** As {@link MessageStore#append}. */
    long append(WriteBatch batch) {
        return append(batch, RecordEncoder.plain(batch, tables, log.segments()));
    }

    /** The same of a record that has been made of the batch. */
    long append(WriteBatch batch, RecordEncoder record) {
        if (log.isStopped()) return MessageStore.FAILED;
        checkSize(record.contentBytes(), record.alignedBytes());
        Share share = batch.yields() ? Share.PUBLISH : Share.OTHER;
        if (isHeld(batch)) return full(record, share);
        long lsn = append(record, share, batch.isLazy());
        if (lsn > 0 && batch.isPublish()) batch.enqueuedAt(lsn);
        return lsn;
    }

    LogState log() {
        return log;
    }

    private long append(NewRecord record, Share share, boolean lazy) {
        int bytes = (int) record.alignedBytes();
        while (true) {
            AppendBuffer buffer = log.buffers().active();
            int index = buffer.claim(bytes, share);
            if (index >= 0) return fill(buffer, index, bytes, record, lazy);
            if (index == AppendBuffer.FULL) {
                log.buffers().wantUsual();
                return full(record, share);
            }
            // Closed: the log thread is about to put another in its place, unless it has stopped.
            if (log.isStopped()) return MessageStore.FAILED;
            Thread.onSpinWait();
        }
    }

    private boolean isHeld(WriteBatch batch) {
        if (batch.yields()) return log.isPublishHeld();
        // A queue that ends may be what makes room, and a settlement is of a queue that has begun it.
        boolean begun = batch.settlements() > 0 || !batch.droppedQueues().isEmpty();
        return log.isSettlementsHeld() && !begun;
    }

    /**
     * Whatever is wrong with a record is found before it takes log space.
     *
     * @throws IllegalArgumentException if one with so much content, and of so many bytes, cannot be taken
     */
    void checkSize(long contentBytes, long recordBytes) {
        if (contentBytes > settings.maxBatchBytes()) {
            throw new IllegalArgumentException(
                    "batch of " + contentBytes + " bytes, the limit is " + settings.maxBatchBytes());
        }
        if (recordBytes > settings.maxRecordBytes()) {
            throw new IllegalArgumentException(
                    "batch takes " + recordBytes + " bytes of log, the limit is " + settings.maxRecordBytes());
        }
    }

    private long full(NewRecord record, Share share) {
        int usual = settings.bufferBytes();
        int room = share == Share.OTHER ? AppendBuffer.largestOther(usual) : AppendBuffer.largestPublish(usual);
        if (record.alignedBytes() > room) log.buffers().wantLarge((int) record.alignedBytes());
        wakeLog.run();
        return MessageStore.FULL;
    }

    private long fill(AppendBuffer buffer, int index, int bytes, NewRecord record, boolean lazy) {
        long lsn = buffer.baseLsn() + index;
        boolean encoded = false;
        try {
            record.encode(buffer.bytes(), index, log.store(), log.epoch(), lsn, checksum);
            encoded = true;
            record.placed(lsn);
        } finally {
            if (!encoded) {
                LogRecord.writeVoid(buffer.bytes(), index, bytes, log.store(), log.epoch(), lsn, checksum);
            }
            if (!lazy) buffer.hurry();
            buffer.filled(bytes);
        }
        if (!lazy || index == BatchHeader.BYTES) wakeLog.run();
        return lsn;
    }

    /** A piece of a large body. */
    long appendPiece(NewRecord piece) {
        if (log.isStopped()) return MessageStore.FAILED;
        return log.isPublishHeld() || log.arePiecesHeld() ? full(piece, Share.PIECE) : append(piece, Share.PIECE, true);
    }
}
