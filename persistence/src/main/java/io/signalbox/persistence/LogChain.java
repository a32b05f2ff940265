package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the segments that recovery found hang together: each names the one before it, so none can be missing unseen. Confined
 * to the opening thread.
 */
final class LogChain {

    private final TreeMap<Long, Link> byBase = new TreeMap<>();
    private final List<Link> kept = new ArrayList<>();
    private final List<Link> unused = new ArrayList<>();
    private long logStartLsn;
    private SegmentHeader oldest;

    /** One segment and what the scan of it told. */
    static final class Link {
        private final SegmentHeader header;
        private long limitLsn;
        private boolean isCut;
        private long endLsn;
        private long lastBatchLsn;
        private long batches;
        private long records;
        private long firstDurableLsn;
        private long highestDurableLsn;
        private long logStartLsn;

        private Link(SegmentHeader header) {
            this.header = header;
            limitLsn = header.endLsn();
            endLsn = header.firstBatchLsn();
            logStartLsn = header.logStartLsn();
        }

        SegmentHeader header() {
            return header;
        }

        void saw(BatchHeader batch) {
            if (batches++ == 0) firstDurableLsn = batch.durableLsn();
            lastBatchLsn = batch.lsn();
            records += batch.recordCount();
            highestDurableLsn = Math.max(highestDurableLsn, batch.durableLsn());
            logStartLsn = Math.max(logStartLsn, batch.logStartLsn());
        }

        void endsAt(long lsn) {
            endLsn = lsn;
        }

        long endLsn() {
            return endLsn;
        }
    }

    LogChain(List<SegmentHeader> headers) {
        oldest = headers.get(0);
        for (SegmentHeader header : headers) byBase.put(header.baseLsn(), new Link(header));
        for (SegmentHeader header : headers) {
            Link previous = byBase.get(header.previousBaseLsn());
            if (previous == null || header.previousEndLsn() == 0) continue;
            previous.limitLsn = Math.min(previous.limitLsn, header.previousEndLsn());
            previous.isCut = true;
        }
    }

    Link link(SegmentHeader header) {
        Link link = byBase.get(header.baseLsn());
        if (link == null) throw new IllegalStateException("no segment at LSN " + header.baseLsn());
        return link;
    }

    /** Where the contents end for certain, because a later start has cut them there; else the segment's end. */
    long limitOf(SegmentHeader header) {
        return link(header).limitLsn;
    }

    /**
     * Finds which segments are the log, and that they are whole.
     *
     * @param snapshotTestimony everything below was durable when the snapshot was published
     * @throws StoreException naming the segment and the offset that are damaged
     */
    void check(LogStore store, long coveredLsn, long snapshotTestimony, SegmentScanner scanner)
            throws StoreException, IOException {
        for (Link link : byBase.values()) logStartLsn = Math.max(logStartLsn, link.logStartLsn);
        List<Link> chain = chainFromNewest(store);
        oldest = chain.get(0).header;
        checkSnapshot(coveredLsn);
        for (int i = 0; i < chain.size(); i++) {
            Link next = i + 1 < chain.size() ? chain.get(i + 1) : null;
            checkEnd(chain.get(i), next, snapshotTestimony, store, scanner);
        }
        for (Link link : byBase.values()) {
            if (chain.contains(link) || link.header.baseLsn() < logStartLsn) continue;
            if (link.records > 0) throw damaged(store, link.header.baseLsn(), "no later segment knows of it");
        }
        int lastFull = chain.size() - 1;
        while (lastFull >= 0 && chain.get(lastFull).records == 0) lastFull--;
        kept.addAll(chain.subList(0, lastFull + 1));
        for (Link link : byBase.values()) {
            if (!kept.contains(link)) unused.add(link);
        }
    }

    private List<Link> chainFromNewest(LogStore store) throws StoreException {
        List<Link> chain = new ArrayList<>();
        Link link = byBase.lastEntry().getValue();
        chain.add(link);
        while (link.header.baseLsn() > logStartLsn && link.header.previousBaseLsn() >= logStartLsn) {
            long base = link.header.previousBaseLsn();
            Link previous = byBase.get(base);
            if (previous == null) {
                throw damaged(store, link.header.baseLsn(), "the segment before it, at LSN " + base + ", is missing");
            }
            chain.add(0, previous);
            link = previous;
        }
        return chain;
    }

    private void checkSnapshot(long coveredLsn) throws StoreException {
        if (coveredLsn < endBefore(oldest)) {
            throw new StoreException("The snapshot of the tables below LSN " + endBefore(oldest)
                    + " is missing; restore the directory from a backup.");
        }
    }

