package io.signalbox.amqp;

/**
 * Reads the fields of an encoded list one after the other, in the encodings that peers use for what comes with every message.
 * At another one, or a value that the field cannot have, it gives up: {@link PerformativeCodec} knows them all, and what to
 * answer. A field that is null or behind the end of the list is absent. Used once, by one thread.
 */
final class PlainFields {

    private static final int NULL = 0x40;

    private final byte[] bytes;
    private int at;
    private int left;

    /**
     * @param bytes in which {@link TypeWalk} has found the list to be well-formed
     * @param from index of its constructor
     */
    PlainFields(byte[] bytes, int from) {
        this.bytes = bytes;
        int constructor = bytes[from] & 0xff;
        switch (constructor) {
            case 0x45 -> left = 0;
            case 0xc0 -> {
                left = bytes[from + 2] & 0xff;
                at = from + 3;
            }
            case 0xd0 -> {
                left = BigEndian.intAt(bytes, from + 5);
                at = from + 9;
            }
            default -> giveUp();
        }
    }

    /** Whether the bytes are a value that is described by a small number, as all performatives and sections may be. */
    static boolean areDescribed(byte[] bytes, int from, int to, int descriptor) {
        return to - from > 3 && bytes[from] == 0 && bytes[from + 1] == 0x53 && (bytes[from + 2] & 0xff) == descriptor;
    }

    /** Whether all that was asked for is true; to be looked at when the last field has been read. */
    boolean areRead() {
        return left == 0;
    }

    private void giveUp() {
        left = -1;
    }

    /** The constructor of the next field if it is there, else that of null. */
    private int next() {
        if (left <= 0) return NULL;
        left--;
        return bytes[at++] & 0xff;
    }

    /** A number of 32 bits. */
    long uint(long absent) {
        switch (next()) {
            case NULL -> {
                return absent;
            }
            case 0x43 -> {
                return 0;
            }
            case 0x52 -> {
                return bytes[at++] & 0xff;
            }
            case 0x70 -> {
                at += 4;
                return Integer.toUnsignedLong(BigEndian.intAt(bytes, at - 4));
            }
            default -> {
                giveUp();
                return absent;
            }
        }
    }

    /** A number of 8 bits. */
    int ubyte(int absent) {
        int constructor = next();
        if (constructor == 0x50) return bytes[at++] & 0xff;
        if (constructor != NULL) giveUp();
        return absent;
    }

    /** False if it is absent. */
    boolean bool() {
        int constructor = next();
        if (constructor == 0x41) return true;
        if (constructor != 0x42 && constructor != NULL) giveUp();
        return false;
    }

    /** How many bytes a short binary has. */
    int binaryBytes(int absent) {
        int constructor = next();
        if (constructor == 0xa0) {
            int count = bytes[at++] & 0xff;
            at += count;
            return count;
        }
        if (constructor != NULL) giveUp();
        return absent;
    }

    /** A field that only the codec can read: it has to be absent. */
    void nothing() {
        if (next() != NULL) giveUp();
    }
}
