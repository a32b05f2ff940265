package io.signalbox.persistence;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands over the entries of an earlier life and what settled them, in the order of the log, and counts what of them lives in which
 * segment. Confined to the opening thread.
 */
final class EntryReplay {
    private final SegmentTable segments;
    private final LargeBodies bodies;
    private final MessageFormats formats;
    private final RecoverySink sink;

    /** Queues that ended; what the log holds of them is not told. */
    private final LongSet dropped = new LongSet();

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
        this.formats = formats;
        this.sink = sink;
    }

    /** Before any entry: those below this address are counted apart. */
    void watchBelow(long lsn) {
        watchedBelow = lsn;
    }

    /** First of all: which queues a record ends. */
    void drops(LogRecord record) {
        for (int i = 0; i < record.drops(); i++) dropped.add(record.droppedQueueId(i));
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
                    (lsn, pieces) -> {
                        bodies.restore(lsn, pieces);
                        for (long piece : pieces) if (segments.of(piece) == null) broken.add(lsn);
                    },
                    (queueId, image) -> {
                        if (!dropped.contains(queueId)) {
                            sink.image(queueId, image, lsn -> told(queueId, lsn, broken.contains(lsn)));
                        }
                    });
        } catch (CheckpointReader.DamagedException e) {
            throw new StoreException("The second reading differs: " + e.getMessage() + ". Check the disk.", e);
        }
    }

    private void told(long queueId, long lsn, boolean broken) {
        Segment segment = segments.of(lsn);
        if (segment == null) homeless++;
        else segment.restored();
        bodies.restoredEntry(lsn);
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

    /** All that a record has, in its turn. */
    void record(Segment segment, LogRecord record) throws StoreException {
        if (record.hasMessage()) entries(segment, record);
        settlements(segment, record);
    }

    private void entries(Segment segment, LogRecord record) throws StoreException {
        Message message = record.storedMessage(formats);
        if (record.isLarge()) bodies.restore(record.lsn(), record.pieceLsns());
        int told = 0;
        for (int i = 0; i < record.targets(); i++) {
            long queueId = record.targetQueueId(i);
            if (dropped.contains(queueId)) continue;
            if (!sink.entry(queueId, record.lsn(), record.targetFlags(i), message)) continue;
            told++;
            bodies.restoredEntry(record.lsn());
        }
        count(record.lsn(), told);
        if (told > 0) segment.enqueued(told, LogRecord.aligned(record.length()));
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
        count(lsn, -1);
    }

    /** All has come. How many entries, and pieces of large bodies, lie in no segment. */
    long end() {
        return homeless + bodies.restored(segments);
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
