package io.signalbox.persistence;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A batch in the making. Any thread claims a range, fills it and says so; the log thread closes the buffer, waits for the
 * stragglers and writes it. Four marks: pieces of large bodies
 * hear "full" at the first (¼), publishers at the next (¾), everybody at the third; what lies
 * between that and the capacity is only for one record that is too large for a buffer of usual size.
 */
final class AppendBuffer {
    /** Answer of {@link #claim}: no room, now. */
    static final int FULL = -1;

    /** Answer of {@link #claim}: another buffer is, or soon will be, the active one. */
    static final int CLOSED = -2;

    /** Who claims, and so up to which mark. */
    enum Share {
        /** A piece of a large body: what comes meanwhile waits for no more than a quarter of a buffer of these. */
        PIECE,
        PUBLISH,
        OTHER
    }

    /** A claimer was interrupted by the scheduler in the middle of a copy: rare, and soon over. */
    private static final long STRAGGLER_NANOS = 10_000;

    private static final long CLOSED_BIT = 1L << 62;

    private final ByteBuffer bytes;
    private final int publishMark;
    private final int usualMark;
    private final AtomicLong claimed = new AtomicLong();
    private final AtomicInteger filled = new AtomicInteger();
    private volatile boolean urgent;
    private long baseLsn;

    /**
     * @param bytes as large as the buffer is to be
     * @param usualBytes how much of it is for records of usual size
     */
    AppendBuffer(ByteBuffer bytes, int usualBytes) {
        this.bytes = bytes;
        this.usualMark = usualBytes;
        this.publishMark = largestPublish(usualBytes) + BatchHeader.BYTES;
    }

    /** The largest record with a message that a buffer of {@code usualBytes} takes when it is empty. */
    static int largestPublish(int usualBytes) {
        return (int) (usualBytes * 3L / 4) - BatchHeader.BYTES;
    }

    /** The largest record without a message that a buffer of {@code usualBytes} takes when it is empty. */
    static int largestOther(int usualBytes) {
        return usualBytes - BatchHeader.BYTES;
    }

    /** Empties the buffer and gives it its place in the log; nobody claims anything yet. The log thread, before it makes the buffer active. */
    AppendBuffer startAt(long lsn) {
        baseLsn = lsn;
        urgent = false;
        filled.set(BatchHeader.BYTES);
        claimed.set(BatchHeader.BYTES | CLOSED_BIT);
        return this;
    }

    /**
     * From here on ranges are claimed. The log thread, after it made the buffer active: whoever has had it in hand since the last time that
     * it was would else be in the log above what {@link LogState#givenLsn} takes for the end.
     */
    void open() {
        claimed.set(BatchHeader.BYTES);
    }

    /** The index of a range of {@code count} bytes that is now the caller's to fill, {@link #FULL} or {@link #CLOSED}. */
    int claim(long count, Share share) {
        while (true) {
            long index = claimed.get();
            if ((index & CLOSED_BIT) != 0) return CLOSED;
            if (index + count > mark(index, count, share)) return FULL;
            if (claimed.compareAndSet(index, index + count)) return (int) index;
        }
    }

    private int mark(long index, long count, Share share) {
        if (share == Share.PIECE) return usualMark / 4;
        int room = share == Share.PUBLISH ? largestPublish(usualMark) : largestOther(usualMark);
        // Room beyond the usual mark is kept for a large record until one has come; then the rest is for settlements.
        if (count > room) return bytes.capacity();
        if (share == Share.PUBLISH) return publishMark;
        return index > usualMark ? bytes.capacity() : usualMark;
    }

    /** A claimed range has been filled. */
    void filled(int count) {
        filled.addAndGet(count);
    }

    /** Somebody waits for this batch: it is not to be held back. */
    void hurry() {
        if (!urgent) urgent = true;
    }

    boolean isUrgent() {
        return urgent;
    }

    /** Whether nobody has claimed anything. */
    boolean isEmpty() {
        return used() == BatchHeader.BYTES;
    }

    /** Whether publishers have room again worth waking them for. */
    boolean isRoomy() {
        return used() <= publishMark / 2;
    }

    /** Bytes claimed, with the header. */
    int used() {
        return (int) (claimed.get() & ~CLOSED_BIT);
    }

    /** No claim succeeds from here on; the answer is what {@link #used} stays at. */
    int close() {
        return (int) (claimed.getAndUpdate(index -> index | CLOSED_BIT) & ~CLOSED_BIT);
    }

    /** Closes the buffer if nobody has claimed anything. */
    boolean closeIfEmpty() {
        return claimed.compareAndSet(BatchHeader.BYTES, BatchHeader.BYTES | CLOSED_BIT);
    }

    /** Waits until every claimed range is filled. The log thread, after it made another buffer active. */
    void awaitStragglers() {
        int used = used();
        for (int spins = 0; filled.get() != used; spins++) {
            if (spins < 1000) Thread.onSpinWait();
            else LockSupport.parkNanos(STRAGGLER_NANOS);
        }
    }

    ByteBuffer bytes() {
        return bytes;
    }

    long baseLsn() {
        return baseLsn;
    }

    boolean isLarge() {
        return bytes.capacity() > usualMark;
    }
}
