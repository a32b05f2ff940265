package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads segments batch by batch and believes only what is whole. Confined to the recovering thread. */
final class SegmentScanner {
    private static final long WINDOW_BYTES = 4 << 20;

    private final StoreId storeId;
    private final Checksum checksum;
    private final LogWindow window;

    /** Receives what is whole, in log order. */
    interface Visitor<E extends Exception> {
        void batch(BatchHeader header) throws E;

        void record(LogRecord record) throws E;
    }

    /** @param largestSegmentBytes no more than this is ever looked at together */
    SegmentScanner(LogStore store, StoreId storeId, Checksum checksum, long largestSegmentBytes) {
        this.storeId = storeId;
        this.checksum = checksum;
        window = new LogWindow(store, (int) Math.min(WINDOW_BYTES, largestSegmentBytes));
    }

    /**
     * Visits batches up to the first that is not whole.
     *
     * @param fromLsn where a batch begins
     * @param limitLsn where reading stops in any case
     * @return the LSN of the first batch that is not whole, which may be the end
     */
    <E extends Exception> long scan(SegmentHeader segment, long fromLsn, long limitLsn, Visitor<E> visitor)
            throws IOException, E {
        long lsn = fromLsn;
        while (lsn < limitLsn) {
            BatchHeader batch = wholeBatch(segment, lsn, limitLsn);
            if (batch == null) break;
            visitor.batch(batch);
            visitRecords(batch, visitor);
            lsn = batch.endLsn();
        }
        return lsn;
    }

    private @Nullable BatchHeader wholeBatch(SegmentHeader segment, long lsn, long limitLsn) throws IOException {
        BatchHeader batch = headerAt(segment, lsn, limitLsn);
        if (batch == null) return null;
        int index = window.find(lsn, batch.length());
        if (index == LogWindow.MISSING) return null;
        LogRecord record = new LogRecord(window.bytes());
        int records = 0;
        int at = BatchHeader.BYTES;
        while (at < batch.length()) {
            int room = batch.length() - at;
            if (room < LogRecord.FIXED_BYTES) return null;
            record.at(index + at, lsn + at);
            if (!record.isIntact(room, storeId, segment.epoch(), checksum)) return null;
            at += (int) LogRecord.aligned(record.length());
            records++;
        }
        return at == batch.length() && records == batch.recordCount() ? batch : null;
    }

    /** How long a batch is that is not whole and whose header is; 0 if there is none. */
    long tornBytesAt(SegmentHeader segment, long badLsn) throws IOException {
        BatchHeader batch = headerAt(segment, badLsn, segment.endLsn());
        return batch == null ? 0 : batch.length();
    }

    /** What the first batch of a segment says to have been durable; 0 if there is none. */
    long firstDurableLsn(SegmentHeader segment) throws IOException {
        BatchHeader batch = headerAt(segment, segment.firstBatchLsn(), segment.endLsn());
        return batch == null ? 0 : batch.durableLsn();
    }

    /** The first batch that is whole behind one that is not; {@code limitLsn} if there is none. */
    long nextBatch(SegmentHeader segment, long badLsn, long limitLsn) throws IOException {
        for (long lsn = badLsn + BatchHeader.SECTOR_BYTES; lsn < limitLsn; lsn += BatchHeader.SECTOR_BYTES) {
            if (headerAt(segment, lsn, limitLsn) != null && wholeBatch(segment, lsn, limitLsn) != null) return lsn;
        }
        return limitLsn;
    }

    private @Nullable BatchHeader headerAt(SegmentHeader segment, long lsn, long limitLsn) throws IOException {
        int index = window.find(lsn, BatchHeader.BYTES);
        if (index == LogWindow.MISSING) return null;
        return BatchHeader.read(window.bytes(), index, storeId, checksum, segment.epoch(), lsn, limitLsn - lsn);
    }

    private <E extends Exception> void visitRecords(BatchHeader batch, Visitor<E> visitor) throws IOException, E {
        int index = window.find(batch.lsn(), batch.length());
        LogRecord record = new LogRecord(window.bytes());
        for (int at = BatchHeader.BYTES; at < batch.length(); at += (int) LogRecord.aligned(record.length())) {
            visitor.record(record.at(index + at, batch.lsn() + at));
        }
    }

    /**
     * Looks behind a batch that is not whole for headers that are: they testify what had been forced before them.
     *
     * @return the highest durable LSN that one states; 0 = there is none
     */
    long testimonyAfter(SegmentHeader segment, long badLsn) throws IOException {
        long testimony = 0;
        long lsn = badLsn + BatchHeader.SECTOR_BYTES;
        while (lsn + BatchHeader.BYTES <= segment.endLsn()) {
            if (window.find(lsn, BatchHeader.BYTES) == LogWindow.MISSING) break;
            BatchHeader header = headerAt(segment, lsn, segment.endLsn());
            if (header != null) testimony = Math.max(testimony, header.durableLsn());
            lsn += BatchHeader.SECTOR_BYTES;
        }
        return testimony;
    }
}
