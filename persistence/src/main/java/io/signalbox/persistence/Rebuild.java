package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings back what damage has left: in place of {@link Recovery} where that stops. The base is the newest checkpoint that is whole, or
 * nothing; what of the log behind it is what was written is taken, what is not is passed over. Without a checkpoint a
 * message whose settlement lay in a segment that was given back counts as not settled. Nothing is changed before
 * whoever asked for it has heard what comes of it and wants it. Confined to the opening thread.
 */
final class Rebuild {
    private static final long LARGEST_SEGMENT_BYTES = 1L << 32;

    private final LogStore store;
    private final FirstSegment first;
    private final MessageFormats formats;
    private final Surroundings surroundings;
    private final Tables tables;
    private final SegmentTable segments;
    private final RecoverySink sink;

    private final List<StoredCheckpoint> damaged = new ArrayList<>();
    private final Strays strays;

    /** Pieces of large bodies that are there. */
    private final LongSet pieces = new LongSet();

    private @Nullable CheckpointReader base;
    private String basePlace = "";
    private long replayLsn;
    private long highestLsn;
    private long highestEpoch;
    private long testimony;
    private boolean areTablesWhole;

    /** Changes of tables count from there on. */
    private long tablesLsn;

    private long unreadableBytes;

    /** Entries of the checkpoint that lie in no segment. */
    private long lost;

    private long lastGapEnd;

    /**
     * Files of the log that do not tell what they are; told while the store opens.
     *
     * @param passedOver nothing is known of them
     * @param withoutHeader what they are was found out
     */
    record Strays(List<String> passedOver, List<String> withoutHeader) {
        Strays() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        private boolean areNone() {
            return passedOver.isEmpty() && withoutHeader.isEmpty();
        }
    }

    Rebuild(
            LogStore store,
            StoreSettings settings,
            MessageFormats formats,
            Surroundings surroundings,
            Tables tables,
            SegmentTable segments,
            RecoverySink sink,
            Strays strays) {
        this.store = store;
        this.first = new FirstSegment(store, settings);
        this.formats = formats;
        this.surroundings = surroundings;
        this.tables = tables;
        this.segments = segments;
        this.sink = sink;
        this.strays = strays;
    }

    /** @param wanted asked before anything is changed */
    LogState run(Predicate<Rebuilt> wanted) throws StoreException {
        LogStore.Contents contents = store.open();
        if (contents.segments().isEmpty()) throw new StoreException("There is no log to make anything from.");
        try {
            return run(contents, wanted);
        } catch (IOException e) {
            throw new StoreException("The log cannot be read or written (" + e.getMessage() + "). Check the disk.", e);
        }
    }

    /** Those that were wanted, or smaller ones where the disk is nearly full. */
    StoreSettings settings() {
        return first.settings();
    }

    /** To be set aside once there is a checkpoint that is whole. */
    List<StoredCheckpoint> damaged() {
        return damaged;
    }

