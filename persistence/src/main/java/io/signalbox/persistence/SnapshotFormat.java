package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.PendingSnapshot;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How a snapshot of the state tables is written: a header of 64 bytes, then chunks that hold each table's name and its
 * pairs with their versions. Stateless.
 */
final class SnapshotFormat {
    private static final int MAGIC = 0x5342534E; // SBSN
    private static final int FORMAT_VERSION = 1;
    private static final int HEADER_BYTES = 64;
    private static final int CRC_AT = 8;
    private static final StoreId NO_STORE = new StoreId(0, 0);
    private static final byte TABLE = 1;
    private static final byte PAIR = 2;
    private static final byte END = 3;

    /**
     * What a snapshot says of itself.
     *
     * @param coveredLsn every change below is in it
     * @param highestLsn the latest change in it; it was durable when the snapshot was published
     */
    record Summary(StoreId store, long epoch, long coveredLsn, long highestLsn) {}

    private SnapshotFormat() {}

    /** Writes all tables; the answer is the highest LSN whose change shows in it. */
    static long write(
            PendingSnapshot target, Tables tables, StoreId store, long epoch, long coveredLsn, Checksum checksum)
            throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(0);
        header.putLong(store.high()).putLong(store.low()).putLong(epoch).putLong(coveredLsn);
        header.clear();
        header.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, header.duplicate()));
        target.append(header);
        long highest = 0;
        try (ChunkedOutput chunks = new ChunkedOutput(target, HEADER_BYTES, store, coveredLsn, checksum)) {
            DataOutputStream out = new DataOutputStream(chunks);
            for (MemoryTable table : tables.all()) {
                out.writeByte(TABLE);
                out.writeUTF(table.name());
                highest = Math.max(highest, writePairs(out, table));
            }
            out.writeByte(END);
            out.writeLong(highest);
        }
        return highest;
    }

    private static long writePairs(DataOutputStream out, MemoryTable table) throws IOException {
        return table.forEachVersion((key, value, lsn) -> {
            out.writeByte(PAIR);
            out.writeLong(lsn);
            out.writeInt(key.length);
            out.write(key);
            out.writeInt(value.length);
            out.write(value);
        });
    }

    /** Reads a snapshot into the tables. */
    static Summary read(StoredSnapshot source, Tables tables, Checksum checksum) throws StoreException {
        ChunkedInput chunks = null;
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            source.read(0, header);
            header.clear();
            checkHeader(header, source, checksum);
            StoreId store = new StoreId(header.getLong(16), header.getLong(24));
            long coveredLsn = header.getLong(40);
            chunks = new ChunkedInput(source, HEADER_BYTES, store, coveredLsn, checksum);
            long highest = readTables(new DataInputStream(chunks), tables);
            return new Summary(store, header.getLong(32), coveredLsn, highest);
        } catch (IOException e) {
            long offset = chunks == null ? 0 : chunks.position();
            throw new StoreException(
                    "The snapshot " + source.description() + " is damaged at offset " + offset + ": " + e.getMessage()
                            + "; restore the directory from a backup.",
                    e);
        }
    }

    private static void checkHeader(ByteBuffer header, StoredSnapshot source, Checksum checksum)
            throws IOException, StoreException {
        int crc = header.getInt(CRC_AT);
        header.putInt(CRC_AT, 0);
        boolean intact = header.getInt(0) == MAGIC && checksum.of(NO_STORE, 0, 0, header.duplicate()) == crc;
        if (!intact) throw new IOException("its header is unreadable");
        if (header.getInt(4) > FORMAT_VERSION) {
            throw new StoreException("The snapshot " + source.description()
                    + " was written by a newer Signalbox (format " + header.getInt(4) + ", this one reads up to "
                    + FORMAT_VERSION + "); start that version instead.");
        }
        if (header.getLong(40) != source.coveredLsn())
            throw new IOException("it covers another LSN than it is named for");
    }

    private static long readTables(DataInputStream in, Tables tables) throws IOException {
        MemoryTable table = null;
        while (true) {
            byte kind = in.readByte();
            if (kind == TABLE) {
                table = tables.table(in.readUTF());
            } else if (kind == PAIR && table != null) {
                long lsn = in.readLong();
                byte[] key = readBytes(in);
                table.change(key, readBytes(in), lsn);
            } else if (kind == END) {
                return in.readLong();
            } else {
                throw new IOException("it holds an unknown entry " + kind);
            }
        }
    }

    /** Grows with what is there, so a wrong length costs no memory. */
    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) throw new IOException("a length is negative");
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) throw new IOException("it ends too early");
        return bytes;
    }
}
