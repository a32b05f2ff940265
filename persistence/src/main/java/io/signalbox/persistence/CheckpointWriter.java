package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.PendingCheckpoint;
import io.signalbox.persistence.log.StoreId;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a checkpoint: a header of 64 bytes, then chunks that hold each table's name and its pairs with their versions, what came
 * in of each segment of the log, where the pieces of large bodies are, and after them the images of the queues. {@link
 * CheckpointReader} reads it. Format 1 had no segments, and nothing in its images that ends with the process; format 2 had
 * no large bodies. Confined to the housekeeper.
 */
final class CheckpointWriter {
    static final int MAGIC = 0x5342434B; // SBCK
    static final int FORMAT_VERSION = 3;
    static final int HEADER_BYTES = 64;
    static final int CRC_AT = 8;
    static final StoreId NO_STORE = new StoreId(0, 0);
    static final byte TABLE = 1;
    static final byte PAIR = 2;
    static final byte END = 3;
    static final byte IMAGE = 4;
    static final byte SEGMENT = 5;
    static final byte LARGE = 6;

    private final PendingCheckpoint target;
    private final DataOutputStream out;
    private long highestLsn;
    private long bytes;

    /** @param replayLsn the log has to be read from there on; what lies below is in the checkpoint */
    CheckpointWriter(PendingCheckpoint target, StoreId store, long epoch, long replayLsn, Checksum checksum)
            throws IOException {
        this.target = target;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(0);
        header.putLong(store.high()).putLong(store.low()).putLong(epoch).putLong(replayLsn);
        header.clear();
        header.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, header.duplicate()));
        target.append(header);
        out = new DataOutputStream(new ChunkedOutput(target, HEADER_BYTES, store, replayLsn, checksum));
    }

    void tables(Tables tables) throws IOException {
        for (MemoryTable table : tables.all()) {
            out.writeByte(TABLE);
            out.writeUTF(table.name());
            highestLsn = Math.max(highestLsn, table.forEachVersion(this::pair));
        }
    }

    private void pair(byte[] key, byte[] value, long lsn) throws IOException {
        out.writeByte(PAIR);
        out.writeLong(lsn);
        out.writeInt(key.length);
        out.write(key);
        out.writeInt(value.length);
        out.write(value);
        bytes += key.length + value.length;
    }

    /** After the tables: what came in, of each segment in which something lives. */
    void segments(SegmentTable segments) throws IOException {
        for (Segment segment : segments.all()) {
            if (segment.unsettled() == 0) continue;
            Segment.Totals totals = segment.totals();
            out.writeByte(SEGMENT);
            out.writeLong(segment.header().baseLsn());
            out.writeLong(totals.entries());
            out.writeLong(totals.entryBytes());
        }
    }

    /** After the segments: what an enqueue record names that an image holds. */
    void large(long lsn, long[] pieces) throws IOException {
        out.writeByte(LARGE);
        out.writeLong(lsn);
        out.writeInt(pieces.length);
        for (long piece : pieces) out.writeLong(piece);
        bytes += (long) pieces.length * Long.BYTES;
    }

    /** After the large bodies. */
    void image(long queueId, byte[] image) throws IOException {
        out.writeByte(IMAGE);
        out.writeLong(queueId);
        out.writeInt(image.length);
        out.write(image);
        bytes += image.length;
    }

    /**
     * Ends and forces it.
     *
     * @param upToLsn no change shows in it that was made there or later
     */
    void end(long upToLsn) throws IOException {
        highestLsn = Math.max(highestLsn, upToLsn - 1);
        out.writeByte(END);
        out.writeLong(highestLsn);
        out.close();
        target.force();
    }

    /** What the tables and images have. */
    long bytes() {
        return bytes;
    }
}
