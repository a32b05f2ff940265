package io.signalbox.persistence;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hands over the entries of an earlier life and what settled them, in the order of the log, and counts what of them lives in which
 * segment. What a transaction had ahead of its commit counts in its own place, if the commit is in the log that is read. Confined to the opening thread.
 */
final class EntryReplay {
    private final SegmentTable segments;
    private final LargeBodies bodies;
    private final MovedBodies moved;
    private final MessageFormats formats;
    private final RecoverySink sink;

    /** Queues that ended; what the log holds of them is not told. */
    private final LongSet dropped = new LongSet();

    /** Records that were ahead of their commit, and have it. */
    private final LongSet committed = new LongSet();

    /** Those of them that lie below what is read. */
    private final TreeSet<Long> early = new TreeSet<>();

    /** Their entries that an image holds, since its queue had them already when it was made. */
    private final Set<Name> imaged = new HashSet<>();

    private long trustedBelow;

    /** Entries whose segment is gone; the log must say that they have ended. */
    private long homeless;

    /** These, and those of which a piece is gone. */
    private final List<Name> unreadable = new ArrayList<>();

    private record Name(long queueId, long lsn) {}

    private long watchedBelow;
    private long living;
    private long watched;

    EntryReplay(SegmentTable segments, MessageFormats formats, RecoverySink sink) {
        this.segments = segments;
        this.bodies = segments.bodies();
        this.moved = segments.moved();
        this.formats = formats;
        this.sink = sink;
    }

    /** Before any entry: those below this address are counted apart. */
    void watchBelow(long lsn) {
        watchedBelow = lsn;
    }

    /** What is ahead of a commit below this address is taken for true: the commit may have been in what cannot be read. */
    void trustBelow(long lsn) {
        trustedBelow = lsn;
    }

    /** First of all: which queues a record ends, and what it commits. */
    void foresee(LogRecord record, long replayLsn) {
        for (int i = 0; i < record.drops(); i++) dropped.add(record.droppedQueueId(i));
        for (int i = 0; i < record.parts(); i++) {
            long lsn = record.partLsn(i);
            committed.add(lsn);
            if (lsn < replayLsn) early.add(lsn);
        }
    }

    /** What a checkpoint has; before any record. */
    void checkpoint(CheckpointReader checkpoint) throws StoreException {
        LongSet broken = new LongSet();
        try {
            checkpoint.forEachImage(
                    (baseLsn, totals) -> {
                        Segment segment = segments.of(baseLsn);
                        if (segment != null) segment.restoreTotals(totals);
                    },
                    new Restoring(broken),
                    (queueId, image) -> {
                        if (!dropped.contains(queueId)) {
                            sink.image(queueId, image, lsn -> told(queueId, lsn, broken.contains(lsn)));
                        }
                    });
        } catch (CheckpointReader.DamagedException e) {
            throw new StoreException("The second reading differs: " + e.getMessage() + ". Check the disk.", e);
        }
    }

    /** Notes what records name, and which of them name something that is gone. */
    private final class Restoring implements CheckpointReader.NamedVisitor {
        private final LongSet broken;

        Restoring(LongSet broken) {
            this.broken = broken;
        }

        @Override
        public void large(long lsn, long[] pieces) {
            bodies.restore(lsn, pieces);
            for (long piece : pieces) if (segments.of(piece) == null) broken.add(lsn);
        }

        @Override
        public void moved(long lsn, long holderLsn) {
            moved.restore(lsn, holderLsn);
            if (segments.of(holderLsn) == null) broken.add(lsn);
        }
    }

    private void told(long queueId, long lsn, boolean broken) {
        Segment segment = segments.of(lsn);
        if (segment == null) homeless++;
        else segment.kept();
        bodies.restoredEntry(lsn);
        moved.restoredEntry(lsn);
        if (!early.isEmpty() && early.contains(lsn)) imaged.add(new Name(queueId, lsn));
        count(lsn, 1);
        if (segment == null || broken) unreadable.add(new Name(queueId, lsn));
    }

    /** Lets go of what a checkpoint has and no segment; after all records. How many entries that were. */
    long dropUnreadable() {
        long before = living;
        for (Name name : unreadable) settled(name.queueId, name.lsn);
        return before - living;
    }

    private void count(long lsn, int change) {
        living += change;
        if (lsn < watchedBelow) watched += change;
    }

    /**
     * What was committed in the log that is read, and lies below it; after the checkpoint. Where such a record is not any more, all of
     * its entries have ended, as the log will say; unless it may have been in what is damaged.
     *
     * @return those that are not what was written
     */
    List<Long> early(RecordWindow window) throws StoreException, IOException {
        List<Long> damaged = new ArrayList<>();
        for (long lsn : early) {
            Segment segment = segments.of(lsn);
            if (segment == null || window.isGone(lsn, segment.sharedFile())) continue;
            LogRecord record = window.record(segment.header(), lsn, Long.MAX_VALUE);
            if (record == null || !record.isAhead()) {
                damaged.add(lsn);
                continue;
            }
            // What came in of its segment the checkpoint knows.
            for (int told = entries(record); told > 0; told--) segment.kept();
        }
        return damaged;
    }

    /** All that a record has, in its turn. */
    void record(Segment segment, LogRecord record) throws StoreException {
        if (record.hasMessage() && isTrue(record)) {
            int told = entries(record);
            if (told > 0) segment.enqueued(told, LogRecord.aligned(record.length()));
        }
        settlements(segment, record);
    }

    private boolean isTrue(LogRecord record) {
        return !record.isAhead() || record.lsn() < trustedBelow || committed.contains(record.lsn());
    }

    /** Tells the entries of a record; how many live that no image holds. */
    private int entries(LogRecord record) throws StoreException {
        Message message = record.storedMessage(formats);
        if (record.isLarge()) bodies.restore(record.lsn(), record.pieceLsns());
        if (record.isNaming()) moved.restore(record.lsn(), record.namedLsn());
        int told = 0;
        for (int i = 0; i < record.targets(); i++) {
            long queueId = record.targetQueueId(i);
            if (dropped.contains(queueId)) continue;
            if (!imaged.isEmpty() && imaged.contains(new Name(queueId, record.lsn()))) continue;
            if (!sink.entry(queueId, record.lsn(), record.targetFlags(i), message)) continue;
            told++;
            bodies.restoredEntry(record.lsn());
            moved.restoredEntry(record.lsn());
        }
        count(record.lsn(), told);
        return told;
    }

    /** What a record has beside a message. */
    void settlements(Segment segment, LogRecord record) {
        if (record.type() == LogRecord.TYPE_PIECE) segment.cameIn(1, LogRecord.aligned(record.length()));
        for (int i = 0; i < record.settlements(); i++) {
            settled(record.settledQueueId(i), record.settledLsn(i));
        }
    }

    private void settled(long queueId, long lsn) {
        if (dropped.contains(queueId) || !sink.settled(queueId, lsn)) return;
        Segment holding = segments.of(lsn);
        if (holding == null) homeless--;
        else holding.settled();
        bodies.restoredEnd(lsn);
        moved.restoredEnd(lsn);
        count(lsn, -1);
    }

    /** All has come. How many entries, and records that others name, lie in no segment. */
    long end() {
        return homeless + bodies.restored(segments) + moved.restored(segments);
    }

    /** Entries that have not ended. */
    long living() {
        return living;
    }

    /** Those of them that are watched. */
    long watched() {
        return watched;
    }
}
