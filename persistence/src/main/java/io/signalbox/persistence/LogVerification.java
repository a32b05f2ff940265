package io.signalbox.persistence;

import io.signalbox.broker.store.ImageReader;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.LogStore.Copied;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a store: each checkpoint, each batch of each segment, each record that was copied; then asks the newest checkpoint that is
 * whole, and the log behind it, what of the damage queues still need. Used once, by one thread.
 */
final class LogVerification {
    private final LogStore store;
    private final LogStore.Contents contents;
    private final List<SegmentHeader> headers;
    private final ImageReader images;
    private final Checksum checksum;
    private final StoreInspection.Progress progress;
    private final Tables tables = new Tables();
    private final DamageList damages;
    private final List<Findings.Checkpoint> checkpoints = new ArrayList<>();
    private @Nullable CheckpointReader newest;
    private String newestPlace = "";
    private long replayLsn;
    private long testimony;
    private long records;
    private long tornBytes;
    private long bytesDone;
    private long bytesTotal;

    LogVerification(
            LogStore store,
            LogStore.Contents contents,
            ImageReader images,
            Checksum checksum,
            StoreInspection.Progress progress) {
        this.store = store;
        this.contents = contents;
        this.headers = contents.headers();
        this.images = images;
        this.checksum = checksum;
        this.progress = progress;
        this.damages = new DamageList(this::isHeld);
        for (LogStore.StoredSegment segment : contents.segments()) bytesTotal += bytesOf(segment);
    }

    private static long bytesOf(LogStore.StoredSegment segment) {
        return Math.min(segment.bytes(), segment.header().sizeBytes());
    }

    private boolean isHeld(long lsn) {
        for (SegmentHeader header : headers) if (lsn >= header.baseLsn() && lsn < header.endLsn()) return true;
        return false;
    }

    /** The tables as the next start will have them; complete after {@link #run}. */
    Tables tables() {
        return tables;
    }

    Findings run() throws StoreException, IOException {
        for (StoredCheckpoint checkpoint : contents.checkpoints()) verify(checkpoint);
        long logBytes = 0;
        if (!headers.isEmpty()) {
            LogChain chain = new LogChain(headers, replayLsn);
            LogWalk walk = new LogWalk(store, contents, chain, testimony, checksum);
            verifySegments(walk);
            verifyCopies();
            tellEntries(walk);
            for (SegmentHeader header : headers) {
                if (chain.isReplayed(header)) logBytes += chain.limitOf(header) - Math.max(header.baseLsn(), replayLsn);
            }
        }
        boolean lost = newest == null && !checkpoints.isEmpty();
        Findings.Start start =
                new Findings.Start(newest == null ? Optional.empty() : Optional.of(newestPlace), lost ? 0 : logBytes);
        return new Findings(
                headers.size(),
                store.room().occupiedBytes(),
                records,
                tornBytes,
                List.copyOf(checkpoints),
                start,
                damages.damages(lost ? Long.MAX_VALUE : replayLsn));
    }

    private void verify(StoredCheckpoint checkpoint) throws StoreException {
        CheckpointReader reader = new CheckpointReader(checkpoint, checksum);
        Tables read = new Tables();
        try {
            CheckpointReader.Summary summary = reader.read(read);
            testimony = Math.max(testimony, summary.highestLsn() + 1);
            tables.adopt(read);
            newest = reader;
            newestPlace = checkpoint.description();
            replayLsn = summary.replayLsn();
            Optional<String> damage = reader.isAppendixWhole()
                    ? Optional.empty()
                    : Optional.of("the checkpoint " + checkpoint.description()
                            + " has its tables twice, and the second time they are damaged; a start does without that");
            checkpoints.add(new Findings.Checkpoint(checkpoint.description(), replayLsn, damage));
        } catch (CheckpointReader.DamagedException e) {
            checkpoints.add(
                    new Findings.Checkpoint(checkpoint.description(), 0, Optional.of(String.valueOf(e.getMessage()))));
        }
    }

    private boolean isCopy(int segment) {
        return contents.segments().get(segment).sharedFile() != 0;
    }

    private void verifySegments(LogWalk walk) throws IOException {
        for (int i = 0; i < headers.size(); i++) {
            if (isCopy(i)) continue;
            walk.segment(i, 0, new Verifying(headers.get(i)));
            done(bytesOf(contents.segments().get(i)));
        }
    }

    private void done(long bytes) {
        bytesDone += bytes;
        progress.progress(bytesDone, bytesTotal);
    }

    private static String notWritten(long bytes) {
        return "what was written to " + bytes + " bytes from there is not what is there";
    }

    private final class Verifying implements LogWalk.Visitor<IOException> {
        private final SegmentHeader segment;

        Verifying(SegmentHeader segment) {
            this.segment = segment;
        }

        @Override
        public void batch(BatchHeader header) {
            progress.progress(Math.min(bytesTotal, bytesDone + header.lsn() - segment.baseLsn()), bytesTotal);
        }

        @Override
        public void record(LogRecord record) {
            records++;
        }

        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {
            damages.add(store.describe(fromLsn), notWritten(toLsn - fromLsn), fromLsn, toLsn, named);
        }

        @Override
        public void end(long lsn, long limitLsn, long torn) {
            tornBytes += torn;
            damages.addEmpty(store.describe(lsn), lsn, limitLsn);
        }
    }

