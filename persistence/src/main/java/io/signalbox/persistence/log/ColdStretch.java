package io.signalbox.persistence.log;

import java.util.Arrays;

/** Where the records of one stretch of a {@link ColdFile} lie, from one entry of its directory to the next. Immutable. */
final class ColdStretch {
    /** Lies in no file. */
    static final ColdStretch NONE = new Builder(-1).build(-1);

    private final long from;
    private final long to;

    /** Whether its frames follow one another to its end. */
    private final boolean whole;

    private final long[] lsns;

    /** Of the frames, from the beginning of the stretch, in bytes. */
    private final int[] offsets;

    private final int[] lengths;

    private ColdStretch(long from, long to, boolean whole, long[] lsns, int[] offsets, int[] lengths) {
        this.from = from;
        this.to = to;
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

    int size() {
        return lsns.length;
    }

    long lsn(int index) {
        return lsns[index];
    }

    /** The index of the first record with this address or a higher one; the size if there is none. */
    int ceiling(long lsn) {
        int found = indexOf(lsn);
        return found >= 0 ? found : -found - 1;
    }

    /** Whether no record lies before this address. */
    boolean isBeginning(long lsn) {
        return ceiling(lsn) == 0;
    }

    /** Where something lies before a frame, or the end, that is none; -1 if nothing does. */
    long gapBefore(int index) {
        long expected = index == 0 ? from : from + offsets[index - 1] + ColdFile.bytesOf(lengths[index - 1]);
        long found = index == lsns.length ? to : from + offsets[index];
        return found == expected ? -1 : expected;
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
                    to,
                    gapless && end == to,
                    Arrays.copyOf(lsns, size),
                    Arrays.copyOf(offsets, size),
                    Arrays.copyOf(lengths, size));
        }
    }
}
