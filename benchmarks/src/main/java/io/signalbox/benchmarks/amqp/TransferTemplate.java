package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.benchmarks.load.Stamp;
import java.util.Optional;

/** A transfer with its message, encoded once; only delivery-id, tag and stamp change (AMQP 1.0 §2.7.5, §3.2). Immutable. */
final class TransferTemplate {

    private static final int FRAME_HEAD_BYTES = 8;
    private static final int DELIVERY_ID_AT = FRAME_HEAD_BYTES + 3 + 3 + 5 + 1;
    private static final int TAG_AT = DELIVERY_ID_AT + 4 + 2;

    private final byte[] frame;
    private final int stampAt;

    private TransferTemplate(byte[] frame, int stampAt) {
        this.frame = frame;
        this.stampAt = stampAt;
    }

    static TransferTemplate of(int handle, DeliveryKind kind, Optional<String> replyTo, int bodyBytes) {
        if (bodyBytes < Stamp.BYTES) throw new IllegalArgumentException("a body needs " + Stamp.BYTES + " bytes");
        ByteBuf out = Unpooled.buffer();
        out.writeInt(0).writeByte(2).writeByte(AmqpWriter.AMQP_FRAME).writeShort(0);
        out.writeByte(0x00).writeByte(0x53).writeByte(AmqpCode.TRANSFER);
        out.writeByte(0xc0).writeByte(1 + 5 + 5 + 6 + 1 + 1).writeByte(5); // a short list: size, five fields
        out.writeByte(0x70).writeInt(handle);
        out.writeByte(0x70).writeInt(0); // delivery-id
        out.writeByte(0xa0).writeByte(4).writeInt(0); // delivery-tag
        out.writeByte(0x43); // message-format
        out.writeByte(kind == DeliveryKind.SETTLED ? 0x41 : 0x42);
        AmqpWriter sections = new AmqpWriter(out);
        if (kind == DeliveryKind.DURABLE)
            sections.list(AmqpCode.HEADER).bool(true).endList();
        // §3.2.4: message-id, user-id, to, subject, reply-to
        replyTo.ifPresent(address -> sections.list(AmqpCode.PROPERTIES)
                .ulong(1)
                .nothing()
                .nothing()
                .nothing()
                .string(address)
                .endList());
        out.writeByte(0x00).writeByte(0x53).writeByte(AmqpCode.DATA);
        out.writeByte(0xb0).writeInt(bodyBytes);
        int stampAt = out.writerIndex();
        out.writeZero(bodyBytes);
        out.setInt(0, out.writerIndex());
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return new TransferTemplate(bytes, stampAt);
    }

    int bytes() {
        return frame.length;
    }

    void write(ByteBuf out, int deliveryId, int source, long sequence, long intendedNanos) {
        int at = out.writerIndex();
        out.writeBytes(frame);
        out.setInt(at + DELIVERY_ID_AT, deliveryId);
        out.setInt(at + TAG_AT, deliveryId);
        int stamp = at + stampAt;
        out.setInt(stamp + Stamp.SOURCE_AT, source);
        out.setLong(stamp + Stamp.SEQUENCE_AT, sequence);
        out.setLong(stamp + Stamp.INTENDED_AT, intendedNanos);
    }
}
