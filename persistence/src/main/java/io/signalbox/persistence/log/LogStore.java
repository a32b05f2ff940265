package io.signalbox.persistence.log;

import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the log engine needs of a medium: segments that bytes are appended to by address, and checkpoints. It knows neither
 * batches nor records. {@link #append} and {@link #force} belong to the log thread, {@link #prepare}, {@link #release}
 * and {@link #createCheckpoint} to the housekeeper (or to recovery, before there are threads); {@link #read} is for any.
 */
public interface LogStore extends AutoCloseable {

    /** What the medium holds when it is opened, oldest first; of the checkpoints the newest and the one before. */
    record Contents(List<SegmentHeader> segments, List<StoredCheckpoint> checkpoints) {}

    /** For messages: where this is, or where in it an address lies. */
    String describe(long lsn);

    /**
     * Takes the medium for this process and reads the headers.
     *
     * @throws StoreException if it is in use, of a newer format or damaged
     */
    Contents open() throws StoreException;

    /**
     * Makes a segment ready. On return its header and its name survive a crash: batches may go in.
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

    /** Gives back what a segment occupies above {@code endLsn}; at its base or below: all of it, the segment is gone. */
    void release(long baseLsn, long endLsn) throws IOException;

    /** Begins a checkpoint; nobody sees it before it is published. */
    PendingCheckpoint createCheckpoint() throws IOException;

    /** Bytes that segments and checkpoints occupy. */
    long occupiedBytes();

    /** Releases the medium; forces nothing. */
    @Override
    void close() throws IOException;
}
