package io.signalbox.persistence;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.StoreDamage;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.LogStore.Copied;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads, little by little, all of the log that no start would read, and looks whether it is what was written: each day once, from the
 * beginning. What is not is told to the core with the entries that lie there, which the next checkpoint names. It goes on behind
 * segments that are given back or copied meanwhile, since these things are done by the same thread. Confined to the housekeeper.
 */
final class Scrub implements ImageListener {
    private static final int BYTES_PER_STEP = 256 << 10;
    private static final long PASS_NANOS = TimeUnit.DAYS.toNanos(1);

    /** A place that cannot be read at all is left behind by so much: a system reads no less. */
    private static final int UNREADABLE_BYTES = 4096;

    /** More are not looked for before it is known what lies in these. */
    private static final int MOST_SUSPECTS = 64;

    /** A longer stretch is not looked through for what is left in it; what lives there is read one by one. */
    private static final int MOST_LOOKED_THROUGH_BYTES = 4 << 20;

    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** While the log takes so many times as much as is read here, it is read so many times more slowly. */
    private static final int BUSY = 4;

    private final LogState log;
    private final LogStore store;
    private final CheckpointSource source;
    private final Checksum checksum;
    private final LongSupplier nanoTime;
    private final long bytesPerSecond;
    private final RecordWindow window;
    private final AtomicLong readBytes = new AtomicLong();
    private final List<Suspect> suspects = new ArrayList<>();

    private long nextLsn;
    private long passBeganNanos;
    private long notBeforeNanos;
    private long durableBefore;
    private @Nullable SegmentScanner scanner;
    private long scannedBase;
    /** Whether the way goes on in the middle of a batch, of which the beginning could not be read. */
    private boolean isInBatch;

    private boolean isTelling;

    /** A stretch of the log, to be told when it is known what lies there. */
    private static final class Suspect {
        private final String place;
        private final long fromLsn;
        private final long toLsn;

        private final Kind kind;

        private final Map<Long, List<Long>> entries = new TreeMap<>();

        /** Asked for at the checkpoint that is gathered. */
        private boolean isAsked;

        Suspect(String place, long fromLsn, long toLsn, Kind kind) {
            this.place = place;
            this.fromLsn = fromLsn;
            this.toLsn = toLsn;
            this.kind = kind;
        }
    }

    /** What is known of a stretch. */
    private enum Kind {
        /** Nothing in it is what was written. */
        DAMAGED,
        /** Some of it may be. */
        UNREAD,
        /** There may never have been anything. */
        EMPTY
    }

    /** Enough was read for one step. */
    private static final class Enough extends Exception {
        private static final long serialVersionUID = 1;
        private final long lsn;

        Enough(long lsn) {
            super(null, null, false, false);
            this.lsn = lsn;
        }
    }

    /** @param bytesPerSecond that are read; 0 = none */
    Scrub(LogState log, LogStore store, CheckpointSource source, long bytesPerSecond, Surroundings surroundings) {
        this.log = log;
        this.store = store;
        this.source = source;
        this.checksum = surroundings.checksum();
        this.nanoTime = surroundings.nanoTime();
        this.bytesPerSecond = bytesPerSecond;
        window = new RecordWindow(store, log.store(), checksum);
        passBeganNanos = notBeforeNanos = nanoTime.getAsLong();
        durableBefore = log.durableLsn();
    }

    /** Bytes that were read since the start. */
    long readBytes() {
        return readBytes.get();
    }

    /** For how many nanoseconds nothing is due because of the time. */
    long restNanos() {
        return bytesPerSecond == 0 ? Long.MAX_VALUE : Math.max(1, notBeforeNanos - nanoTime.getAsLong());
    }

    /** Does one piece of work; false if there is none for now. */
    boolean step() throws IOException {
        if (bytesPerSecond == 0 || nanoTime.getAsLong() - notBeforeNanos < 0) return false;
        if (suspects.size() >= MOST_SUSPECTS) {
            notBeforeNanos = nanoTime.getAsLong() + WAIT_NANOS;
            return false;
        }
        Segment segment = next();
        if (segment == null) {
            endPass();
            return false;
        }
        long from = Math.max(nextLsn, segment.header().baseLsn());
        long read;
        try {
            read = segment.sharedFile() == 0 ? readBatches(segment) : readCopies(segment, from);
        } catch (IOException e) {
            // A read that fails is no failure of the store: nothing was to be written.
            read = leaveBehind(segment, from, e);
        }
        readBytes.addAndGet(read);
        rest(read);
        return true;
    }

