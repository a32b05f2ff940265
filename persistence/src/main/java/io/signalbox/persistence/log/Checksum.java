package io.signalbox.persistence.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How stored bytes are known to be what was written there: 32 bits over the bytes and over where they belong. Because
 * store, epoch and address go in, bytes of an earlier life of a recycled segment and bytes written to a wrong place fail.
 */
public interface Checksum {

    Checksum CRC32C = Checksum::crc32c;

    /** The checksum of what remains in {@code bytes}; the buffer's position moves to its limit. */
    int of(StoreId store, long epoch, long lsn, ByteBuffer bytes);

    private static int crc32c(StoreId store, long epoch, long lsn, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        byte[] seed = new byte[32];
        putLong(seed, 0, store.high());
        putLong(seed, 8, store.low());
        putLong(seed, 16, epoch);
        putLong(seed, 24, lsn);
        crc.update(seed, 0, seed.length);
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void putLong(byte[] target, int at, long value) {
        for (int i = 0; i < Long.BYTES; i++) target[at + i] = (byte) (value >>> (8 * i));
    }
}