    /** Of what was copied out of old segments, each record must be what it was, and all that the queues have must be there. */
    private void verifyCopies() throws IOException, StoreException {
        List<Segment> copies = new ArrayList<>();
        for (int i = 0; i < headers.size(); i++) if (isCopy(i)) copies.add(new Segment(headers.get(i)));
        if (copies.isEmpty()) return;
        Survivors living = living(copies);
        RecordWindow window = new RecordWindow(store, headers.get(0).store(), checksum);
        int told = 0;
        for (int i = 0; i < headers.size(); i++) {
            if (!isCopy(i)) continue;
            told = verifyCopy(headers.get(i), window, living, told);
            done(bytesOf(contents.segments().get(i)));
        }
    }

    /** What the newest checkpoint that is whole has in some segments; nothing if there is none. */
    private Survivors living(List<Segment> segments) throws StoreException {
        Survivors living = new Survivors(segments);
        Map<Long, long[]> named = new HashMap<>();
        readNewest(
                new Naming(named::put),
                (queueId, image) -> images.living(image, lsn -> {
                    living.accept(lsn);
                    long[] others = named.remove(lsn);
                    if (others != null) for (long other : others) living.accept(other);
                }));
        living.sort();
        return living;
    }

    /** What a record names is needed by whoever needs the record, be it pieces or a body. */
    private record Naming(LargeBodies.Visitor<RuntimeException> visitor) implements CheckpointReader.NamedVisitor {
        @Override
        public void large(long lsn, long[] pieces) {
            visitor.large(lsn, pieces);
        }

        @Override
        public void moved(long lsn, long holderLsn) {
            visitor.large(lsn, new long[] {holderLsn});
        }
    }

    /** @return how many of the living lie below the end of the segment, given how many lie below its beginning */
    private int verifyCopy(SegmentHeader header, RecordWindow window, Survivors living, int told) throws IOException {
        int next = told;
        long from = header.baseLsn();
        while (true) {
            Copied copied = store.copied(from);
            long found = Math.min(copied.lsn(), header.endLsn());
            if (copied.damage().isPresent()) {
                damages.add(copied.damage().get(), "what was copied there is not what is there", from, found, Set.of());
            }
            for (; next < living.size() && living.lsn(next) < found; next++) {
                long lsn = living.lsn(next);
                damages.add(store.describe(lsn), "the message is not there", lsn, lsn + 1, Set.of());
            }
            if (copied.lsn() == Copied.NONE) return next;
            if (next < living.size() && living.lsn(next) == found) next++;
            if (window.record(header, found, Copied.NONE) == null) {
                damages.add(store.describe(found), notWritten(copied.length()), found, found + 1, Set.of());
            } else {
                records++;
            }
            from = found + 1;
        }
    }

    private void readNewest(CheckpointReader.NamedVisitor named, CheckpointReader.ImageVisitor visitor)
            throws StoreException {
        CheckpointReader checkpoint = newest;
        if (checkpoint == null) return;
        try {
            checkpoint.forEachImage((base, totals) -> {}, named, visitor);
        } catch (CheckpointReader.DamagedException e) {
            throw new StoreException("The second reading differs: " + e.getMessage() + ". Check the disk.", e);
        }
    }

    /** Tells the entries that live, as a start would come to know them, but for those that it could not read. */
    private void tellEntries(LogWalk walk) throws StoreException, IOException {
        readNewest(
                new Naming(damages::large),
                (queueId, image) -> images.living(image, lsn -> damages.entry(queueId, lsn)));
        LongSet committed = new LongSet();
        TreeSet<Long> early = new TreeSet<>();
        Foreseeing foreseeing = new Foreseeing(committed, early, replayLsn);
        for (int i = 0; i < headers.size(); i++) if (!isCopy(i)) walk.segment(i, replayLsn, foreseeing);
        for (long lsn : early) tellEarly(lsn, new Telling(committed));
        for (int i = 0; i < headers.size(); i++) if (!isCopy(i)) walk.segment(i, replayLsn, new Telling(committed));
    }

    /** Where it is not any more, and nothing is damaged, all of its entries have ended. */
    private void tellEarly(long lsn, Telling telling) throws IOException {
        RecordWindow window = new RecordWindow(store, headers.get(0).store(), checksum);
        for (LogStore.StoredSegment segment : contents.segments()) {
            SegmentHeader header = segment.header();
            if (lsn < header.baseLsn() || lsn >= header.endLsn() || window.isGone(lsn, segment.sharedFile())) continue;
            LogRecord record = window.record(header, lsn, Long.MAX_VALUE);
            if (record == null || !record.isAhead()) damages.neededByStart(lsn);
            else telling.record(record);
        }
    }

    /** Which records were ahead of a commit that is there, and which of them lie below the log that is replayed. */
    private record Foreseeing(LongSet committed, TreeSet<Long> early, long replayLsn)
            implements LogWalk.Visitor<IOException> {
        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {}

        @Override
        public void record(LogRecord record) {
            for (int i = 0; i < record.parts(); i++) {
                committed.add(record.partLsn(i));
                if (record.partLsn(i) < replayLsn) early.add(record.partLsn(i));
            }
        }
    }

    private final class Telling implements LogWalk.Visitor<IOException> {
        private final LongSet committed;

        Telling(LongSet committed) {
            this.committed = committed;
        }

        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {}

        @Override
        public void record(LogRecord record) {
            if (record.isAhead() && !committed.contains(record.lsn())) return;
            tables.replay(record);
            if (record.isNaming()) damages.large(record.lsn(), new long[] {record.namedLsn()});
            if (record.isLarge()) damages.large(record.lsn(), record.pieceLsns());
            for (int i = 0; i < record.targets(); i++) damages.entry(record.targetQueueId(i), record.lsn());
            for (int i = 0; i < record.settlements(); i++) {
                damages.settled(record.settledQueueId(i), record.settledLsn(i));
            }
            for (int i = 0; i < record.drops(); i++) damages.dropped(record.droppedQueueId(i));
        }
    }
}