    /**
     * Goes on behind what cannot be read. Records that begin before it may reach into it.
     *
     * @return how many bytes were left behind
     */
    private long leaveBehind(Segment segment, long from, IOException why) {
        long end = segment.header().endLsn();
        long at = from & -UNREADABLE_BYTES;
        while (at < Math.min(end, from + 2 * BYTES_PER_STEP) && canRead(at)) at += UNREADABLE_BYTES;
        nextLsn = Math.min(at + UNREADABLE_BYTES, end);
        suspect(store.describe(at) + " (" + why.getMessage() + ")", from, nextLsn, Kind.UNREAD);
        scanner = null;
        isInBatch = nextLsn < end;
        return nextLsn - from;
    }

    private boolean canRead(long lsn) {
        try {
            store.read(lsn, ByteBuffer.allocate(UNREADABLE_BYTES));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void rest(long read) {
        long durable = log.durableLsn();
        boolean isBusy = durable - durableBefore > BUSY * read;
        durableBefore = durable;
        long nanos = (long) ((double) read * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        notBeforeNanos = nanoTime.getAsLong() + (isBusy ? BUSY * nanos : nanos);
    }

    /** The segment to go on in: no start reads it, and nothing is written there. */
    private @Nullable Segment next() {
        long belowLsn = Math.min(log.keptReplayLsn(), log.activeBaseLsn());
        for (Segment segment : log.segments().all()) {
            if (segment.header().endLsn() > belowLsn) return null;
            if (segment.header().endLsn() > nextLsn) return segment;
        }
        return null;
    }

    private void endPass() {
        scanner = null;
        long now = nanoTime.getAsLong();
        if (nextLsn > 0) notBeforeNanos = Math.max(now + 1, passBeganNanos + PASS_NANOS);
        else notBeforeNanos = now + WAIT_NANOS; // there is nothing yet
        passBeganNanos = notBeforeNanos;
        nextLsn = 0;
    }

    // ---- a segment as it was written

    /** @return how many bytes were read */
    private long readBatches(Segment segment) throws IOException {
        SegmentHeader header = segment.header();
        SegmentScanner here = scanner;
        if (here == null || scannedBase != header.baseLsn()) {
            scanner = here = new SegmentScanner(store, header.store(), checksum, BYTES_PER_STEP);
            scannedBase = header.baseLsn();
        }
        long from = Math.max(nextLsn, header.firstBatchLsn());
        long limit = header.baseLsn() + segment.bytes();
        try {
            long bad = here.scan(header, from, limit, new Stepping(from));
            // What the rest of a batch lacks is no damage of its own: it may only be that it is no batch.
            Kind kind = isInBatch && nextLsn == from && bad == from ? Kind.EMPTY : Kind.DAMAGED;
            isInBatch = false;
            if (bad < limit) bad(segment, here, bad, limit, kind);
            else nextLsn = header.endLsn();
        } catch (Enough e) {
            nextLsn = e.lsn;
        }
        return Math.max(BatchHeader.SECTOR_BYTES, Math.min(nextLsn, limit) - from);
    }

    private record Stepping(long fromLsn) implements SegmentScanner.Visitor<Enough> {
        @Override
        public void batch(BatchHeader header) throws Enough {
            if (header.lsn() - fromLsn >= BYTES_PER_STEP) throw new Enough(header.lsn());
        }

        @Override
        public void record(LogRecord record) {}
    }

    /** @param kind of what is no record there */
    private void bad(Segment segment, SegmentScanner here, long bad, long limit, Kind kind) throws IOException {
        SegmentHeader header = segment.header();
        boolean isCut = limit < header.endLsn();
        long durable = isCut ? limit : Math.max(testimonyOf(header, here), here.testimonyAfter(header, bad));
        if (durable <= bad) {
            suspect(store.describe(bad), bad, limit, Kind.EMPTY);
            nextLsn = header.endLsn();
            return;
        }
        long next = here.nextBatch(header, bad, limit);
        long end = Math.max(durable, bad + BatchHeader.filled((int) here.tornBytesAt(header, bad)));
        new BatchRemains(store, checksum, MOST_LOOKED_THROUGH_BYTES)
                .visit(header, bad, Math.min(next, Math.min(end, limit)), new Gaps(kind));
        nextLsn = next < limit ? next : header.endLsn();
    }

    /** What the next segment knows of the end of this one, if it followed in the same life. */
    private long testimonyOf(SegmentHeader header, SegmentScanner here) throws IOException {
        Segment next = log.segments().of(header.endLsn());
        if (next == null || next.sharedFile() != 0) return 0;
        SegmentHeader after = next.header();
        boolean follows = after.previousBaseLsn() == header.baseLsn() && after.epoch() == header.epoch();
        return follows ? here.firstDurableLsn(after) : 0;
    }

    private final class Gaps implements BatchRemains.Visitor<RuntimeException> {
        private final Kind kind;

        Gaps(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void record(LogRecord record) {}

        @Override
        public void gap(long fromLsn, long toLsn, Set<Long> named) {
            suspect(store.describe(fromLsn), fromLsn, toLsn, kind);
        }
    }

    // ---- what was copied

    private long readCopies(Segment segment, long fromLsn) throws IOException {
        SegmentHeader header = segment.header();
        window.clear();
        long read = 0;
        for (nextLsn = fromLsn; read < BYTES_PER_STEP; ) {
            Copied copied = store.copied(nextLsn);
            long found = Math.min(copied.lsn(), header.endLsn());
            if (copied.damage().isPresent()) suspect(copied.damage().get(), nextLsn, found, Kind.DAMAGED);
            if (copied.lsn() == Copied.NONE) {
                nextLsn = header.endLsn();
                break;
            }
            if (window.record(header, found, found + 1) == null) {
                suspect(store.describe(found), found, found + 1, Kind.DAMAGED);
            }
            read += LogRecord.aligned(copied.length());
            nextLsn = found + 1;
        }
        return Math.max(BatchHeader.SECTOR_BYTES, read);
    }

    // ---- what it has hit

    /** Somebody else has met what is not what was written. */
    void suspect(String place, long fromLsn, long toLsn) {
        suspect(place, fromLsn, toLsn, Kind.DAMAGED);
    }

    private void suspect(String place, long fromLsn, long toLsn, Kind kind) {
        boolean isWaiting = suspects.stream().anyMatch(each -> each.fromLsn == fromLsn);
        if (!isWaiting && !log.damage().isKnown(fromLsn)) suspects.add(new Suspect(place, fromLsn, toLsn, kind));
    }

    @Override
    public boolean wantsCheckpoint() {
        return suspects.stream().anyMatch(each -> each.kind != Kind.EMPTY);
    }

    @Override
    public void checkpointBegins() {
        isTelling = !suspects.isEmpty();
        for (Suspect suspect : suspects) {
            suspect.isAsked = true;
            suspect.entries.clear();
        }
    }

    @Override
    public void told(long queueId, byte[] image) {
        if (!isTelling) return;
        source.living(image, lsn -> {
            for (Suspect suspect : suspects) {
                if (suspect.isAsked && isHit(suspect, lsn)) {
                    suspect.entries
                            .computeIfAbsent(queueId, id -> new ArrayList<>())
                            .add(lsn);
                }
            }
        });
    }

    private boolean isHit(Suspect suspect, long lsn) {
        if (lsn >= suspect.fromLsn && lsn < suspect.toLsn) return true;
        long holderLsn = log.segments().moved().holderOf(lsn);
        if (holderLsn >= suspect.fromLsn && holderLsn < suspect.toLsn) return true;
        return log.segments().bodies().hasPiece(lsn, piece -> piece >= suspect.fromLsn && piece < suspect.toLsn);
    }

    @Override
    public void checkpointEnds(boolean published) {
        isTelling = false;
        for (Iterator<Suspect> each = suspects.iterator(); each.hasNext(); ) {
            Suspect suspect = each.next();
            if (!suspect.isAsked) continue;
            if (published) {
                each.remove();
                tell(suspect);
            } else {
                suspect.isAsked = false;
            }
        }
    }

    private void tell(Suspect suspect) {
        if (suspect.kind != Kind.DAMAGED) {
            suspect.entries.values().forEach(lsns -> lsns.removeIf(lsn -> isReadable(suspect, lsn)));
        }
        suspect.entries.values().removeIf(List::isEmpty);
        if (suspect.kind == Kind.EMPTY && suspect.entries.isEmpty()) return;
        if (!log.damage().isNew(suspect.fromLsn)) return;
        source.damaged(new StoreDamage(suspect.place, suspect.fromLsn, Map.copyOf(suspect.entries)));
    }

    /** Where a whole stretch is suspected, some of it may be what was written. */
    private boolean isReadable(Suspect suspect, long lsn) {
        long holderLsn = log.segments().moved().holderOf(lsn);
        return isThere(suspect, lsn)
                && (holderLsn == 0 || isThere(suspect, holderLsn))
                && !log.segments().bodies().hasPiece(lsn, piece -> !isThere(suspect, piece));
    }

    /** Of what lies elsewhere nothing is suspected. */
    private boolean isThere(Suspect suspect, long lsn) {
        Segment segment = lsn < suspect.fromLsn || lsn >= suspect.toLsn
                ? null
                : log.segments().of(lsn);
        if (segment == null) return true;
        window.clear();
        return window.record(segment.header(), lsn, lsn) != null;
    }
}
