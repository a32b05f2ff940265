package io.signalbox.broker.message;

import java.util.Arrays;

/**
 * Where the rest of a large body lies in the log, in its order. Immutable, and safe for any thread.
 *
 * <p>The pieces stay in the log while a queue has an entry of their message, and while somebody holds them: whoever
 * goes on to read them after the entry may have ended has a hold of his own, and gives it back.
 */
public final class Pieces {

    /** What a piece costs in memory and in the enqueue record. */
    public static final int BYTES_PER_PIECE = Long.BYTES + Integer.BYTES;

    private final long[] lsns;
    private final int[] bytes;
    private final long totalBytes;
    private final Hold hold;

    /** Keeps the pieces of one body in the log. Thread-safe. */
    public interface Hold {

        /** Keeps them until {@link #release}; false if they were let go already. */
        boolean take();

        /** Gives back what was taken, once. */
        void release();
    }

    /**
     * @param lsns of each piece
     * @param bytes of each piece
     */
    public Pieces(long[] lsns, int[] bytes, Hold hold) {
        if (lsns.length != bytes.length) throw new IllegalArgumentException(lsns.length + " and " + bytes.length);
        this.lsns = lsns;
        this.bytes = bytes;
        this.hold = hold;
        totalBytes = Arrays.stream(bytes).asLongStream().sum();
    }

    public int count() {
        return lsns.length;
    }

    public long lsn(int index) {
        return lsns[index];
    }

    public int bytes(int index) {
        return bytes[index];
    }

    public long totalBytes() {
        return totalBytes;
    }

    int memoryBytes() {
        return lsns.length * BYTES_PER_PIECE;
    }

    public Hold hold() {
        return hold;
    }
}
