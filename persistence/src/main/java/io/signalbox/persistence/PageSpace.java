package io.signalbox.persistence;

import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which blocks of the page file are used. A page has blocks one after the other; its handle is the number of the first above 16 bits
 * for how many there are. Those that were given back are used again before the file grows, and those at its end are cut off.
 * Thread-safe: a lock that is held for some tens of nanoseconds, or for a look at {@link #MOST_HOLES} holes.
 */
final class PageSpace {

    static final int BLOCK_BYTES = 512;

    private static final int COUNT_BITS = 16;
    private static final int MOST_BLOCKS = (1 << COUNT_BITS) - 1;

    /** Looked at, that are too small, before the file grows. */
    private static final int MOST_HOLES = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final BitSet used = new BitSet();

    /** Where the next hole is looked for. */
    private int cursor;

    /** The first block after all that are used. */
    private volatile int end;

    static int blocks(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    /** Where a page lies in the file, in bytes. */
    static long position(long handle) {
        return (handle >>> COUNT_BITS) * BLOCK_BYTES;
    }

    /** As many bytes its blocks have. */
    static int capacity(long handle) {
        return (int) (handle & MOST_BLOCKS) * BLOCK_BYTES;
    }

    /** Takes blocks for so many bytes; 0 if no page is so large. */
    long claim(long bytes) {
        int count = blocks(bytes);
        if (count == 0 || count > MOST_BLOCKS) return 0;
        lock.lock();
        try {
            int first = find(count);
            used.set(first, first + count);
            end = Math.max(end, first + count);
            return (long) first << COUNT_BITS | count;
        } finally {
            lock.unlock();
        }
    }

    private int find(int count) {
        int from = used.nextClearBit(cursor >= end ? 0 : cursor);
        for (int holes = 0; from < end && holes < MOST_HOLES; holes++) {
            int to = used.nextSetBit(from);
            if (to - from >= count) {
                cursor = from + count;
                return from;
            }
            from = used.nextClearBit(to);
        }
        cursor = from;
        return end;
    }

    /** Gives back the blocks of a page; whether there are fewer at the end now. */
    boolean free(long handle) {
        int first = (int) (handle >>> COUNT_BITS);
        int count = (int) (handle & MOST_BLOCKS);
        lock.lock();
        try {
            if (used.nextClearBit(first) < first + count) {
                throw new IllegalStateException("page " + handle + " is given back twice");
            }
            used.clear(first, first + count);
            boolean last = first + count == end;
            if (last) end = used.length();
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** As long as the file need be, in bytes. */
    long bytes() {
        return (long) end * BLOCK_BYTES;
    }
}
