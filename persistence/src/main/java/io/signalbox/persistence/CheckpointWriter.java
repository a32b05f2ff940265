package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.PendingCheckpoint;
import io.signalbox.persistence.log.StoreId;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a checkpoint: a header of 64 bytes, then chunks that hold each table's name and its pairs with their versions, what came
 * in of each segment of the log, where the pieces of large bodies and the bodies of moved messages are, and after them the images of the queues. {@link
 * CheckpointReader} reads it. Format 1 had no segments, and nothing in its images that ends with the process; format 2 had
 * no large bodies; format 3 had no moved ones. Behind the end the tables follow once more, and where they begin: who does not know of
 * that does not read it. Confined to the housekeeper.
 */
final class CheckpointWriter implements MovedBodies.Visitor<IOException> {
    static final int MAGIC = 0x5342434B; // SBCK
    static final int FORMAT_VERSION = 4;
    static final int HEADER_BYTES = 64;
    static final int CRC_AT = 8;
    static final StoreId NO_STORE = new StoreId(0, 0);
    static final byte TABLE = 1;
    static final byte PAIR = 2;
    static final byte END = 3;
    static final byte IMAGE = 4;
    static final byte SEGMENT = 5;
    static final byte LARGE = 6;
    static final byte MOVED = 7;

    /** Of the last bytes: where the tables are once more. */
    static final int APPENDIX_MAGIC = 0x53424341; // SBCA

    static final int APPENDIX_VERSION = 1;

    private final PendingCheckpoint target;
    private final StoreId store;
    private final long epoch;
    private final long replayLsn;
    private final Checksum checksum;
    private final ChunkedOutput chunks;
    private final DataOutputStream out;
    private long highestLsn;
    private long bytes;

    /** @param replayLsn the log has to be read from there on; what lies below is in the checkpoint */
    CheckpointWriter(PendingCheckpoint target, StoreId store, long epoch, long replayLsn, Checksum checksum)
            throws IOException {
        this.target = target;
        this.store = store;
        this.epoch = epoch;
        this.replayLsn = replayLsn;
        this.checksum = checksum;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(0);
        header.putLong(store.high()).putLong(store.low()).putLong(epoch).putLong(replayLsn);
        header.clear();
        header.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, header.duplicate()));
        target.append(header);
        chunks = new ChunkedOutput(target, HEADER_BYTES, store, replayLsn, checksum);
        out = new DataOutputStream(chunks);
    }

    void tables(Tables tables) throws IOException {
        tables(tables, out);
    }

    private void tables(Tables tables, DataOutputStream to) throws IOException {
        for (MemoryTable table : tables.all()) {
            to.writeByte(TABLE);
            to.writeUTF(table.name());
            long highest = table.forEachVersion((key, value, lsn) -> pair(key, value, lsn, to));
            highestLsn = Math.max(highestLsn, highest);
        }
    }

    private void pair(byte[] key, byte[] value, long lsn, DataOutputStream to) throws IOException {
        to.writeByte(PAIR);
        to.writeLong(lsn);
        to.writeInt(key.length);
        to.write(key);
        to.writeInt(value.length);
        to.write(value);
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

    /** Among the large bodies: the record that holds the body of one that was moved. */
    @Override
    public void moved(long lsn, long holderLsn) throws IOException {
        out.writeByte(MOVED);
        out.writeLong(lsn);
        out.writeLong(holderLsn);
        bytes += Long.BYTES;
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
     * Ends and forces it, with the tables once more behind the end: they are in no other place when the segments are gone in which they
     * changed.
     *
     * @param upToLsn no change shows in it so far that was made there or later
     * @return the same of all of it
     */
    long end(long upToLsn, Tables tables) throws IOException {
        highestLsn = Math.max(highestLsn, upToLsn - 1);
        out.writeByte(END);
        out.writeLong(highestLsn);
        out.close();
        appendix(tables, chunks.position());
        target.force();
        return Math.max(upToLsn, highestLsn + 1);
    }

    private void appendix(Tables tables, long position) throws IOException {
        DataOutputStream again = new DataOutputStream(new ChunkedOutput(target, position, store, replayLsn, checksum));
        tables(tables, again);
        again.writeByte(END);
        again.writeLong(highestLsn);
        again.close();
        ByteBuffer footer = ByteBuffer.allocate(HEADER_BYTES);
        footer.putInt(APPENDIX_MAGIC).putInt(APPENDIX_VERSION).putInt(0).putInt(0);
        footer.putLong(store.high())
                .putLong(store.low())
                .putLong(epoch)
                .putLong(replayLsn)
                .putLong(position);
        footer.clear();
        footer.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, footer.duplicate()));
        target.append(footer);
    }

    /** What the tables and images have. */
    long bytes() {
        return bytes;
    }
}
