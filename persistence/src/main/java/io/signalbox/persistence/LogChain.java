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
 * How the segments that recovery found hang together: each names the one before it, so none that is to be replayed can be missing
 * unseen. Of those below the checkpoint any may be gone. Confined to the opening thread.
 */
final class LogChain {

    private final TreeMap<Long, Link> byBase = new TreeMap<>();
    private final List<Link> kept = new ArrayList<>();
    private final List<Link> unused = new ArrayList<>();
    private final long replayLsn;
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

        private Link(SegmentHeader header) {
            this.header = header;
            limitLsn = header.endLsn();
            endLsn = header.firstBatchLsn();
        }

        SegmentHeader header() {
            return header;
        }

        void saw(BatchHeader batch) {
            if (batches++ == 0) firstDurableLsn = batch.durableLsn();
            lastBatchLsn = batch.lsn();
            records += batch.recordCount();
            highestDurableLsn = Math.max(highestDurableLsn, batch.durableLsn());
        }

        void endsAt(long lsn) {
            endLsn = lsn;
        }

        long endLsn() {
            return endLsn;
        }

        private boolean isEmpty(long replayLsn) {
            return records == 0 && header.baseLsn() >= replayLsn;
        }
    }

    /** @param replayLsn what lies below is in the checkpoint; 0 = there is none */
    LogChain(List<SegmentHeader> headers, long replayLsn) {
        this.replayLsn = replayLsn;
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

    /** Whether something in it is to be replayed. */
    boolean isReplayed(SegmentHeader header) {
        return limitOf(header) > replayLsn;
    }

    /** Where the contents end for certain, because a later start has cut them there; else the segment's end. */
    long limitOf(SegmentHeader header) {
        return link(header).limitLsn;
    }

    /**
     * Finds which segments are the log, and that they are whole.
     *
     * @param checkpointTestimony everything below was durable when the checkpoint was published
     * @throws StoreException naming the segment and the offset that are damaged
     */
    void check(LogStore store, long checkpointTestimony, SegmentScanner scanner) throws StoreException, IOException {
        List<Link> chain = chainFromNewest(store);
        oldest = chain.get(0).header;
        for (int i = 0; i < chain.size(); i++) {
            Link next = i + 1 < chain.size() ? chain.get(i + 1) : null;
            checkEnd(chain.get(i), next, checkpointTestimony, store, scanner);
        }
        for (Link link : byBase.values()) {
            if (chain.contains(link) || link.records == 0) continue;
            throw damaged(store, link.header.baseLsn(), "no later segment knows of it");
        }
        for (Link link : byBase.values()) {
            if (link.header.baseLsn() < oldest.baseLsn()) kept.add(link);
        }
        int lastFull = chain.size() - 1;
        while (lastFull >= 0 && chain.get(lastFull).isEmpty(replayLsn)) lastFull--;
        kept.addAll(chain.subList(0, lastFull + 1));
        for (Link link : byBase.values()) {
            if (!kept.contains(link)) unused.add(link);
        }
    }

    /** Back to the segment from whose middle the log is replayed, or to the first there ever was. */
    private List<Link> chainFromNewest(LogStore store) throws StoreException {
        List<Link> chain = new ArrayList<>();
        Link link = byBase.lastEntry().getValue();
        chain.add(link);
        while (link.header.baseLsn() > replayLsn && link.header.previousBaseLsn() != 0) {
            long base = link.header.previousBaseLsn();
            Link previous = byBase.get(base);
            if (previous == null) {
                String missing = "the segment before it, at LSN " + base + ", is missing";
                throw damaged(
                        store,
                        link.header.baseLsn(),
                        replayLsn > 0 ? missing : missing + ", and so is a checkpoint of what was in it");
            }
            chain.add(0, previous);
            link = previous;
        }
        return chain;
    }

    /** Where the log before a segment ended; 0 = there was none. */
    private static long endBefore(SegmentHeader header) {
        if (header.previousBaseLsn() == 0) return 0;
        return header.previousEndLsn() != 0 ? header.previousEndLsn() : header.baseLsn();
    }

    private void checkEnd(
            Link link, @Nullable Link next, long checkpointTestimony, LogStore store, SegmentScanner scanner)
            throws StoreException, IOException {
        long durable;
        if (link.isCut) {
            durable = link.limitLsn;
        } else if (next != null && next.header.epoch() == link.header.epoch() && next.batches > 0) {
            durable = Math.max(next.firstDurableLsn, link.highestDurableLsn);
        } else {
            durable = scanner.testimonyAfter(link.header, link.endLsn);
            // What lies above the next segment's base is for that one to answer for.
            boolean aboveNext = next != null && checkpointTestimony > next.header.baseLsn();
            if (!aboveNext) durable = Math.max(durable, checkpointTestimony);
        }
        if (durable > link.endLsn) throw damaged(store, link.endLsn, "a batch that was confirmed is not whole");
    }

    /** Bytes of batches that were begun where contents end, and are not whole. */
    long tornBytes(SegmentScanner scanner) throws IOException {
        long bytes = 0;
        for (Link link : byBase.values()) {
            if (!link.isCut && isReplayed(link.header)) bytes += scanner.tornBytesAt(link.header, link.endLsn);
        }
        return bytes;
    }

    private static StoreException damaged(LogStore store, long lsn, String how) {
        return new StoreException("The log is damaged in " + store.describe(lsn) + ": " + how
                + "; restore the directory from a backup, or see what `signalbox data rebuild` can bring back.");
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
        return link.header.epoch() == kept.get(kept.size() - 1).header.epoch();
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
        if (last.isCut || last.batches == 0) return; // what is in a checkpoint has been forced
        ByteBuffer batch = ByteBuffer.allocate((int) (last.endLsn - last.lastBatchLsn));
        store.read(last.lastBatchLsn, batch);
        store.append(last.lastBatchLsn, batch.flip());
        store.force();
    }
}