    private LogState run(LogStore.Contents contents, Predicate<Rebuilt> wanted) throws StoreException, IOException {
        List<SegmentHeader> headers = contents.headers();
        StoreId storeId = headers.get(0).store();
        for (SegmentHeader header : headers) {
            if (!header.store().equals(storeId))
                throw new StoreException("The data directory mixes files of two stores.");
            highestEpoch = Math.max(highestEpoch, header.epoch());
            highestLsn = Math.max(highestLsn, header.endLsn());
        }
        for (String file : strays.passedOver) highestLsn = Math.max(highestLsn, endOf(file));
        loadCheckpoints(contents.checkpoints(), storeId);
        LogChain chain = new LogChain(headers, replayLsn);
        LogWalk walk = new LogWalk(store, contents, chain, testimony, surroundings.checksum());
        for (LogStore.StoredSegment stored : contents.segments()) {
            segments.add(new Segment(
                    stored, chain.limitOf(stored.header()) - stored.header().baseLsn()));
        }
        EntryReplay entries = new EntryReplay(segments, formats, sink);
        walk(walk, contents, 0, new FirstPass(entries));
        long sure = sureFrom(contents);
        areTablesWhole |= sure == 0;
        entries.watchBelow(sure);
        if (base != null) entries.checkpoint(base);
        RecordWindow window = new RecordWindow(store, storeId, surroundings.checksum());
        int lostAhead = entries.early(window).size();
        entries.trustBelow(sure); // a commit may have been in what is not there or cannot be read
        walk(walk, contents, 1, new SecondPass(entries, window));
        lost = entries.dropUnreadable() + lostAhead;
        entries.end();
        if (base != null && lost == 0 && unreadableBytes == 0 && strays.areNone() && isWholeBehind(contents)) {
            throw new StoreException("The checkpoint " + basePlace
                    + " is whole, and so is the log behind it: a start needs nothing to be rebuilt.");
        }
        if (!wanted.test(report(entries))) throw new StoreException("Nothing was changed.");
        damaged.forEach(StoredCheckpoint::keep);
        long largest = Math.max(chain.largestSegmentBytes(), settings().segmentBytes());
        // Where the one before ends is not said, so that nothing is cut off what may be damaged.
        long lastBase = headers.get(headers.size() - 1).baseLsn();
        SegmentHeader newest = first.prepare(settings -> new SegmentHeader(
                storeId, highestEpoch + 1, highestLsn + largest, settings.firstSegmentBytes(), lastBase, 0));
        segments.add(new Segment(newest));
        AppendBuffers buffers = new AppendBuffers(settings(), segments);
        // Nothing is given back before there are checkpoints.
        return new LogState(storeId, segments, tables, buffers, settings().checkpointBytes(), 0, 0);
    }

    private void walk(LogWalk walk, LogStore.Contents contents, int pass, LogWalk.Visitor<StoreException> visitor)
            throws StoreException, IOException {
        List<LogStore.StoredSegment> all = contents.segments();
        long total = all.stream().mapToLong(LogStore.StoredSegment::bytes).sum();
        long done = pass * total;
        for (int i = 0; i < all.size(); i++) {
            walk.segment(i, replayLsn, visitor);
            done += all.get(i).bytes();
            sink.progress(done, 2 * total);
        }
    }

    /** The highest address that may have been given in a segment whose header cannot be read; its name says where it begins. */
    private static long endOf(String file) {
        long base = LostHeader.baseOf(file);
        return base == 0 ? 0 : base + LARGEST_SEGMENT_BYTES;
    }

    private void loadCheckpoints(List<StoredCheckpoint> checkpoints, StoreId storeId) throws StoreException {
        for (int i = checkpoints.size() - 1; i >= 0 && base == null; i--) {
            CheckpointReader reader = new CheckpointReader(checkpoints.get(i), surroundings.checksum());
            Tables read = new Tables();
            try {
                CheckpointReader.Summary summary = reader.read(read);
                if (!summary.store().equals(storeId))
                    throw new StoreException("The data directory mixes files of two stores.");
                base = reader;
                basePlace = checkpoints.get(i).description();
                replayLsn = summary.replayLsn();
                testimony = summary.highestLsn() + 1;
                highestEpoch = Math.max(highestEpoch, summary.epoch());
                highestLsn = Math.max(highestLsn, testimony);
                takeTables(read, replayLsn);
            } catch (CheckpointReader.DamagedException e) {
                damaged.add(checkpoints.get(i));
            }
        }
        for (StoredCheckpoint checkpoint : damaged) {
            if (areTablesWhole) return;
            Tables read = new Tables();
            long from = new CheckpointReader(checkpoint, surroundings.checksum()).readTables(read);
            highestLsn = Math.max(highestLsn, from);
            if (from > 0) takeTables(read, from);
            else tables.adopt(read);
        }
    }

    private void takeTables(Tables read, long fromLsn) {
        tables.adopt(read);
        tablesLsn = fromLsn;
        areTablesWhole = true;
    }

