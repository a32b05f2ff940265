package io.signalbox.broker.retained;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.MessageFormats;
import java.nio.ByteBuffer;

/**
 * A retained message as its table keeps it: layout, durability, marks, format and priority in a byte each, the times
 * of publishing and expiry, then the body as its publisher wrote it. Stateless.
 */
final class RetainedValue {

    private static final byte LAYOUT = 1;
    private static final int FORMAT_AT = 3;
    private static final int EXPIRY_AT = 13;
    private static final int HEADER_BYTES = 21;

    private RetainedValue() {}

    static int bytesFor(Message message) {
        return HEADER_BYTES + message.body().size();
    }

    static byte[] encode(Message message) {
        Envelope envelope = message.envelope();
        Body.Inline body = message.content();
        return ByteBuffer.allocate(bytesFor(message))
                .put(LAYOUT)
                .put((byte) (envelope.durable() ? 1 : 0))
                .put(envelope.marks())
                .put(message.format().id())
                .put((byte) envelope.priority())
                .putLong(envelope.publishedAtMillis())
                .putLong(envelope.expiresAtMillis())
                .put(body.bytes(), body.from(), body.size())
                .array();
    }

    static boolean isExpiredAt(byte[] value, long nowMillis) {
        return nowMillis >= ByteBuffer.wrap(value).getLong(EXPIRY_AT);
    }

    /** Whether this process can read it. */
    static void check(byte[] value, MessageFormats formats) {
        if (value.length < HEADER_BYTES || value[0] != LAYOUT) {
            throw new IllegalStateException("a retained message is stored in layout " + value[0]);
        }
        format(value[FORMAT_AT], formats);
    }

    private static MessageFormat format(byte id, MessageFormats formats) {
        return formats.byId(id)
                .orElseThrow(() -> new IllegalStateException(
                        "a retained message is stored in format " + id + ", which no listener reads"));
    }

    /** The message; its body is a part of {@code value}, which is not copied. */
    static Message decode(String topic, byte[] value, MessageFormats formats) {
        ByteBuffer in = ByteBuffer.wrap(value, 1, HEADER_BYTES - 1);
        boolean durable = in.get() != 0;
        byte marks = in.get();
        MessageFormat format = format(in.get(), formats);
        int priority = in.get();
        long publishedAt = in.getLong();
        long expiresAt = in.getLong();
        Envelope envelope = new Envelope(topic, durable, priority, expiresAt, publishedAt, marks);
        return new Message(envelope, format, new Body.Inline(value, HEADER_BYTES, value.length));
    }
}
