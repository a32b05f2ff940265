package io.signalbox.amqp;

/**
 * Arithmetic on the 32-bit sequence numbers of AMQP 1.0 §2.8.10 (RFC 1982): transfer ids, delivery ids, delivery counts.
 * They wrap, so order is only defined for numbers less than 2^31 apart. Pure functions.
 */
final class SerialNumber {

    private SerialNumber() {}

    /** How far {@code later} is ahead of {@code earlier}; negative if it is behind. */
    static int distance(int earlier, int later) {
        return later - earlier;
    }

    static boolean isBefore(int one, int other) {
        return one - other < 0;
    }

    /** The number as AMQP writes it: 0 to 2^32-1. */
    static long toUnsigned(int number) {
        return Integer.toUnsignedLong(number);
    }
}
