package io.signalbox.amqp;

/**
 * What goes into the core with a delivery and comes back with its outcome: delivery-id, size, whether the peer has settled or
 * will, and whether it is content when nobody is bound. Pure functions over a long.
 */
final class PublishToken {

    private static final long SETTLED = 1L << 31;
    private static final long CONTENT_UNMATCHED = 1L << 30;
    private static final long LEFT_TO_PEER = 1L << 29;
    private static final int MAX_BYTES = (1 << 29) - 1;

    private PublishToken() {}

    /** @param bytes below 512 MiB, which a message never has */
    static long of(int deliveryId, int bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) throw new IllegalArgumentException(bytes + " bytes in a delivery");
        return ((long) deliveryId << 32) | bytes;
    }

    static long settled(long token) {
        return token | SETTLED;
    }

    static long contentUnmatched(long token) {
        return token | CONTENT_UNMATCHED;
    }

    /** The peer settles once it knows the outcome: {@code rcv-settle-mode} second. */
    static long leftToPeer(long token) {
        return token | LEFT_TO_PEER;
    }

    static boolean isLeftToPeer(long token) {
        return (token & LEFT_TO_PEER) != 0;
    }

    static int deliveryId(long token) {
        return (int) (token >>> 32);
    }

    static int bytes(long token) {
        return (int) token & MAX_BYTES;
    }

    static boolean isSettled(long token) {
        return (token & SETTLED) != 0;
    }

    static boolean isContentUnmatched(long token) {
        return (token & CONTENT_UNMATCHED) != 0;
    }
}
