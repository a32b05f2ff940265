package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.queue.Delivery;

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
    private int deliveryId;
    private boolean numbered;
    private boolean begun;
    private int sentBytes;
    private int pieceFrom;
    private int pieceBytes;

    OutgoingTransfer(OutgoingLink link, Delivery delivery, MessageHeader header, Body.Inline body) {
        this.link = link;
        this.delivery = delivery;
        this.headerSection = header.encode();
        this.body = body;
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

    Body.Inline body() {
        return body;
    }

    /** Whether all of the body has been handed to the writer. */
    boolean isComplete() {
        return begun && sentBytes == body.size();
    }

    /** The piece of the body that belongs to the frame whose performative was written last. */
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
        pieceFrom = body.from() + sentBytes;
        pieceBytes = Math.min(room, body.size() - sentBytes);
        sentBytes += pieceBytes;
        if (sentBytes < body.size()) out.setByte(morePosition, TRUE);
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
