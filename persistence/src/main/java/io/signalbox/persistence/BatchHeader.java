package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a batch, which is what one force makes durable. A batch begins at a multiple of {@link
 * #SECTOR_BYTES} and is filled up to one with zeros; its records follow the header, each at a multiple of {@link
 * LogRecord#ALIGNMENT}. A batch without records is a seal: it only testifies that what lies before it was forced.
 *
 * @param durableLsn everything below was forced before this batch was written. A bad batch below it is damage; a bad batch
 *     that nobody testifies for is a torn tail, never confirmed
 * @param length bytes of header and records, without the filling
 */
record BatchHeader(long epoch, long lsn, long durableLsn, int length, int recordCount) {

    static final int BYTES = 64;

    /** The unit in which a disk writes: nothing that was once forced shares one with what is written later. */
    static final int SECTOR_BYTES = 512;

    private static final int MAGIC = 0x53424254; // SBBT
    private static final int CRC_FROM = 8;

    /** How far the batch reaches with its filling. */
    long endLsn() {
        return lsn + filled(length);
    }

    static int filled(int length) {
        return (length + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    }

    /** Writes the header at the start of {@code target}. */
    void write(ByteBuffer target, StoreId store, Checksum checksum) {
        target.putInt(0, MAGIC);
        target.putLong(8, epoch);
        target.putLong(16, lsn);
        target.putLong(24, durableLsn);
        target.putLong(32, 0);
        target.putInt(40, length);
        target.putInt(44, recordCount);
        target.putLong(48, 0);
        target.putLong(56, 0);
        target.putInt(4, checksum.of(store, epoch, lsn, target.slice(CRC_FROM, BYTES - CRC_FROM)));
    }

    /** Which life the header at index {@code at} belongs to, if there is one. */
    static long epochAt(ByteBuffer bytes, int at) {
        return bytes.getLong(at + 8);
    }

    /**
     * Reads the header at index {@code at}.
     *
     * @param room bytes from {@code lsn} to the end of its segment: no batch is longer
     * @return null if there is none for this address and epoch
     */
    static @Nullable BatchHeader read(
            ByteBuffer bytes, int at, StoreId store, Checksum checksum, long epoch, long lsn, long room) {
        if (bytes.getInt(at) != MAGIC || epochAt(bytes, at) != epoch || bytes.getLong(at + 16) != lsn) return null;
        int crc = checksum.of(store, epoch, lsn, bytes.slice(at + CRC_FROM, BYTES - CRC_FROM));
        if (crc != bytes.getInt(at + 4)) return null;
        int length = bytes.getInt(at + 40);
        if (length < BYTES || length > room) return null;
        return new BatchHeader(epoch, lsn, bytes.getLong(at + 24), length, bytes.getInt(at + 44));
    }
}
