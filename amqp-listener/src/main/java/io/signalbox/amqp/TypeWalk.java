package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Walks over encoded AMQP values without building them (AMQP 1.0 §1.2), to prove that a codec may: every size and count
 * lies within the bytes that are there, nothing nests deeper than {@link #MAX_DEPTH}, nothing promises elements that it
 * does not pay for in bytes. Costs a step per encoded value and no memory. Pure functions; the answer to a violation is
 * {@code amqp:decode-error}.
 */
final class TypeWalk {

    /** Levels of described, compound and array types in each other. Real messages have three or four. */
    static final int MAX_DEPTH = 32;

    /** Elements of zero width, such as null, in one array: they take no bytes, so the size does not bound them. */
    static final int MAX_ZERO_WIDTH_ELEMENTS = 256;

    private static final int DESCRIBED = 0x00;
    private static final int LIST8 = 0xc0;
    private static final int MAP8 = 0xc1;
    private static final int LIST32 = 0xd0;
    private static final int MAP32 = 0xd1;
    private static final int ARRAY8 = 0xe0;
    private static final int ARRAY32 = 0xf0;

    /** The constructors that AMQP 1.0 §1.6 defines, a bit each. */
    private static final long[] KNOWN = new long[4];

    static {
        int[] codes = {
            0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x60, 0x61, 0x70, 0x71, 0x72,
            0x73, 0x74, 0x80, 0x81, 0x82, 0x83, 0x84, 0x94, 0x98, 0xa0, 0xa1, 0xa3, 0xb0, 0xb1, 0xb3, LIST8, MAP8,
            LIST32, MAP32, ARRAY8, ARRAY32
        };
        for (int code : codes) KNOWN[code >>> 6] |= 1L << (code & 63);
    }

    private TypeWalk() {}

    /**
     * Walks one value.
     *
     * @param from index of its constructor
     * @param to index after the last byte it may use
     * @return index after the value
     * @throws Refusal amqp:decode-error, of the connection, if the bytes are not one whole, well-formed value
     */
    static int skip(byte[] bytes, int from, int to) throws Refusal {
        return skipValue(bytes, from, to, 0);
    }

    private static int skipValue(byte[] bytes, int from, int to, int depth) throws Refusal {
        int at = from;
        int code = byteAt(bytes, at++, to);
        if (code == DESCRIBED) {
            int descriptorEnd = skipValue(bytes, at, to, deeper(depth));
            return skipValue(bytes, descriptorEnd, to, deeper(depth));
        }
        return skipBody(bytes, code, at, to, depth);
    }

    /** Skips a value whose constructor is already read. */
    private static int skipBody(byte[] bytes, int code, int from, int to, int depth) throws Refusal {
        if ((KNOWN[code >>> 6] & (1L << (code & 63))) == 0) {
            throw malformed("0x" + Integer.toHexString(code) + " is not the constructor of an AMQP type");
        }
        return switch (code >>> 4) {
            case 0x4 -> from;
            case 0x5 -> advance(from, 1, to);
            case 0x6 -> advance(from, 2, to);
            case 0x7 -> advance(from, 4, to);
            case 0x8 -> advance(from, 8, to);
            case 0x9 -> advance(from, 16, to);
            case 0xa -> advance(from + 1, byteAt(bytes, from, to), to);
            case 0xb -> advance(from + 4, intAt(bytes, from, to), to);
            case 0xc, 0xd -> skipCompound(bytes, code, from, to, deeper(depth));
            default -> skipArray(bytes, code, from, to, deeper(depth));
        };
    }

    private static int skipCompound(byte[] bytes, int code, int from, int to, int depth) throws Refusal {
        int width = code >>> 4 == 0xc ? 1 : 4;
        int end = advance(from + width, sizeAt(bytes, width, from, to), to);
        int count = sizeAt(bytes, width, from + width, end);
        int at = from + 2 * width;
        if (count < 0 || count > end - at) {
            throw malformed(Integer.toUnsignedLong(count) + " elements do not fit in the " + (end - at)
                    + " bytes of their list");
        }
        if ((code & 0x0f) == 1 && (count & 1) != 0) throw malformed("a map has an odd number of elements");
        for (int i = 0; i < count; i++) at = skipValue(bytes, at, end, depth);
        if (at != end) throw malformed("a list or map is followed by " + (end - at) + " bytes within its own size");
        return end;
    }

    private static int skipArray(byte[] bytes, int code, int from, int to, int depth) throws Refusal {
        int width = code >>> 4 == 0xe ? 1 : 4;
        int end = advance(from + width, sizeAt(bytes, width, from, to), to);
        int count = sizeAt(bytes, width, from + width, end);
        int at = from + 2 * width;
        int level = depth;
        int element = byteAt(bytes, at++, end);
        while (element == DESCRIBED) {
            level = deeper(level);
            at = skipValue(bytes, at, end, level);
            element = byteAt(bytes, at++, end);
        }
        int most = element >>> 4 == 0x4 ? MAX_ZERO_WIDTH_ELEMENTS : end - at;
        if (count < 0 || count > most) {
            throw malformed(Integer.toUnsignedLong(count) + " elements do not fit in the " + (end - at)
                    + " bytes of their array");
        }
        for (int i = 0; i < count; i++) at = skipBody(bytes, element, at, end, level);
        if (at != end) throw malformed("an array is followed by " + (end - at) + " bytes within its own size");
        return end;
    }

    private static int deeper(int depth) throws Refusal {
        if (depth == MAX_DEPTH) throw malformed("a value nests deeper than " + MAX_DEPTH + " levels");
        return depth + 1;
    }

    private static int advance(int from, int size, int to) throws Refusal {
        if (size < 0 || size > to - from) {
            throw malformed("a value of " + Integer.toUnsignedLong(size) + " bytes ends after the "
                    + Math.max(0, to - from) + " that are there");
        }
        return from + size;
    }

    private static int sizeAt(byte[] bytes, int width, int at, int to) throws Refusal {
        return width == 1 ? byteAt(bytes, at, to) : intAt(bytes, at, to);
    }

    private static int byteAt(byte[] bytes, int at, int to) throws Refusal {
        if (at >= to) throw malformed("a value is cut off");
        return bytes[at] & 0xff;
    }

    private static int intAt(byte[] bytes, int at, int to) throws Refusal {
        if (to - at < 4) throw malformed("a value is cut off");
        return BigEndian.intAt(bytes, at);
    }

    private static Refusal malformed(String sentence) {
        return Refusal.ofConnection(AmqpError.DECODE_ERROR, sentence);
    }
}
