package io.signalbox.persistence;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.Compaction;
import io.signalbox.persistence.log.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Frees the disk of what a few messages keep: of segments in which little lives, that little is copied into a file of its own, with
 * its addresses, and the rest is given back. What lives a checkpoint tells; when that is published, all that it does not tell of has
 * ended durably, and no start will replay the segments. Confined to the housekeeper.
 */
final class Cleaner implements ImageListener {
    /** Copied in one step, and then others have their turn. */
    private static final int BYTES_PER_STEP = 256 << 10;

    private static final int RECORDS_PER_STEP = 512;
    /** For those who are reading to leave. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private static final long PAUSE_ON_FULL_DISK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LogState log;
    private final LogStore store;
    private final CheckpointSource source;
    private final Cleaning cleaning;
    private final Scrub scrub;
    private final LongSupplier nanoTime;
    private final RecordWindow window;
    private final Victims victims;

    private @Nullable Round round;
    private long notBeforeNanos;
    private boolean withoutRoom;
    private final AtomicLong copiedBytes = new AtomicLong();

    /** What happens to some segments. */
    private static final class Round {
        private final List<Segment> segments;
        private final Survivors survivors;
        private final long[] bytes;
        private boolean told;
        private int next;
        private int segment;
        private @Nullable Compaction compaction;
        private @Nullable List<Readers> leaving;

        Round(List<Segment> segments) {
            this.segments = segments;
            survivors = new Survivors(segments);
            bytes = new long[segments.size()];
        }
    }

    Cleaner(
            LogState log,
            LogStore store,
            CheckpointSource source,
            long segmentBytes,
            Surroundings surroundings,
            Cleaning cleaning,
            Scrub scrub) {
        this.scrub = scrub;
        this.cleaning = cleaning;
        this.log = log;
        this.store = store;
        this.source = source;
        this.nanoTime = surroundings.nanoTime();
        window = new RecordWindow(store, log.store(), surroundings.checksum());
        victims = new Victims(log.segments(), store, segmentBytes, cleaning);
        notBeforeNanos = nanoTime.getAsLong();
    }

    /** Bytes of messages that were copied. */
    long copiedBytes() {
        return copiedBytes.get();
    }

    /** Whether the last try ended because there was no room for a copy. */
    boolean isWithoutRoom() {
        return withoutRoom;
    }

    /** Whether nothing is left to clean. */
    boolean isThrough() {
        return round == null && !victims.areThere(belowLsn());
    }

    // ---- what lives

    /** Whether a checkpoint would let it begin. */
    @Override
    public boolean wantsCheckpoint() {
        return round == null && isRested() && victims.areThere(belowLsn());
    }

    private long belowLsn() {
        return Math.min(log.keptReplayLsn(), log.activeBaseLsn());
    }

    private boolean isRested() {
        return nanoTime.getAsLong() - notBeforeNanos >= 0;
    }

    /** A checkpoint begins: from now on its images tell what lives. */
    @Override
    public void checkpointBegins() {
        List<Segment> chosen = round == null && isRested() ? victims.choose(belowLsn()) : List.of();
        victims.noteUnsettled();
        if (chosen.isEmpty()) return;
        for (Segment segment : chosen) segment.beingCleaned(true);
        round = new Round(chosen);
    }

    /** A part of that checkpoint. */
    @Override
    public void told(long queueId, byte[] image) {
        Round current = round;
        if (current != null && !current.told) source.living(image, current.survivors);
    }

    /** The checkpoint is published, or there is none. */
    @Override
    public void checkpointEnds(boolean published) {
        Round current = round;
        if (current == null || current.told) return;
        if (!published) {
            end(current);
            return;
        }
        current.told = true;
        // Of what is not in a queue the memory tells: what nobody holds or may still commit now, nobody ever will.
        log.segments().bodies().forEachPiece(current.survivors);
        log.segments().moved().forEachHolder(current.survivors);
        log.openParts().forEach(current.survivors);
        current.survivors.sort();
    }

