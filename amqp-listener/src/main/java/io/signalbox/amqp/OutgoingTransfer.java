package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.broker.LargeReader;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.queue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * One delivery on its way out, cut into as many transfer frames as the peer's frame size asks for (AMQP 1.0 §2.6.14). The
 * performative is written by hand: it is the one that every message needs. Confined to the connection's event loop.
 */
final class OutgoingTransfer {

    private static final int TRANSFER = 0x14;
    private static final int NULL = 0x40;
    private static final int TRUE = 0x41;
    private static final int FALSE = 0x42;
    private static final int UINT_0 = 0x43;

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
     * Writes the performative of the next frame and decides which piece of the body goes with it.
     *
     * @param roomBytes what is left of the peer's frame size
     */
    void writePerformative(ByteBuf out, int roomBytes) {
        int start = out.writerIndex();
        out.writeMedium(0x0053_00 | TRANSFER).writeByte(0xc0).writeByte(0).writeByte(6);
        writeUint(out, link.handle());
        writeUint(out, deliveryId);
        if (begun) {
            out.writeByte(NULL).writeByte(NULL); // delivery-tag and message-format come once
        } else {
            out.writeByte(0xa0).writeByte(4).writeInt(deliveryId).writeByte(UINT_0);
        }
        out.writeByte(delivery.isSettled() ? TRUE : FALSE);
        int morePosition = out.writerIndex();
        out.writeByte(FALSE);
        out.setByte(start + 4, out.writerIndex() - start - 5);

        int section = begun ? 0 : headerSection.length;
        int room = roomBytes - (out.writerIndex() - start) - section;
        if (sentBytes < body.size()) {
            pieceFrom = body.from() + (int) sentBytes;
            pieceBytes = Math.min(room, body.size() - (int) sentBytes);
        } else {
            takeRead(room);
        }
        sentBytes += pieceBytes;
        if (sentBytes < totalBytes) out.setByte(morePosition, TRUE);
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

    /** Writes the header section where this frame is the first. */
    void writeHeaderSection(ByteBuf out) {
        if (begun) return;
        begun = true;
        out.writeBytes(headerSection);
    }

    private static void writeUint(ByteBuf out, int value) {
        if (value == 0) out.writeByte(UINT_0);
        else if (value > 0 && value < 256) out.writeByte(0x52).writeByte(value);
        else out.writeByte(0x70).writeInt(value);
    }
}
