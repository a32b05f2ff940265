package io.signalbox.conformance.large;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * So many bytes that only a seed and their number are known of: written and compared piece by piece. Immutable.
 *
 * @param seed what they are made of
 * @param bytes how many there are
 */
record LargeContent(long seed, long bytes) {

    static final int PIECE_BYTES = 64 << 10;

    private static final LongConsumer UNWATCHED = at -> {};

    /** Fills the array with what begins at a multiple of {@link #PIECE_BYTES}. */
    private void fill(byte[] piece, long at) {
        new Random(seed * 31 + at).nextBytes(piece);
    }

    void write(OutputStream out) throws IOException {
        write(out, bytes, UNWATCHED);
    }

    /**
     * Writes the beginning.
     *
     * @param upTo how much of it
     * @param watcher told after each piece how many bytes have been written
     */
    void write(OutputStream out, long upTo, LongConsumer watcher) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (long at = 0; at < upTo; at += PIECE_BYTES) {
            fill(piece, at);
            out.write(piece, 0, (int) Math.min(PIECE_BYTES, upTo - at));
            watcher.accept(Math.min(upTo, at + PIECE_BYTES));
        }
    }

    void check(InputStream in) throws IOException {
        check(in, UNWATCHED);
    }

    /** Reads as much, which must be this. */
    void check(InputStream in, LongConsumer watcher) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (long at = 0; at < bytes; at += PIECE_BYTES) {
            int length = (int) Math.min(PIECE_BYTES, bytes - at);
            fill(piece, at);
            byte[] read = in.readNBytes(length);
            if (read.length < length) throw new AssertionError("it ends after " + (at + read.length) + " bytes");
            for (int i = 0; i < length; i++) {
                if (read[i] != piece[i]) throw new AssertionError("byte " + (at + i) + " is another");
            }
            watcher.accept(at + length);
        }
    }
}
