package io.signalbox.amqp;

import io.signalbox.broker.message.Envelope;
import java.util.Arrays;

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

    /** The encoded section. */
    byte[] encode() {
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
