package io.signalbox.persistence;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Pieces;
import java.nio.ByteBuffer;

/**
 * The end of an enqueue record with a large body: LSN (8) and bytes (4) of each piece, what another protocol finds in them as
 * the payload (8), and how many there are (4). Stateless.
 */
final class PieceTable {

    private static final int COUNT_BYTES = Integer.BYTES;
    private static final int FIXED_BYTES = Long.BYTES + COUNT_BYTES;

    private PieceTable() {}

    static int bytes(int pieces) {
        return FIXED_BYTES + pieces * Pieces.BYTES_PER_PIECE;
    }

    static void write(Body.Large body, ByteBuffer out) {
        Pieces pieces = body.pieces();
        for (int i = 0; i < pieces.count(); i++) out.putLong(pieces.lsn(i)).putInt(pieces.bytes(i));
        out.putLong(body.payloadBytes()).putInt(pieces.count());
    }

    /** Whether a table that ends there can be in a body of so many bytes, and no piece says a size that cannot be. */
    static boolean fits(ByteBuffer bytes, int end, int bodyBytes) {
        if (bodyBytes < FIXED_BYTES) return false;
        int count = count(bytes, end);
        if (count < 0 || FIXED_BYTES + (long) count * Pieces.BYTES_PER_PIECE > bodyBytes) return false;
        for (int i = 0; i < count; i++) {
            if (bytes.getInt(from(bytes, end) + i * Pieces.BYTES_PER_PIECE + Long.BYTES) < 1) return false;
        }
        return true;
    }

    private static int count(ByteBuffer bytes, int end) {
        return bytes.getInt(end - COUNT_BYTES);
    }

    /** Of a table that ends there. */
    static int bytes(ByteBuffer bytes, int end) {
        return bytes(count(bytes, end));
    }

    private static int from(ByteBuffer bytes, int end) {
        return end - bytes(bytes, end);
    }

    static long[] lsns(ByteBuffer bytes, int end) {
        long[] lsns = new long[count(bytes, end)];
        int from = from(bytes, end);
        for (int i = 0; i < lsns.length; i++) lsns[i] = bytes.getLong(from + i * Pieces.BYTES_PER_PIECE);
        return lsns;
    }

    static Body.Large read(ByteBuffer bytes, int end, Body.Inline head, Pieces.Hold hold) {
        int[] sizes = new int[count(bytes, end)];
        int from = from(bytes, end);
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = bytes.getInt(from + i * Pieces.BYTES_PER_PIECE + Long.BYTES);
        }
        Pieces pieces = new Pieces(lsns(bytes, end), sizes, hold);
        return new Body.Large(head, pieces, bytes.getLong(end - FIXED_BYTES));
    }
}
