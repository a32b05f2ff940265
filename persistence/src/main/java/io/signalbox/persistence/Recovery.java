package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back what an earlier life left: the newest checkpoint that is whole, then the log from where it says. What is not
 * whole at the very end, and nobody testifies for, was never confirmed: it is cut, by the next segment's header saying
 * where this one ended. Everything else that is not whole is damage and stops the start. Confined to the opening thread.
 */
final class Recovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(Recovery.class);

    private final LogStore store;
    private final FirstSegment first;
    private final Surroundings surroundings;
    private final Checksum checksum;
    private final RecoverySink sink;
    private final Tables tables;
    private final SegmentTable segments;
    private final EntryReplay entries;

    /** The log is replayed from there, since the rest is in the checkpoint; 0 = there is none. */
    private long replayLsn;

    private long keptReplayLsn;
    private @Nullable CheckpointReader checkpoint;
    private long checkpointTestimony;

    private long highestEpoch;
    private long bytesDone;
    private long bytesTotal;
    private long cutBytes;

    Recovery(
            LogStore store,
            StoreSettings settings,
            MessageFormats formats,
            Surroundings surroundings,
            Tables tables,
            SegmentTable segments,
            RecoverySink sink) {
        this.store = store;
        this.first = new FirstSegment(store, settings);
        this.surroundings = surroundings;
        this.checksum = surroundings.checksum();
        this.tables = tables;
        this.segments = segments;
        this.entries = new EntryReplay(segments, formats, sink);
        this.sink = sink;
    }

    LogState run() throws StoreException {
        LogStore.Contents contents = store.open();
        try {
            return contents.segments().isEmpty() ? begin(contents) : resume(contents);
        } catch (DiskFullException e) {
            throw new StoreException(
                    "There is no room for a segment of " + settings().firstSegmentBytes() + " bytes beside "
                            + store.describe(replayLsn) + "; free some space, then start again.",
                    e);
        } catch (IOException e) {
            throw new StoreException("The log cannot be read (" + e.getMessage() + "). Check the disk.", e);
        }
    }

    /** Those that were wanted, or smaller ones where the disk is nearly full. */
    StoreSettings settings() {
        return first.settings();
    }

    /** Bytes of the batch that was not whole at the end of the log. */
    long cutBytes() {
        return cutBytes;
    }

    private LogState begin(LogStore.Contents contents) throws StoreException, IOException {
        if (!contents.checkpoints().isEmpty()) {
            throw new StoreException(
                    "The checkpoint " + contents.checkpoints().get(0).description()
                            + " has no log beside it: segments are missing; restore the directory from a backup.");
        }
        StoreId storeId = surroundings.newStoreId().get();
        long base = settings().segmentBytes();
        SegmentHeader only = new SegmentHeader(storeId, 1, base, settings().firstSegmentBytes(), 0, 0);
        store.prepare(only);
        replayLsn = keptReplayLsn = only.firstBatchLsn();
        return opened(storeId, only);
    }

    private LogState opened(StoreId storeId, SegmentHeader newest) {
        StoreSettings settings = settings();
        segments.add(new Segment(newest));
        AppendBuffers buffers = new AppendBuffers(settings, segments);
        return new LogState(storeId, segments, tables, buffers, settings.checkpointBytes(), replayLsn, keptReplayLsn);
    }

    private LogState resume(LogStore.Contents contents) throws StoreException, IOException {
        List<SegmentHeader> headers = contents.headers();
        StoreId storeId = headers.get(0).store();
        loadCheckpoint(contents.checkpoints(), storeId);
        LogChain chain = new LogChain(headers, replayLsn);
        SegmentScanner scanner = new SegmentScanner(store, storeId, checksum, chain.largestSegmentBytes());
        scanAll(chain, headers, storeId, scanner);
        chain.check(store, checkpointTestimony, scanner);
        cutBytes = chain.tornBytes(scanner);

        chain.rewriteLastBatch(store);
        // What is free without doubt may become the new segment; the rest still testifies until that is durable.
        for (SegmentHeader header : chain.untouched()) giveBack(header);
        SegmentHeader newest = first.prepare(settings -> nextHeader(settings, chain, storeId));
        for (SegmentHeader header : chain.superseded()) giveBack(header);
        LOGGER.debug("The log of epoch {} ends at {}", highestEpoch, store.describe(chain.previousEndLsn()));

        keep(contents, chain);
        if (checkpoint != null) entries.checkpoint(checkpoint);
        List<Long> damaged = entries.early(new RecordWindow(store, storeId, checksum));
        if (!damaged.isEmpty()) {
            throw new StoreException("The log is damaged in " + store.describe(damaged.get(0)) + ": the message at LSN "
                    + damaged.get(0) + ", which a transaction has committed since, is not what was written; restore the"
                    + " directory from a backup, or see what `signalbox data rebuild` can bring back.");
        }
        emit(chain, scanner);
        return opened(storeId, newest);
    }

    private void giveBack(SegmentHeader header) throws IOException {
        store.compact(List.of(header.baseLsn())).publish();
    }

    private void keep(LogStore.Contents contents, LogChain chain) {
        Set<Long> kept = new HashSet<>();
        for (SegmentHeader header : chain.kept()) kept.add(header.baseLsn());
        for (LogStore.StoredSegment stored : contents.segments()) {
            SegmentHeader header = stored.header();
            if (!kept.contains(header.baseLsn())) continue;
            segments.add(new Segment(stored, chain.limitOf(header) - header.baseLsn()));
        }
    }

    private void loadCheckpoint(List<StoredCheckpoint> checkpoints, StoreId storeId)
            throws StoreException, IOException {
        List<StoredCheckpoint> damaged = new ArrayList<>();
        List<String> how = new ArrayList<>();
        for (int i = checkpoints.size() - 1; i >= 0; i--) {
            CheckpointReader reader = new CheckpointReader(checkpoints.get(i), checksum);
            Tables read = new Tables();
            try {
                CheckpointReader.Summary summary = reader.read(read);
                if (!summary.store().equals(storeId))
                    throw foreign(summary.store().toString(), storeId);
                tables.adopt(read);
                checkpoint = reader;
                replayLsn = summary.replayLsn();
                checkpointTestimony = Math.max(replayLsn, summary.highestLsn() + 1);
                highestEpoch = summary.epoch();
                keptReplayLsn = i == 0 ? replayLsn : replayLsnOf(checkpoints.get(i - 1));
                break;
            } catch (CheckpointReader.DamagedException e) {
                damaged.add(checkpoints.get(i));
                how.add(String.valueOf(e.getMessage()));
            }
        }
        if (damaged.isEmpty()) return;
        if (checkpoint == null) {
            throw new StoreException("Nothing tells where the log is to be read from: " + String.join("; ", how)
                    + "; `signalbox data rebuild` makes a new checkpoint from the log, or restore the directory from a"
                    + " backup.");
        }
        LOGGER.warn("The start takes the checkpoint before, since {}", how.get(0));
        for (StoredCheckpoint one : damaged) one.setAside();
    }

    /** Of the checkpoint before, which is needed if the newest is damaged by the next start. */
    private long replayLsnOf(StoredCheckpoint older) throws StoreException {
        try {
            return Math.min(replayLsn, new CheckpointReader(older, checksum).replayLsn());
        } catch (CheckpointReader.DamagedException e) {
            LOGGER.warn("There is one checkpoint fewer to fall back to, since {}", e.getMessage());
            return replayLsn;
        }
    }

    private static StoreException foreign(String found, StoreId expected) {
        return new StoreException("The data directory mixes files of two stores (" + found + " and " + expected
                + "); restore it from a backup.");
    }

    private void scanAll(LogChain chain, List<SegmentHeader> headers, StoreId storeId, SegmentScanner scanner)
            throws StoreException, IOException {
        for (SegmentHeader header : headers) {
            if (chain.isReplayed(header)) bytesTotal += 2 * (chain.limitOf(header) - replayedFrom(header));
        }
        for (SegmentHeader header : headers) {
            if (!header.store().equals(storeId)) throw foreign(header.store().toString(), storeId);
            highestEpoch = Math.max(highestEpoch, header.epoch());
            LogChain.Link link = chain.link(header);
            if (!chain.isReplayed(header)) {
                link.endsAt(chain.limitOf(header));
                continue;
            }
            long from = replayedFrom(header);
            long end = scanner.scan(header, from, chain.limitOf(header), new Replay(link));
            link.endsAt(end);
            // What is not there is read in neither pass.
            bytesTotal -= 2 * (chain.limitOf(header) - end);
            bytesDone(end - from);
        }
    }

    /** A batch begins there. */
    private long replayedFrom(SegmentHeader header) {
        return Math.max(header.firstBatchLsn(), replayLsn);
    }

    /** Tells progress within a segment; {@link #bytesDone} completes it. */
    private void batchAt(BatchHeader batch, SegmentHeader segment) {
        sink.progress(bytesDone + batch.lsn() - replayedFrom(segment), bytesTotal);
    }

    private void bytesDone(long bytes) {
        bytesDone += bytes;
        sink.progress(bytesDone, bytesTotal);
    }

    /** First pass: the tables, and which queues have ended. */
    private final class Replay implements SegmentScanner.Visitor<StoreException> {
        private final LogChain.Link link;

        Replay(LogChain.Link link) {
            this.link = link;
        }

        @Override
        public void batch(BatchHeader header) {
            link.saw(header);
            batchAt(header, link.header());
        }

        @Override
        public void record(LogRecord record) {
            entries.foresee(record, replayLsn);
            tables.replay(record);
        }
    }

    /** Second pass: hands the entries and what settled them over, in log order. */
    private void emit(LogChain chain, SegmentScanner scanner) throws StoreException, IOException {
        List<Segment> all = new ArrayList<>(segments.all());
        for (Segment segment : all) {
            SegmentHeader header = segment.header();
            if (!chain.isReplayed(header)) continue;
            long from = replayedFrom(header);
            long end = chain.link(header).endLsn();
            long reread = scanner.scan(header, from, end, new Emission(segment));
            if (reread != end) throw new IOException("the second reading differs at " + store.describe(reread));
            bytesDone(end - from);
        }
        sink.progress(bytesTotal, bytesTotal);
        long homeless = entries.end();
        if (homeless > 0) {
            throw new StoreException(homeless
                    + " messages, or pieces of large ones, lie in segments that are missing in " + store.describe(0)
                    + "; restore the directory from a backup, or see what `signalbox data rebuild` can bring back.");
        }
    }

    private final class Emission implements SegmentScanner.Visitor<StoreException> {
        private final Segment segment;

        Emission(Segment segment) {
            this.segment = segment;
        }

        @Override
        public void batch(BatchHeader header) {
            batchAt(header, segment.header());
        }

        @Override
        public void record(LogRecord record) throws StoreException {
            entries.record(segment, record);
        }
    }

    /**
     * The segment of the new epoch. It begins one segment above the highest known end: so far at most the buffers of the
     * last life had given out LSNs that never reached the disk.
     */
    private SegmentHeader nextHeader(StoreSettings settings, LogChain chain, StoreId storeId) {
        long largest = Math.max(chain.largestSegmentBytes(), settings.segmentBytes());
        long base = Math.max(chain.highestEndLsn(), replayLsn) + largest;
        return new SegmentHeader(
                storeId,
                highestEpoch + 1,
                base,
                settings.firstSegmentBytes(),
                chain.previousBaseLsn(),
                chain.previousEndLsn());
    }
}
