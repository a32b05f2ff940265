package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.Transfer;

/**
 * One incoming delivery whose transfer frames are still coming (AMQP 1.0 §2.6.14). It is kept in pieces, so that a peer which
 * never ends it holds little more than it has sent, up to the link's max-message-size. Confined to the connection's event loop.
 */
final class DeliveryAssembly {

    private static final int FIRST_PIECE_BYTES = 256;
    private static final int LARGEST_PIECE_BYTES = 256 << 10;

    private final int deliveryId;
    private final long maxMessageBytes;
    private boolean settled;
    private final List<byte[]> full = new ArrayList<>(1);
    private byte[] piece;
    private int pieceSize;
    private int size;

    DeliveryAssembly(int deliveryId, long maxMessageBytes, int expectedBytes) {
        this.deliveryId = deliveryId;
        this.maxMessageBytes = maxMessageBytes;
        this.piece = new byte[Math.max(FIRST_PIECE_BYTES, expectedBytes)];
    }

    /** Adds a frame's payload. */
    void add(Transfer transfer, byte[] payload, int from, int to) throws Refusal {
        // AMQP 1.0 §2.7.5: on continuation frames the id may be left out, but must not differ
        if (transfer.getDeliveryId() != null && transfer.getDeliveryId().intValue() != deliveryId) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "a delivery was begun before the one under way was complete");
        }
        // AMQP 1.0 §2.7.5: "if the settled flag is set on any transfer, the delivery is settled"
        if (Boolean.TRUE.equals(transfer.getSettled())) settled = true;
        int more = to - from;
        if (more > maxMessageBytes - size) {
            throw Refusal.ofLink(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "a message is larger than the " + maxMessageBytes + " bytes agreed");
        }
        append(payload, from, more);
    }

    private void append(byte[] payload, int from, int length) {
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

    int deliveryId() {
        return deliveryId;
    }

    boolean isSettled() {
        return settled;
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
