package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.List;

/**
 * What has come of one incoming delivery. It is kept in pieces, so that a peer which never ends it holds little more than it
 * has sent. Confined to the connection's event loop.
 */
final class DeliveryAssembly {

    private static final int FIRST_PIECE_BYTES = 256;
    private static final int LARGEST_PIECE_BYTES = 256 << 10;

    private final List<byte[]> full = new ArrayList<>(1);
    private byte[] piece;
    private int pieceSize;
    private int size;

    DeliveryAssembly(int expectedBytes) {
        this.piece = new byte[Math.max(FIRST_PIECE_BYTES, expectedBytes)];
    }

    void append(byte[] payload, int from, int length) {
        int fits = Math.min(length, piece.length - pieceSize);
        System.arraycopy(payload, from, piece, pieceSize, fits);
        pieceSize += fits;
        size += fits;
        int rest = length - fits;
        if (rest == 0) return;
        full.add(piece);
        piece = new byte[Math.max(rest, Math.min(LARGEST_PIECE_BYTES, size))];
        pieceSize = 0;
        append(payload, from + fits, rest);
    }

    /** All that has come, in an array whose first {@link #size} bytes it is. */
    byte[] bytes() {
        if (full.isEmpty()) return piece;
        byte[] whole = new byte[size];
        int at = 0;
        for (byte[] earlier : full) {
            System.arraycopy(earlier, 0, whole, at, earlier.length);
            at += earlier.length;
        }
        System.arraycopy(piece, 0, whole, at, pieceSize);
        return whole;
    }

    int size() {
        return size;
    }
}