    /** Where the log before a segment ended; 0 = there was none. */
    private static long endBefore(SegmentHeader header) {
        if (header.previousBaseLsn() == 0) return 0;
        return header.previousEndLsn() != 0 ? header.previousEndLsn() : header.baseLsn();
    }

    private void checkEnd(
            Link link, @Nullable Link next, long snapshotTestimony, LogStore store, SegmentScanner scanner)
            throws StoreException, IOException {
        long durable;
        if (link.isCut) {
            durable = link.limitLsn;
        } else if (next != null && next.header.epoch() == link.header.epoch() && next.batches > 0) {
            durable = Math.max(next.firstDurableLsn, link.highestDurableLsn);
        } else {
            durable = scanner.testimonyAfter(link.header, link.endLsn);
            // What lies above the next segment's base is for that one to answer for.
            boolean aboveNext = next != null && snapshotTestimony > next.header.baseLsn();
            if (!aboveNext) durable = Math.max(durable, snapshotTestimony);
        }
        if (durable > link.endLsn) throw damaged(store, link.endLsn, "a batch that was confirmed is not whole");
    }

    /** Bytes of batches that were begun where contents end, and are not whole. */
    long tornBytes(SegmentScanner scanner) throws IOException {
        long bytes = 0;
        for (Link link : byBase.values()) {
            if (!link.isCut) bytes += scanner.tornBytesAt(link.header, link.endLsn);
        }
        return bytes;
    }

    private static StoreException damaged(LogStore store, long lsn, String how) {
        return new StoreException(
                "The log is damaged in " + store.describe(lsn) + ": " + how + "; restore the directory from a backup.");
    }

    /** The segments whose contents count, oldest first. */
    List<SegmentHeader> kept() {
        return headers(kept);
    }

    private static List<SegmentHeader> headers(List<Link> links) {
        List<SegmentHeader> headers = new ArrayList<>();
        for (Link link : links) headers.add(link.header);
        return headers;
    }

    /** Segments that were only ever prepared, in the epoch of the last contents: nobody learns anything from them. */
    List<SegmentHeader> untouched() {
        List<SegmentHeader> headers = new ArrayList<>();
        for (Link link : unused) {
            if (isUntouched(link)) headers.add(link.header);
        }
        return headers;
    }

    private boolean isUntouched(Link link) {
        if (link.batches > 0 || kept.isEmpty()) return false;
        Link last = kept.get(kept.size() - 1);
        long statedByKept = 0;
        for (Link other : kept) statedByKept = Math.max(statedByKept, other.logStartLsn);
        return link.header.epoch() == last.header.epoch() && link.header.logStartLsn() <= statedByKept;
    }

    /** The other segments that do not count: what they say, the next segment's header says too. */
    List<SegmentHeader> superseded() {
        List<SegmentHeader> headers = new ArrayList<>();
        for (Link link : unused) {
            if (!isUntouched(link)) headers.add(link.header);
        }
        return headers;
    }

    /** The last segment whose contents count; what the new segment is to name. */
    long previousBaseLsn() {
        if (kept.isEmpty()) return oldest.previousBaseLsn();
        return kept.get(kept.size() - 1).header.baseLsn();
    }

    /** Where those contents end. */
    long previousEndLsn() {
        return kept.isEmpty() ? endBefore(oldest) : kept.get(kept.size() - 1).endLsn;
    }

    long highestEndLsn() {
        return byBase.lastEntry().getValue().header.endLsn();
    }

    long largestSegmentBytes() {
        long largest = 0;
        for (Link link : byBase.values()) largest = Math.max(largest, link.header.sizeBytes());
        return largest;
    }

    /**
     * Writes the last batch once more and forces it. If the force of an earlier life failed, the batch may be whole in the
     * page cache, which counts it as clean, and not on the medium: a force alone would do nothing and succeed. No other
     * batch can be so, because a batch is only written after the one before was forced.
     */
    void rewriteLastBatch(LogStore store) throws IOException {
        if (kept.isEmpty()) return;
        Link last = kept.get(kept.size() - 1);
        if (last.isCut) return;
        ByteBuffer batch = ByteBuffer.allocate((int) (last.endLsn - last.lastBatchLsn));
        store.read(last.lastBatchLsn, batch);
        store.append(last.lastBatchLsn, batch.flip());
        store.force();
    }

    /** Gives back the rest of the last segment: nothing is ever written there again. */
    void trimLast(LogStore store) throws IOException {
        if (!kept.isEmpty()) store.release(previousBaseLsn(), previousEndLsn());
    }
}
