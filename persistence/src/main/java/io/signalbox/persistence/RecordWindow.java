package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Records of the log by their addresses, each verified. Confined to the thread that made it. */
final class RecordWindow {
    private static final int BYTES = 1 << 16;

    /** Most records have no more, and a disk reads no less. */
    private static final int USUAL_RECORD_BYTES = 4096;

    private final LogStore log;
    private final LogWindow window;
    private final StoreId store;
    private final Checksum checksum;

    RecordWindow(LogStore log, StoreId store, Checksum checksum) {
        this.log = log;
        this.window = new LogWindow(log, BYTES);
        this.store = store;
        this.checksum = checksum;
    }

    /** Forgets what was read: the log may have been written since. */
    void clear() {
        window.clear();
    }

    /**
     * Whether nothing is at an address, and nothing is damaged where it would be.
     *
     * @param sharedFile where its segment lies, as {@link LogStore.StoredSegment} has it
     */
    boolean isGone(long lsn, long sharedFile) throws IOException {
        if (window.find(lsn, LogRecord.FIXED_BYTES, USUAL_RECORD_BYTES) != LogWindow.MISSING) return false;
        return sharedFile == 0 || log.copied(lsn).damage().isEmpty();
    }

    /**
     * The record at an address.
     *
     * @param segment in which it lies
     * @param nextLsn which one will be asked for after it
     * @return valid until the next call; null if what is there is not what was written, or cannot be read
     */
    @Nullable
    LogRecord record(SegmentHeader segment, long lsn, long nextLsn) {
        int useful = nextLsn > lsn && nextLsn - lsn < BYTES ? BYTES : USUAL_RECORD_BYTES;
        try {
            return read(segment, lsn, useful);
        } catch (IOException e) {
            return alone(segment, lsn);
        }
    }

    /** It may be what lies behind it that cannot be read. */
    private @Nullable LogRecord alone(SegmentHeader segment, long lsn) {
        try {
            return read(segment, lsn, 0);
        } catch (IOException e) {
            return null; // damage like any other: the disk has not what was written
        }
    }

    private @Nullable LogRecord read(SegmentHeader segment, long lsn, int useful) throws IOException {
        int index = window.find(lsn, LogRecord.FIXED_BYTES, useful);
        if (index == LogWindow.MISSING) return null;
        int length = window.bytes().getInt(index);
        if (length < LogRecord.FIXED_BYTES || length > segment.endLsn() - lsn) return null;
        index = window.find(lsn, length, useful);
        if (index == LogWindow.MISSING) return null;
        LogRecord record = new LogRecord(window.bytes()).at(index, lsn);
        return record.isIntact(length, store, segment.epoch(), checksum) ? record : null;
    }
}
