package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * LSNs in the order in which they were added, each as the difference to the one before, in units of the log's alignment and 7
 * bits a byte: 1 to 2 bytes each as a rule. The number before a difference that is negative is 1, and others are one more than
 * they are; 0 is the LSN 0, of an entry that is only in memory. Every 128th has its position noted, so that one in the middle
 * is found by reading few. Confined to the queue.
 */
class LsnCode {

    /** Heap without bytes and marks, in bytes. */
    private static final int FIXED_HEAP_BYTES = 56 + 16;

    /** Enqueue records begin at multiples of 2 to the power of this in a log on disk. */
    private static final int ALIGNED_SHIFT = 5;

    private static final int MOST_BYTES = 11;
    private static final int IN_MEMORY = 0;
    private static final int BACKWARDS = 1;
    private static final int MARK_SHIFT = 7;
    private static final int[] NO_MARKS = {};
    private static final long[] NO_LSNS = {};

    private byte[] bytes = new byte[MOST_BYTES + 6];
    private int used;
    private char size;
    private long last;

    /** What the first difference is to. */
    private long base;

    private boolean rises = true;

    /** What the differences are divided by, as a power of 2. */
    private byte shift = ALIGNED_SHIFT;

    /** Where the code of the first after each run of 128 begins, and what the last LSN before it is. */
    private int[] markAt = NO_MARKS;

    private long[] markLsn = NO_LSNS;

    int size() {
        return size;
    }

    void add(long lsn) {
        if (lsn != 0 && lsn == last) throw new IllegalArgumentException("LSN " + lsn + " comes twice in a row");
        if ((lsn & (1L << shift) - 1) != 0) useSmallerUnit();
        if (size > 0 && (size & (1 << MARK_SHIFT) - 1) == 0) mark();
        if (bytes.length - used < MOST_BYTES) bytes = Arrays.copyOf(bytes, used + (used >> 2) + MOST_BYTES);
        size++;
        if (lsn == 0) {
            bytes[used++] = IN_MEMORY;
            return;
        }
        long units = (lsn - last) >> shift;
        last = lsn;
        rises &= units > 0;
        if (units < 0) bytes[used++] = BACKWARDS;
        write(units < 0 ? -units : units + 1);
    }

    private void write(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[used++] = (byte) rest;
    }

    private void mark() {
        int marks = (size >> MARK_SHIFT) - 1;
        if (marks == markAt.length) {
            markAt = Arrays.copyOf(markAt, marks + 4);
            markLsn = Arrays.copyOf(markLsn, marks + 4);
        }
        markAt[marks] = used;
        markLsn[marks] = last;
    }

    /** Codes all again for a log whose records begin anywhere. */
    private void useSmallerUnit() {
        Walk walk = new Walk(0);
        LsnCode fine = new LsnCode();
        fine.shift = 0;
        fine.base = base;
        fine.last = base;
        for (int i = 0; i < size; i++) fine.add(walk.next());
        become(fine);
    }

    /** Has from now on what the other had, which is not used any more. */
    void become(LsnCode other) {
        bytes = other.bytes;
        used = other.used;
        size = other.size;
        last = other.last;
        base = other.base;
        rises = other.rises;
        shift = other.shift;
        markAt = other.markAt;
        markLsn = other.markLsn;
    }

    /** The LSN that was added last; 0 if there was none. */
    long last() {
        return last;
    }

    /** Whether each that is in the log is higher than those before. */
    boolean rises() {
        return rises;
    }

    /** Begins again; keeps little memory. */
    void clear() {
        if (bytes.length > 4 * MOST_BYTES) bytes = new byte[MOST_BYTES + 6];
        markAt = NO_MARKS;
        markLsn = NO_LSNS;
        used = 0;
        size = 0;
        base = last;
        rises = true;
    }

    /** Gives back what it does not need: nothing is added any more. */
    void trim() {
        bytes = Arrays.copyOf(bytes, used);
        int marks = size == 0 ? 0 : (size - 1) >> MARK_SHIFT;
        markAt = Arrays.copyOf(markAt, marks);
        markLsn = Arrays.copyOf(markLsn, marks);
    }

    /** The LSN that was added after {@code index} others. */
    long get(int index) {
        Walk walk = new Walk(index >> MARK_SHIFT);
        long lsn = walk.next();
        for (int i = index & (1 << MARK_SHIFT) - 1; i > 0; i--) lsn = walk.next();
        return lsn;
    }

    /** How many were added before this one; negative if it is not there. Only if each is higher than the one before. */
    int find(long lsn) {
        int run = Arrays.binarySearch(markLsn, 0, size == 0 ? 0 : (size - 1) >> MARK_SHIFT, lsn);
        run = run < 0 ? -run - 1 : run; // a mark has the last LSN of the run before it
        Walk walk = new Walk(run);
        for (int i = run << MARK_SHIFT; i < size; i++) {
            long found = walk.next();
            if (found >= lsn) return found == lsn ? i : -1;
        }
        return -1;
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(shift);
        out.writeShort(size);
        out.writeLong(base);
        out.writeInt(used);
        out.write(bytes, 0, used);
    }

    /**
     * Begins with what was written.
     *
     * @param most LSNs that there may be
     */
    void readCode(DataInputStream in, int most) throws IOException {
        shift = in.readByte();
        int count = in.readUnsignedShort();
        base = in.readLong();
        int length = in.readInt();
        boolean sane =
                shift >= 0 && shift <= ALIGNED_SHIFT && count <= most && length >= 0 && length <= count * MOST_BYTES;
        if (!sane) throw new IOException("a code of LSNs is out of bounds");
        bytes = in.readNBytes(length);
        markAgain(count);
        if (used != length) throw new IOException("a code of LSNs is not as long as it says");
    }

    /** Notes positions as if all had been added just now. */
    private void markAgain(int count) throws IOException {
        Walk walk = walk();
        last = base;
        try {
            for (; size < count; size++) {
                if (size > 0 && (size & (1 << MARK_SHIFT) - 1) == 0) mark();
                rises &= walk.next() == 0 || walk.lsn > last;
                used = walk.at;
                last = walk.lsn;
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IOException("a code of LSNs ends too early", e);
        }
    }

    int heapBytes() {
        return FIXED_HEAP_BYTES + bytes.length + (markAt.length == 0 ? 0 : 32 + 12 * markAt.length);
    }

    /** From the first one on. */
    Walk walk() {
        return new Walk(0);
    }

    /** One LSN after the other; nothing is added meanwhile. */
    final class Walk {
        private int at;
        private long lsn;

        private Walk(int run) {
            at = run == 0 ? 0 : markAt[run - 1];
            lsn = run == 0 ? base : markLsn[run - 1];
        }

        long next() {
            long value = number();
            if (value == IN_MEMORY) return 0;
            lsn += (value == BACKWARDS ? -number() : value - 1) << shift;
            return lsn;
        }

        private long number() {
            long value = 0;
            int read;
            int bits = 0;
            do {
                read = bytes[at++];
                value |= (long) (read & 0x7F) << bits;
                bits += 7;
            } while (read < 0);
            return value;
        }
    }
}