    /** Whether no segment is missing behind the base. */
    private boolean isWholeBehind(LogStore.Contents contents) {
        return completeFrom(contents) <= replayLsn;
    }

    /** The log is all there from that address on; 0 = from its beginning. */
    private long completeFrom(LogStore.Contents contents) {
        List<LogStore.StoredSegment> all = contents.segments();
        LogStore.StoredSegment oldest = all.get(all.size() - 1);
        for (int i = all.size() - 2; i >= 0 && oldest.sharedFile() == 0; i--) {
            LogStore.StoredSegment before = all.get(i);
            if (before.header().baseLsn() == oldest.header().previousBaseLsn() && before.sharedFile() == 0)
                oldest = before;
        }
        return oldest.header().previousBaseLsn() == 0 ? 0 : oldest.header().baseLsn();
    }

    /** Of entries from that address on all settlements are known; 0 = of all entries. */
    private long sureFrom(LogStore.Contents contents) {
        if (!strays.passedOver.isEmpty()) return Long.MAX_VALUE;
        long complete = completeFrom(contents);
        return Math.max(lastGapEnd, complete <= replayLsn ? 0 : complete);
    }

    private Rebuilt report(EntryReplay entries) {
        List<String> setAside = new ArrayList<>(strays.passedOver);
        for (StoredCheckpoint checkpoint : damaged) setAside.add(checkpoint.description());
        return new Rebuilt(
                base == null ? Optional.empty() : Optional.of(basePlace),
                areTablesWhole ? Rebuilt.TableSource.WHOLE : Rebuilt.TableSource.LEFTOVERS,
                entries.living(),
                // What is missing may have said of any of them that it has ended.
                lost > 0 ? entries.living() : entries.watched(),
                lost,
                unreadableBytes,
                List.copyOf(strays.withoutHeader),
                setAside);
    }

    /** The tables, which queues have ended, and which pieces there are. */
    private final class FirstPass implements LogWalk.Visitor<StoreException> {
        private final EntryReplay entries;

        FirstPass(EntryReplay entries) {
            this.entries = entries;
        }

        @Override
        public void record(LogRecord record) {
            entries.foresee(record, replayLsn);
            if (record.lsn() >= tablesLsn) tables.replay(record);
            if (record.type() == LogRecord.TYPE_PIECE) pieces.add(record.lsn());
        }

        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {
            unreadableBytes += toLsn - fromLsn;
            lastGapEnd = Math.max(lastGapEnd, toLsn);
        }
    }

    /** The entries, and what settled them. */
    private final class SecondPass implements LogWalk.Visitor<StoreException> {
        private final EntryReplay entries;
        private final RecordWindow holders;

        SecondPass(EntryReplay entries, RecordWindow holders) {
            this.entries = entries;
            this.holders = holders;
        }

        @Override
        public void record(LogRecord record) throws StoreException {
            Segment segment = segments.of(record.lsn());
            if (segment == null) throw new IllegalStateException("no segment holds LSN " + record.lsn());
            if (isComplete(record) && hasBody(record)) entries.record(segment, record);
            else entries.settlements(segment, record);
        }

        /** A record that names a body is worth nothing without it. */
        private boolean hasBody(LogRecord record) {
            if (!record.isNaming()) return true;
            Segment segment = segments.of(record.namedLsn());
            return segment != null && holders.record(segment.header(), record.namedLsn(), Long.MAX_VALUE) != null;
        }

        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {}
    }

    /** The pieces of a large body go when all its entries have ended, so one that has lost some is not wanted any more, or unreadable. */
    private boolean isComplete(LogRecord record) {
        if (!record.isLarge()) return true;
        for (long piece : record.pieceLsns()) {
            if (piece >= replayLsn && !pieces.contains(piece)) return false;
            if (piece < replayLsn && segments.of(piece) == null) return false;
        }
        return true;
    }
}
