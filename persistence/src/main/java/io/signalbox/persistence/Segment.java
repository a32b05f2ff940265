package io.signalbox.persistence;

import io.signalbox.persistence.log.LogStore.StoredSegment;
import io.signalbox.persistence.log.SegmentHeader;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A segment of the log in memory: its header, how many of the entries whose records lie in it have not ended, what that is of all
 * that came in, and who is to read from it. A number is enough, since the core tells the end of an entry once. Once retired it
 * cannot be read from any more and may be overwritten. Thread-safe, but for what belongs to the housekeeper.
 */
final class Segment {
    private final SegmentHeader header;
    private final AtomicLong unsettled = new AtomicLong();
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong entryBytes = new AtomicLong();
    private volatile Readers readers = new Readers();
    private volatile long bytes;
    private volatile long sharedFile;

    /** By the housekeeper: what lives in it is being copied. */
    private boolean beingCleaned;

    /** One that takes batches, or will. */
    Segment(SegmentHeader header) {
        this.header = header;
        bytes = header.sizeBytes();
    }

    /** @param bytes that it has, of those that it may occupy */
    Segment(StoredSegment stored, long bytes) {
        this.header = stored.header();
        this.bytes = Math.min(bytes, stored.bytes());
        sharedFile = stored.sharedFile();
    }

    SegmentHeader header() {
        return header;
    }

    boolean holds(long lsn) {
        return lsn >= header.baseLsn() && lsn < header.endLsn();
    }

    // ---- what it keeps

    /** Entries came in, by a record of so many bytes that lies here. */
    void enqueued(int count, long recordBytes) {
        unsettled.addAndGet(count);
        cameIn(count, recordBytes);
    }

    /** The same of what need not live any more. */
    void cameIn(int count, long recordBytes) {
        entries.addAndGet(count);
        entryBytes.addAndGet(recordBytes);
    }

    /** What lies here is needed once more: an entry that an earlier life left, or a record that names it. */
    void kept() {
        unsettled.incrementAndGet();
    }

    /** What came in during earlier lives. */
    void restoreTotals(Totals totals) {
        entries.set(totals.entries);
        entryBytes.set(totals.entryBytes);
    }

    /**
     * All that came in, whether or not it has ended.
     *
     * @param entryBytes of their records
     */
    record Totals(long entries, long entryBytes) {}

    Totals totals() {
        return new Totals(entries.get(), entryBytes.get());
    }

    /** One of them has ended; whether that was the last. */
    boolean settled() {
        return unsettled.decrementAndGet() == 0;
    }

    /**
     * Entries that have not ended. In the segment that takes batches it may be too low for a moment: then one has ended whose
     * record is being written.
     */
    long unsettled() {
        return unsettled.get();
    }

    /** About how many bytes the records of those entries have; all, if it is not known what came in. */
    long livingBytes() {
        long living = unsettled.get();
        if (living <= 0) return 0;
        long all = entries.get();
        return all <= 0 ? bytes : Math.min(bytes, (long) ((double) entryBytes.get() * living / Math.max(all, living)));
    }

    // ---- where it is

    /** What it occupies. */
    long bytes() {
        return bytes;
    }

    /** The file in which it is together with others; 0 = it is as it was written. */
    long sharedFile() {
        return sharedFile;
    }

    boolean isBeingCleaned() {
        return beingCleaned;
    }

    /** By the housekeeper. */
    void beingCleaned(boolean now) {
        beingCleaned = now;
    }

    /** By the housekeeper: what lives in it is elsewhere now. */
    void cleaned(long newFile, long newBytes, long living) {
        sharedFile = newFile;
        bytes = newBytes;
        entries.set(living);
        entryBytes.set(newBytes);
    }

    // ---- who reads

    /** Keeps the segment's bytes until {@link Readers#leave}; null if it is retired. */
    @Nullable
    Readers enter() {
        while (true) {
            Readers now = readers;
            if (now.enter()) return now;
            if (now == readers) return null;
        }
    }

    /** By the housekeeper: those who come from now on are counted apart from those that are there, who are the answer. */
    Readers renewReaders() {
        Readers before = readers;
        readers = new Readers();
        return before;
    }

    /** Retires the segment unless someone is to read from it. */
    boolean retire() {
        return readers.close();
    }
}
