package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What is left of a stretch of a segment that is not whole batches: the records that are, and the gaps between them. A record is read
 * by its address, whatever its batch is like, so only those in the gaps are lost. Confined to the thread that made it.
 */
final class BatchRemains {
    private final LogWindow window;
    private final Checksum checksum;
    private final int mostBytes;

    /** Receives what is found, in its order. */
    interface Visitor<E extends Exception> {
        /** A record that is what was written. */
        void record(LogRecord record) throws E;

        /**
         * Nothing that was written; at least one is told, if it is the head of the batch.
         *
         * @param named queues that it seems to be for
         */
        void gap(long fromLsn, long toLsn, Set<Long> named) throws E;
    }

    /** @param mostBytes in memory: a longer stretch counts as one gap */
    BatchRemains(LogStore store, Checksum checksum, int mostBytes) {
        this.mostBytes = mostBytes;
        this.window = new LogWindow(store, 1 << 20);
        this.checksum = checksum;
    }

    /**
     * Looks through a stretch.
     *
     * @param fromLsn where a batch should begin
     * @param toLsn where one that is whole begins, or nothing that was written
     */
    <E extends Exception> void visit(SegmentHeader segment, long fromLsn, long toLsn, Visitor<E> visitor)
            throws IOException, E {
        int bytes = (int) Math.min(mostBytes, toLsn - fromLsn);
        if (bytes < toLsn - fromLsn || window.find(fromLsn, bytes) == LogWindow.MISSING) {
            visitor.gap(fromLsn, toLsn, Set.of());
            return;
        }
        LogRecord record = new LogRecord(window.bytes());
        int from = window.find(fromLsn, bytes);
        int gap = 0;
        boolean inGap = false;
        boolean hadGap = false;
        for (int at = BatchHeader.BYTES; at < bytes; ) {
            if (isIntact(record, from + at, fromLsn + at, bytes - at, segment)) {
                if (inGap) visitor.gap(fromLsn + gap, fromLsn + at, named(from + gap, bytes - gap));
                inGap = false;
                visitor.record(record);
                at += (int) LogRecord.aligned(record.length());
                gap = at;
                continue;
            }
            if (!inGap && !isNothing(from + at, bytes - at)) {
                inGap = hadGap = true;
                gap = at;
            }
            at += LogRecord.ALIGNMENT;
        }
        if (inGap) visitor.gap(fromLsn + gap, toLsn, named(from + gap, bytes - gap));
        else if (!hadGap) visitor.gap(fromLsn, gap == 0 ? toLsn : fromLsn + BatchHeader.BYTES, Set.of());
    }

    private boolean isIntact(LogRecord record, int at, long lsn, int room, SegmentHeader segment) {
        if (room < LogRecord.FIXED_BYTES) return false;
        byte type = window.bytes().get(at + 8);
        if (type < LogRecord.TYPE_WRITE || type > LogRecord.TYPE_AHEAD) return false;
        return record.at(at, lsn).isIntact(room, segment.store(), segment.epoch(), checksum);
    }

    /** What a batch is filled up with. */
    private boolean isNothing(int at, int count) {
        if (count >= BatchHeader.SECTOR_BYTES) return false;
        for (int i = 0; i < count; i++) if (window.bytes().get(at + i) != 0) return false;
        return true;
    }

    /** Queues that a record which is not what was written says that it is for; whoever asks knows which there are. */
    private Set<Long> named(int at, int room) {
        Set<Long> named = new LinkedHashSet<>();
        if (room < LogRecord.FIXED_BYTES + LogRecord.MESSAGE_BYTES
                || window.bytes().get(at + 9) == 0) return named;
        int targets = window.bytes().getInt(at + 12);
        long first = LogRecord.FIXED_BYTES + (long) LogRecord.MESSAGE_BYTES;
        if (targets < 1 || first + (long) targets * LogRecord.TARGET_BYTES > room) return named;
        for (int i = 0; i < targets; i++) {
            named.add(window.bytes().getLong(at + (int) first + i * LogRecord.TARGET_BYTES));
        }
        return named;
    }
}
