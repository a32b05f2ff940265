package io.signalbox.persistence;

import io.signalbox.persistence.log.LogStore;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A piece of the log in memory, moved along as addresses are asked for. Confined to the thread that made it. */
final class LogWindow {
    /** Answer of {@link #find}: the segment ends before. */
    static final int MISSING = -1;

    /** Enough for a start where there is little to recover. */
    private static final int FIRST_BYTES = 256 << 10;

    /** How many of what is asked for are to fit: else much would be read twice. */
    private static final int SEVERAL = 4;

    private final LogStore store;
    private final int usualBytes;
    private ByteBuffer bytes;
    private long from;
    private int count;

    /** @param usualBytes no more is read at once, but what is asked for */
    LogWindow(LogStore store, int usualBytes) {
        this.store = store;
        this.usualBytes = usualBytes;
        bytes = ByteBuffer.allocate(Math.min(usualBytes, FIRST_BYTES));
    }

    /** Forgets what was read: the log may have been written since. */
    void clear() {
        count = 0;
    }

    /** The index in {@link #bytes} of the address {@code lsn}, with {@code needed} bytes from there, or {@link #MISSING}. */
    int find(long lsn, int needed) throws IOException {
        return find(lsn, needed, Integer.MAX_VALUE);
    }

    /** @param useful as much is read, if something has to be: what lies behind will not be asked for soon */
    int find(long lsn, int needed, int useful) throws IOException {
        if (lsn >= from && lsn + needed <= from + count) return (int) (lsn - from);
        int wanted = Math.max(needed, (int) Math.min(usualBytes, (long) SEVERAL * needed));
        if (wanted > bytes.capacity()) bytes = ByteBuffer.allocate(wanted);
        from = lsn;
        count = 0; // should the read fail
        count = store.read(lsn, bytes.clear().limit(Math.min(bytes.capacity(), Math.max(needed, useful))));
        bytes.clear();
        return count >= needed ? 0 : MISSING;
    }

    /** Valid until the next {@link #find}. */
    ByteBuffer bytes() {
        return bytes;
    }
}
