package io.signalbox.amqp;

/** The eight bytes that open each protocol layer (AMQP 1.0 §2.2, §5.3.2): {@code AMQP}, an id, the version. */
final class ProtocolHeader {

    /** Plain AMQP 1.0. */
    static final long AMQP = 0x414d_5150_0001_0000L;

    /** AMQP 1.0 inside a SASL layer. */
    static final long SASL = 0x414d_5150_0301_0000L;

    private static final int AMQP_LETTERS = 0x414d_5150;

    private ProtocolHeader() {}

    /** What a peer that began with {@code header} seems to speak: for the sentence in the log. */
    static String describe(long header) {
        if ((int) (header >>> 32) != AMQP_LETTERS) {
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