    private void end(Round ended) {
        for (Segment segment : ended.segments) segment.beingCleaned(false);
        round = null;
        log.segmentFree(true);
    }

    // ---- the copy

    /** Does one piece of work; false if there is none for now. */
    boolean step() throws IOException {
        Round current = round;
        if (current == null || !current.told || !isRested()) return false;
        try {
            return current.leaving == null ? copy(current) : replace(current);
        } catch (DiskFullException e) {
            notBeforeNanos = nanoTime.getAsLong() + PAUSE_ON_FULL_DISK_NANOS;
            giveUp(current);
            withoutRoom = true;
            return false;
        }
    }

    /** For how many nanoseconds nothing is due because of the time. */
    long restNanos() {
        if (round == null || !round.told) return Long.MAX_VALUE;
        return Math.max(1, notBeforeNanos - nanoTime.getAsLong());
    }

    private boolean copy(Round current) throws IOException {
        Compaction compaction = current.compaction;
        if (compaction == null) current.compaction = compaction = store.compact(baseLsns(current));
        window.clear();
        long copied = 0;
        for (int i = 0; i < RECORDS_PER_STEP && copied < BYTES_PER_STEP; i++) {
            if (current.next == current.survivors.size()) {
                leave(current);
                return true;
            }
            long lsn = current.survivors.lsn(current.next++);
            Segment segment = segmentOf(current, lsn);
            LogRecord record = window.record(segment.header(), lsn, next(current));
            if (record == null) {
                damaged(current, segment, lsn);
                return true;
            }
            compaction.append(lsn, record.content());
            current.bytes[current.segment] += LogRecord.aligned(record.length());
            copied += LogRecord.aligned(record.length());
            copiedBytes.addAndGet(LogRecord.aligned(record.length()));
        }
        if (!log.isDiskFull()) notBeforeNanos = nanoTime.getAsLong() + cleaning.pauseNanos();
        return true;
    }

    private static long next(Round current) {
        return current.next < current.survivors.size() ? current.survivors.lsn(current.next) : Long.MAX_VALUE;
    }

    private static List<Long> baseLsns(Round current) {
        return current.segments.stream().map(each -> each.header().baseLsn()).toList();
    }

    private static Segment segmentOf(Round current, long lsn) {
        while (!current.segments.get(current.segment).holds(lsn)) current.segment++;
        return current.segments.get(current.segment);
    }

    /** Whoever asked for a message until now may have asked for one that has ended since and was not copied: they go first. */
    private static void leave(Round current) {
        List<Readers> leaving = new ArrayList<>();
        for (Segment segment : current.segments) leaving.add(segment.renewReaders());
        current.leaving = leaving;
    }

    private boolean replace(Round current) throws IOException {
        List<Readers> leaving = current.leaving;
        if (leaving != null) leaving.removeIf(Readers::close);
        if (leaving != null && !leaving.isEmpty()) {
            notBeforeNanos = nanoTime.getAsLong() + PAUSE_NANOS;
            return true;
        }
        Compaction compaction = current.compaction;
        if (compaction == null) throw new IllegalStateException("nothing was copied");
        long file = compaction.publish();
        withoutRoom = false;
        for (int i = 0; i < current.bytes.length; i++) {
            current.segments.get(i).cleaned(file, current.bytes[i], current.survivors.living(i));
        }
        end(current);
        return true;
    }

    /** What is not what was written stays where it is, with all around it; the next checkpoint tells whose it is. */
    private void damaged(Round current, Segment segment, long lsn) throws IOException {
        scrub.suspect(store.describe(lsn), lsn, lsn + 1);
        victims.leaveAlone(segment);
        giveUp(current);
    }

    private void giveUp(Round current) throws IOException {
        Compaction unfinished = current.compaction;
        end(current);
        if (unfinished != null) unfinished.discard();
    }
}
