package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.LogStore.Copied;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Goes along the segments of a log and does not stop at damage: what is not what was written is told as a gap, and the way goes on
 * behind it. Confined to the thread that made it.
 */
final class LogWalk {
    private static final int MOST_LOOKED_THROUGH_BYTES = 256 << 20;

    private final LogStore store;
    private final List<LogStore.StoredSegment> segments;
    private final LogChain chain;
    private final long testimony;
    private final SegmentScanner scanner;
    private final BatchRemains remains;
    private final RecordWindow window;

    /** Receives what there is, by rising addresses. */
    interface Visitor<E extends Exception> extends SegmentScanner.Visitor<E>, BatchRemains.Visitor<E> {
        @Override
        default void batch(BatchHeader header) throws E {}

        /**
         * Nothing more was written to a segment, as far as anything tells.
         *
         * @param tornBytes of a batch that was begun there and never confirmed
         */
        default void end(long lsn, long limitLsn, long tornBytes) throws E {}
    }

    /**
     * Over segments of one store, of which there is at least one.
     *
     * @param testimony all below was durable
     */
    LogWalk(LogStore store, LogStore.Contents contents, LogChain chain, long testimony, Checksum checksum) {
        this.store = store;
        this.segments = contents.segments();
        this.chain = chain;
        this.testimony = testimony;
        scanner = new SegmentScanner(store, segments.get(0).header().store(), checksum, chain.largestSegmentBytes());
        remains = new BatchRemains(store, checksum, MOST_LOOKED_THROUGH_BYTES);
        window = new RecordWindow(store, segments.get(0).header().store(), checksum);
    }

    /** Of one segment, what lies from an address on; where that is in the middle of it, a batch or a copied record begins there. */
    <E extends Exception> void segment(int index, long fromLsn, Visitor<E> visitor) throws IOException, E {
        SegmentHeader header = segments.get(index).header();
        if (header.endLsn() <= fromLsn) return;
        if (segments.get(index).sharedFile() != 0) copies(header, fromLsn, visitor);
        else batches(index, Math.max(header.firstBatchLsn(), fromLsn), visitor);
    }

    private <E extends Exception> void batches(int index, long fromLsn, Visitor<E> visitor) throws IOException, E {
        SegmentHeader header = segments.get(index).header();
        long limit = chain.limitOf(header);
        long testified = testimony > header.baseLsn() && testimony <= header.endLsn() ? testimony : 0;
        if (index + 1 < segments.size()) testified = Math.max(testified, testimonyOf(index + 1, header));
        long from = fromLsn;
        while (from < limit) {
            long bad = scanner.scan(header, from, limit, visitor);
            if (bad >= limit) return;
            boolean isCut = limit < header.endLsn();
            long durable = isCut ? limit : Math.max(testified, scanner.testimonyAfter(header, bad));
            if (durable <= bad) {
                visitor.end(bad, limit, scanner.tornBytesAt(header, bad));
                return;
            }
            from = scanner.nextBatch(header, bad, limit);
            // Who testifies for a part of a batch testifies for all of it.
            long end = Math.max(durable, bad + BatchHeader.filled((int) scanner.tornBytesAt(header, bad)));
            remains.visit(header, bad, Math.min(from, Math.min(end, limit)), visitor);
        }
    }

    /** What the next segment knows of the end of one, if it followed in the same life and nothing between them is gone. */
    private long testimonyOf(int next, SegmentHeader header) throws IOException {
        SegmentHeader after = segments.get(next).header();
        boolean follows = after.previousBaseLsn() == header.baseLsn() && after.epoch() == header.epoch();
        return follows && segments.get(next).sharedFile() == 0 ? scanner.firstDurableLsn(after) : 0;
    }

    private <E extends Exception> void copies(SegmentHeader header, long fromLsn, Visitor<E> visitor)
            throws IOException, E {
        for (long from = Math.max(header.baseLsn(), fromLsn); ; ) {
            Copied copied = store.copied(from);
            long found = Math.min(copied.lsn(), header.endLsn());
            if (copied.damage().isPresent()) visitor.gap(from, found, Set.of());
            if (copied.lsn() == Copied.NONE) return;
            LogRecord record = window.record(header, found, Copied.NONE);
            if (record == null) visitor.gap(found, found + 1, Set.of());
            else visitor.record(record);
            from = found + 1;
        }
    }
}
