package io.signalbox.amqp;

import io.signalbox.broker.message.Envelope;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.jspecify.annotations.Nullable;

/**
 * The header section of a message (AMQP 1.0 §3.2.1), the one part of it that a broker may change. Immutable.
 *
 * @param priority 0 to 9; larger wire values count as 9 ({@link Envelope} knows ten)
 * @param ttlMillis how long the message may still wait; {@link #NO_TTL} = for ever
 * @param deliveryCount deliveries before this one that failed
 */
record MessageHeader(boolean durable, int priority, long ttlMillis, boolean firstAcquirer, long deliveryCount) {

    static final long NO_TTL = -1;

    /** AMQP 1.0 §3.2.1: what holds for a message without a header. */
    static final MessageHeader DEFAULT = new MessageHeader(false, Envelope.DEFAULT_PRIORITY, NO_TTL, false, 0);

    private static final int MAX_SECTION_BYTES = 22;
    private static final long MAX_TTL_MILLIS = 0xffff_ffffL;

    /** Encoded once: those of messages that have no priority, do not expire, and have not failed. */
    private static final byte[][] USUAL = {
        usual(false, false).encoded(), usual(false, true).encoded(),
        usual(true, false).encoded(), usual(true, true).encoded()
    };

    private static MessageHeader usual(boolean durable, boolean firstAcquirer) {
        return new MessageHeader(durable, Envelope.DEFAULT_PRIORITY, NO_TTL, firstAcquirer, 0);
    }

    /** The section that is encoded here; null if only the codec can read it. */
    static @Nullable MessageHeader read(byte[] bytes, int from, int to) {
        if (!PlainFields.areDescribed(bytes, from, to, AmqpMessages.HEADER)) return null;
        PlainFields fields = new PlainFields(bytes, from + 3);
        boolean durable = fields.bool();
        int priority = fields.ubyte(Envelope.DEFAULT_PRIORITY);
        long ttlMillis = fields.uint(NO_TTL);
        boolean firstAcquirer = fields.bool();
        fields.uint(0); // deliveries are counted anew here
        return fields.areRead() ? arrived(durable, priority, ttlMillis, firstAcquirer) : null;
    }

    /** As the codec has read it. */
    static MessageHeader of(Header section) {
        return arrived(
                Boolean.TRUE.equals(section.getDurable()), // absent = false (AMQP 1.0 §3.2.1)
                section.getPriority() == null
                        ? Envelope.DEFAULT_PRIORITY
                        : section.getPriority().intValue(),
                section.getTtl() == null ? NO_TTL : section.getTtl().longValue(),
                Boolean.TRUE.equals(section.getFirstAcquirer()));
    }

    private static MessageHeader arrived(boolean durable, int priority, long ttlMillis, boolean firstAcquirer) {
        return new MessageHeader(durable, Math.min(9, priority), ttlMillis, firstAcquirer, 0);
    }

    /** The encoded section; the array is not to be changed. */
    byte[] encode() {
        if (!isUsual()) return encoded();
        return USUAL[(durable ? 2 : 0) + (firstAcquirer ? 1 : 0)];
    }

    private boolean isUsual() {
        return priority == Envelope.DEFAULT_PRIORITY && ttlMillis == NO_TTL && deliveryCount == 0;
    }

    private byte[] encoded() {
        byte[] bytes = new byte[MAX_SECTION_BYTES];
        bytes[1] = 0x53; // described by a small ulong
        bytes[2] = AmqpMessages.HEADER;
        bytes[3] = (byte) 0xc0; // list8; its size follows when it is known
        bytes[5] = 5;
        int at = 6;
        bytes[at++] = (byte) (durable ? 0x41 : 0x42);
        if (priority == Envelope.DEFAULT_PRIORITY) {
            bytes[at++] = 0x40;
        } else {
            bytes[at++] = 0x50;
            bytes[at++] = (byte) priority;
        }
        if (ttlMillis == NO_TTL) bytes[at++] = 0x40;
        else at = putUint(bytes, at, Math.min(ttlMillis, MAX_TTL_MILLIS));
        bytes[at++] = (byte) (firstAcquirer ? 0x41 : 0x42);
        at = putUint(bytes, at, deliveryCount);
        bytes[4] = (byte) (at - 5);
        return Arrays.copyOf(bytes, at);
    }

    private static int putUint(byte[] bytes, int from, long value) {
        int at = from;
        if (value == 0) {
            bytes[at++] = 0x43;
        } else if (value < 256) {
            bytes[at++] = 0x52;
            bytes[at++] = (byte) value;
        } else {
            bytes[at++] = 0x70;
            for (int shift = 24; shift >= 0; shift -= 8) bytes[at++] = (byte) (value >>> shift);
        }
        return at;
    }
}
