package io.signalbox.persistence.log;

import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What the log engine needs of a medium: segments that bytes are appended to by address, what is left of old ones, and checkpoints. It
 * knows neither batches nor records. {@link #append} and {@link #force} belong to the log thread, {@link #prepare}, {@link
 * #compact}, {@link #createCheckpoint} and {@link #upkeep} to the housekeeper (or to recovery, before there are threads); {@link #read} and {@link #copied} are for any.
 */
public interface LogStore extends AutoCloseable {

    /** What the medium holds when it is opened, oldest first; of the checkpoints the newest and the one before. */
    record Contents(List<StoredSegment> segments, List<StoredCheckpoint> checkpoints) {

        /** Of all segments. */
        public List<SegmentHeader> headers() {
            return segments.stream().map(StoredSegment::header).toList();
        }
    }

    /**
     * A segment that the medium holds.
     *
     * @param bytes that it occupies
     * @param sharedFile the number of the file that holds what is left of it, with others, as {@link Compaction#publish} said; 0 = it
     *     is as it was written
     */
    record StoredSegment(SegmentHeader header, long bytes, long sharedFile) {}

    /** For messages: where this is, or where in it an address lies. */
    String describe(long lsn);

    /**
     * Takes the medium for this process and reads the headers.
     *
     * @throws StoreException if it is in use, of a newer format or damaged
     */
    Contents open() throws StoreException;

    /**
     * Makes a segment ready. On return its header and its name survive a crash: batches may go in. What the segment before it
     * occupies above its end, where the header states one, may be given back: nothing is ever written there again.
     *
     * @throws io.signalbox.persistence.disk.DiskFullException if there is no room for it; nothing has changed then
     */
    void prepare(SegmentHeader header) throws IOException;

    /** Writes a batch at its address, in a prepared segment. */
    void append(long lsn, ByteBuffer batch) throws IOException;

    /**
     * Returns when all that was appended survives a crash.
     *
     * @return the LSN below which that is so
     */
    long force() throws IOException;

    /** Reads from an address until {@code target} is full or the segment ends; the answer is how many bytes came. */
    int read(long lsn, ByteBuffer target) throws IOException;

    /**
     * A record of a segment that was copied.
     *
     * @param lsn its address; {@link #NONE} = the segment has no more
     * @param length of the record as it was copied, in bytes
     * @param damage where the medium has something else than was written right before it; empty if it has not
     */
    record Copied(long lsn, int length, Optional<String> damage) {
        /** Comes after every address. */
        public static final long NONE = Long.MAX_VALUE;
    }

    /** Of the segment in which an address lies, which {@link #compact} wrote: its first record there or behind. */
    Copied copied(long fromLsn) throws IOException;

    /**
     * Begins to write segments anew, with what is still needed of them; if that is nothing, they are given back.
     *
     * @param baseLsns of the segments, rising; those that are not there any more are passed over
     */
    Compaction compact(List<Long> baseLsns) throws IOException;

    /** Begins a checkpoint; nobody sees it before it is published. */
    PendingCheckpoint createCheckpoint() throws IOException;

    /**
     * What there is room for, in bytes; a file that waits to be the next segment counts as room.
     *
     * @param totalBytes size of the medium
     * @param usableBytes what can still be written
     * @param heldBytes what segments, checkpoints and the reserve have
     * @param occupiedBytes the same with the files that wait
     */
    record Room(long totalBytes, long usableBytes, long heldBytes, long occupiedBytes) {}

    /** How much room there is, and what is taken; the housekeeper. */
    Room room();

    /** What the housekeeper does for the medium at leisure. */
    default Upkeep upkeep() {
        return Upkeep.NONE;
    }

    /** Releases the medium; forces nothing. */
    @Override
    void close() throws IOException;
}
