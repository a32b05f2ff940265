package io.signalbox.amqp;

import io.signalbox.broker.LargeReader;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.queue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * One delivery on its way out, cut into as many transfer frames as the peer's frame size asks for (AMQP 1.0 §2.6.14). The
 * performative is written by hand: it is the one that every message needs. Confined to the connection's event loop.
 */
final class OutgoingTransfer {

    /** What {@link #writeHead} takes at most. */
    static final int MOST_HEAD_BYTES = 64;

    private static final byte TRANSFER = 0x14;
    private static final byte NULL = 0x40;
    private static final byte TRUE = 0x41;
    private static final byte FALSE = 0x42;
    private static final byte UINT_0 = 0x43;

    private final OutgoingLink link;
    private final Delivery delivery;
    private final byte[] headerSection;
    private final Body.Inline body;
    private final @Nullable LargeReader reader;
    private final long totalBytes;
    private byte[] piece;
    private int deliveryId;
    private boolean numbered;
    private boolean begun;
    private boolean closed;
    private long sentBytes;
    private int readFrom;
    private int pieceFrom;
    private int pieceBytes;

    /** @param reader of what does not lie in memory; null if all does */
    OutgoingTransfer(
            OutgoingLink link,
            Delivery delivery,
            MessageHeader header,
            OutgoingBody body,
            @Nullable LargeReader reader) {
        this.link = link;
        this.delivery = delivery;
        this.headerSection = header.encode();
        this.body = body.inMemory();
        this.piece = this.body.bytes();
        this.totalBytes = body.size();
        this.reader = reader;
    }

    OutgoingLink link() {
        return link;
    }

    Delivery delivery() {
        return delivery;
    }

    /** Whether it has its delivery-id, because its first frame leaves. */
    boolean isNumbered() {
        return numbered;
    }

    void number(int id) {
        deliveryId = id;
        numbered = true;
    }

    boolean isLarge() {
        return reader != null;
    }

    /** Whether all of the body has been handed to the writer. */
    boolean isComplete() {
        return begun && sentBytes == totalBytes;
    }

    /** Whether the bytes of the next frame are in memory. */
    boolean isReady() {
        return reader == null || sentBytes < body.size() || reader.piece() != null;
    }

    /** No frame of it follows: its message is needed no more. */
    void close() {
        if (closed) return;
        closed = true;
        if (reader != null) reader.close();
        delivery.message().release();
    }

    /** The array in which lies what belongs to the frame whose performative was written last. */
    byte[] piece() {
        return piece;
    }

    /** The place there. */
    int pieceFrom() {
        return pieceFrom;
    }

    int pieceBytes() {
        return pieceBytes;
    }

    /**
     * Writes what the next frame has before its piece of the body, and decides which that is.
     *
     * @param head gets the performative, and behind it the header section if it is the first frame
     * @param roomBytes what is left of the peer's frame size
     * @return the index after them
     */
    int writeHead(byte[] head, int from, int roomBytes) {
        int at = from;
        head[at++] = 0;
        head[at++] = 0x53;
        head[at++] = TRANSFER;
        head[at++] = (byte) 0xc0;
        int sizeAt = at++;
        head[at++] = 6;
        at = putUint(head, at, link.handle());
        at = putUint(head, at, deliveryId);
        if (begun) {
            head[at++] = NULL; // delivery-tag and message-format come once
            head[at++] = NULL;
        } else {
            head[at++] = (byte) 0xa0;
            head[at++] = 4;
            at = BigEndian.putInt(head, at, deliveryId);
            head[at++] = UINT_0;
        }
        head[at++] = delivery.isSettled() ? TRUE : FALSE;
        int moreAt = at++;
        head[sizeAt] = (byte) (at - sizeAt - 1);
        if (!begun) {
            System.arraycopy(headerSection, 0, head, at, headerSection.length);
            at += headerSection.length;
        }
        begun = true;
        takePiece(roomBytes - (at - from));
        head[moreAt] = sentBytes < totalBytes ? TRUE : FALSE;
        return at;
    }

    private void takePiece(int room) {
        if (sentBytes < body.size()) {
            pieceFrom = body.from() + (int) sentBytes;
            pieceBytes = Math.min(room, body.size() - (int) sentBytes);
        } else {
            takeRead(room);
        }
        sentBytes += pieceBytes;
    }

    private void takeRead(int room) {
        byte[] read = reader == null ? null : reader.piece();
        pieceFrom = readFrom;
        pieceBytes = read == null ? 0 : Math.min(room, read.length - readFrom);
        if (reader == null || read == null) return;
        piece = read;
        readFrom += pieceBytes;
        if (readFrom < read.length) return;
        readFrom = 0;
        reader.taken();
    }

    private static int putUint(byte[] head, int from, int value) {
        int at = from;
        if (value == 0) {
            head[at++] = UINT_0;
        } else if (value > 0 && value < 256) {
            head[at++] = 0x52;
            head[at++] = (byte) value;
        } else {
            head[at++] = 0x70;
            at = BigEndian.putInt(head, at, value);
        }
        return at;
    }
}
