package io.signalbox.broker.queue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * How far the log was at what time: what an entry's age is, to a fiftieth and a second, without remembering anything of it. The
 * marks lie the further apart the older they are, so there are some hundreds of them. Written by one thread, read by any.
 */
public final class LogTimes {

    private static final long STEP_MILLIS = 1000;

    /** Marks lie apart by no more than their age divided by this. */
    private static final int PARTS = 64;

    /** Both rise. Immutable. */
    private static final class Marks {
        final long[] lsns;
        final long[] millis;

        Marks(long[] lsns, long[] millis) {
            this.lsns = lsns;
            this.millis = millis;
        }

        int size() {
            return lsns.length;
        }
    }

    private volatile Marks marks = new Marks(new long[0], new long[0]);
    private volatile long longestMillis;

    /** Ages up to this one are asked for, in milliseconds; 0, as in the beginning, if none is, and then nothing is noted. */
    public void keepFor(long millis) {
        longestMillis = Math.max(longestMillis, millis);
    }

    public boolean isAsked() {
        return longestMillis > 0;
    }

    /**
     * Notes that all below this LSN have come in by now. What was noted for a time that is still to come is forgotten: the clock
     * was wrong then, or is now.
     */
    public void note(long nowMillis, long lsn) {
        Marks old = marks;
        int past = old.size();
        while (past > 0 && old.millis[past - 1] > nowMillis) past--;
        boolean isNew = past == 0 || (old.lsns[past - 1] < lsn && nowMillis - old.millis[past - 1] >= STEP_MILLIS);
        if (!isNew && past == old.size()) return;
        long[] lsns = Arrays.copyOf(old.lsns, past + 1);
        long[] millis = Arrays.copyOf(old.millis, past + 1);
        int kept = 0;
        for (int i = 0; i < past; i++) {
            boolean isLast = i == past - 1;
            if (!isLast && millis[i + 1] <= nowMillis - longestMillis) continue; // older than anybody asks
            long apart = Math.max(STEP_MILLIS, (nowMillis - millis[i]) / PARTS);
            if (!isLast && kept > 0 && millis[i + 1] - millis[kept - 1] <= apart) continue;
            lsns[kept] = lsns[i];
            millis[kept++] = millis[i];
        }
        if (isNew) {
            lsns[kept] = lsn;
            millis[kept++] = nowMillis;
        }
        marks = new Marks(Arrays.copyOf(lsns, kept), Arrays.copyOf(millis, kept));
    }

    /** All below this LSN had come in at that time; 0 if that is not known of any. */
    long lsnAt(long millis) {
        Marks known = marks;
        int index = Arrays.binarySearch(known.millis, millis);
        int before = index >= 0 ? index : -index - 2;
        return before < 0 ? 0 : known.lsns[before];
    }

    /** The first time at which an entry is known to have come in; {@link Long#MAX_VALUE} if there is none yet. */
    long timeOf(long lsn) {
        Marks known = marks;
        int index = Arrays.binarySearch(known.lsns, lsn + 1);
        int after = index >= 0 ? index : -index - 1;
        return after == known.size() ? Long.MAX_VALUE : known.millis[after];
    }

    /** All that is noted, for {@link #restore}. */
    public byte[] encode() {
        Marks known = marks;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(8 + 16 * known.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(1);
            for (int i = 0; i < known.size(); i++) {
                out.writeLong(known.lsns[i]);
                out.writeLong(known.millis[i]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no stream in memory fails
        }
        return bytes.toByteArray();
    }

    /** Begins with what an earlier life noted. */
    public void restore(byte[] encoded) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            int version = in.readByte();
            if (version != 1) throw new IllegalStateException("the times of the log have version " + version);
            int size = in.available() / 16;
            long[] lsns = new long[size];
            long[] millis = new long[size];
            for (int i = 0; i < size; i++) {
                lsns[i] = in.readLong();
                millis[i] = in.readLong();
            }
            marks = new Marks(lsns, millis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int size() {
        return marks.size();
    }
}
