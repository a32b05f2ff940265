package io.signalbox.persistence.log;

import java.util.Arrays;

/** Where the records of one stretch of a {@link ColdFile} lie, from one entry of its directory to the next. Immutable. */
final class ColdStretch {
    private final long from;

    /** Whether its frames follow one another to its end. */
    private final boolean whole;

    private final long[] lsns;

    /** Of the frames, from the beginning of the stretch, in bytes. */
    private final int[] offsets;

    private final int[] lengths;

    private ColdStretch(long from, boolean whole, long[] lsns, int[] offsets, int[] lengths) {
        this.from = from;
        this.whole = whole;
        this.lsns = lsns;
        this.offsets = offsets;
        this.lengths = lengths;
    }

    long from() {
        return from;
    }

    boolean isWhole() {
        return whole;
    }

    /** Negative if this address is not here. */
    int indexOf(long lsn) {
        return Arrays.binarySearch(lsns, lsn);
    }

    long recordOffset(int index) {
        return from + offsets[index] + ColdFile.FRAME_BYTES;
    }

    int recordLength(int index) {
        return lengths[index];
    }

    /** Takes the frames in their order. */
    static final class Builder {
        private final long from;
        private long[] lsns = new long[64];
        private int[] offsets = new int[64];
        private int[] lengths = new int[64];
        private int size;
        private long end;
        private boolean gapless = true;

        Builder(long from) {
            this.from = from;
            end = from;
        }

        void add(long lsn, long offset, int length) {
            if (size == lsns.length) {
                lsns = Arrays.copyOf(lsns, size * 2);
                offsets = Arrays.copyOf(offsets, size * 2);
                lengths = Arrays.copyOf(lengths, size * 2);
            }
            gapless &= offset == end;
            end = offset + ColdFile.bytesOf(length);
            lsns[size] = lsn;
            offsets[size] = (int) (offset - from);
            lengths[size++] = length;
        }

        /** @param to where the next stretch begins */
        ColdStretch build(long to) {
            return new ColdStretch(
                    from,
                    gapless && end == to,
                    Arrays.copyOf(lsns, size),
                    Arrays.copyOf(offsets, size),
                    Arrays.copyOf(lengths, size));
        }
    }
}
