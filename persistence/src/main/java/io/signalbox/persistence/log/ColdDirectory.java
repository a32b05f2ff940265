package io.signalbox.persistence.log;

import java.util.Arrays;

/**
 * Where in a {@link ColdFile} addresses lie: one of each 64 KiB, and the first of each segment. Addresses and offsets rise. Not
 * changed any more once its file is read.
 */
final class ColdDirectory {
    private static final int BYTES_PER_ENTRY = 64 << 10;

    private long[] lsns = new long[8];
    private long[] offsets = new long[8];
    private int size;

    int size() {
        return size;
    }

    long lsn(int entry) {
        return lsns[entry];
    }

    long offset(int entry) {
        return offsets[entry];
    }

    void add(long lsn, long offset) {
        if (size == lsns.length) {
            lsns = Arrays.copyOf(lsns, size * 2);
            offsets = Arrays.copyOf(offsets, size * 2);
        }
        lsns[size] = lsn;
        offsets[size++] = offset;
    }

    /** Adds it if the last one lies far enough before. */
    void note(long lsn, long offset) {
        if (size == 0 || offset - offsets[size - 1] >= BYTES_PER_ENTRY) add(lsn, offset);
    }

    void trim() {
        lsns = Arrays.copyOf(lsns, size);
        offsets = Arrays.copyOf(offsets, size);
    }

    /** The last entry whose address is not higher; -1 = there is none. */
    int floor(long lsn) {
        int found = Arrays.binarySearch(lsns, 0, size, lsn);
        return found >= 0 ? found : -found - 2;
    }

    /** About where what lies from this address on begins. */
    long offsetFrom(long lsn, long end) {
        int found = Arrays.binarySearch(lsns, 0, size, lsn);
        int entry = found >= 0 ? found : -found - 1;
        return entry < size ? offsets[entry] : end;
    }
}
