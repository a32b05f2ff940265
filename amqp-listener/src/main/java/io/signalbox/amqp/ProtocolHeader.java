package io.signalbox.amqp;

/** The eight bytes that open each protocol layer (AMQP 1.0 §2.2, §5.3.2): {@code AMQP}, an id, the version. */
final class ProtocolHeader {

    /** Plain AMQP 1.0. */
    static final long AMQP = 0x414d_5150_0001_0000L;

    /** AMQP 1.0 inside a SASL layer. */
    static final long SASL = 0x414d_5150_0301_0000L;

    /** The first two bytes of a TLS connection: a handshake record of version 3 (RFC 8446 §5.1). */
    private static final int TLS_HANDSHAKE = 0x1603;

    private static final int AMQP_LETTERS = 0x414d_5150;

    private ProtocolHeader() {}

    /** Whether a peer that began with {@code header} wants to speak TLS, on a port without it. */
    static boolean isTls(long header) {
        return header >>> 48 == TLS_HANDSHAKE;
    }

    /** Whether a peer that began with {@code header} speaks some AMQP. */
    static boolean isAmqp(long header) {
        return (int) (header >>> 32) == AMQP_LETTERS;
    }

    /** What a peer that began with {@code header} seems to speak: for the sentence in the log. */
    static String describe(long header) {
        if (isTls(header)) return "TLS, which is served on the port amqp.tls-port, not on this one";
        if (!isAmqp(header)) {
            return "bytes that are not AMQP (0x" + Long.toHexString(header) + ")";
        }
        int id = (int) (header >>> 24) & 0xff;
        int major = (int) (header >>> 16) & 0xff;
        int minor = (int) (header >>> 8) & 0xff;
        int revision = (int) header & 0xff;
        if (id <= 1 && major == 0 && minor == 9) return "AMQP 0-9-1, of which this listener speaks only 1.0";
        if (id == 1 && major == 0) return "AMQP 0-" + minor + ", of which this listener speaks only 1.0";
        return "AMQP protocol " + id + " version " + major + "." + minor + "." + revision;
    }
}
