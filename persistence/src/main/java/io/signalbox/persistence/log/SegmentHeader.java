package io.signalbox.persistence.log;

import java.nio.ByteBuffer;

/**
 * What the first 4 KiB of a segment say. Recovery trusts this, not file names. All of it lies in the first sector.
 *
 * @param epoch which life of the store the segment belongs to; every start has a higher one
 * @param baseLsn LSN of the segment's first byte; the first batch lies {@link #BYTES} above
 * @param sizeBytes how many LSNs the segment spans
 * @param previousBaseLsn the base of the segment before it in the log; 0 = none
 * @param previousEndLsn where the previous segment's contents end, if that was of an older epoch: recovery has cut it
 *     there; 0 = the previous segment is of the same epoch, or was left as it was because of damage
 */
public record SegmentHeader(
        StoreId store, long epoch, long baseLsn, long sizeBytes, long previousBaseLsn, long previousEndLsn) {

    /** Bytes before the first batch. */
    public static final int BYTES = 4096;

    /** The newest format this code reads and the one it writes. */
    public static final int FORMAT_VERSION = 3;

    private static final int MAGIC = 0x53424C47; // SBLG
    private static final int CRC_AT = 8;
    private static final int SEALED_BYTES = 512;
    private static final StoreId NO_STORE = new StoreId(0, 0);

    public long endLsn() {
        return baseLsn + sizeBytes;
    }

    /** LSN of the first batch. */
    public long firstBatchLsn() {
        return baseLsn + BYTES;
    }

    ByteBuffer encode(Checksum checksum) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(0);
        bytes.putLong(store.high()).putLong(store.low());
        bytes.putLong(epoch).putLong(baseLsn).putLong(sizeBytes);
        bytes.putLong(previousBaseLsn).putLong(previousEndLsn);
        bytes.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, bytes.slice(0, SEALED_BYTES)));
        return bytes.clear();
    }

    /** What a file's first bytes are. */
    enum Kind {
        SEGMENT,
        NEWER_FORMAT,
        /** Not a header: never one, half written, or damaged. */
        UNREADABLE
    }

    /** @param bytes at least the first {@link #BYTES} of a file, from index 0 */
    static Kind kindOf(ByteBuffer bytes, Checksum checksum) {
        if (bytes.limit() < BYTES || bytes.getInt(0) != MAGIC) return Kind.UNREADABLE;
        ByteBuffer sealed = ByteBuffer.allocate(SEALED_BYTES);
        sealed.put(bytes.slice(0, SEALED_BYTES)).putInt(CRC_AT, 0).flip();
        if (checksum.of(NO_STORE, 0, 0, sealed) != bytes.getInt(CRC_AT)) return Kind.UNREADABLE;
        if (bytes.getInt(4) > FORMAT_VERSION) return Kind.NEWER_FORMAT;
        SegmentHeader header = decode(bytes);
        boolean sane = header.epoch > 0 && header.baseLsn > 0 && header.sizeBytes > BYTES;
        return sane ? Kind.SEGMENT : Kind.UNREADABLE;
    }

    /** @param bytes of {@link Kind#SEGMENT} */
    static SegmentHeader decode(ByteBuffer bytes) {
        return new SegmentHeader(
                new StoreId(bytes.getLong(16), bytes.getLong(24)),
                bytes.getLong(32),
                bytes.getLong(40),
                bytes.getLong(48),
                bytes.getLong(56),
                bytes.getLong(64));
    }
}
