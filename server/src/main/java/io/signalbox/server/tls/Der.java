package io.signalbox.server.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/**
 * Writes the few ASN.1 values that a certificate is made of, in their distinguished encoding (X.690 §10, §11). Each method
 * gives one whole value: tag, length, content. Stateless.
 */
final class Der {

    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;

    private static final byte TRUE = (byte) 0xFF; // X.690 §11.1

    private static final DateTimeFormatter UTC_TIME_FORMAT = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'");
    private static final DateTimeFormatter GENERALIZED_TIME_FORMAT = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");

    private Der() {}

    static byte[] sequence(byte[]... values) {
        return value(SEQUENCE, values);
    }

    /** The boolean true: false is never written where it is the default. */
    static byte[] isTrue() {
        return value(BOOLEAN, new byte[] {TRUE});
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    /** A bit string of whole octets. */
    static byte[] bitString(byte[] octets) {
        return value(BIT_STRING, new byte[] {0}, octets);
    }

    /** A list of named bits, of which only the first is set (X.690 §11.2.2: no trailing zeros). */
    static byte[] firstBit() {
        return value(BIT_STRING, new byte[] {7, (byte) 0x80});
    }

    static byte[] octetString(byte[] octets) {
        return value(OCTET_STRING, octets);
    }

    /** An object identifier in its dotted form, as in {@code 1.2.840.10045.4.3.2} (X.690 §8.19). */
    static byte[] objectIdentifier(String dotted) {
        long[] arcs =
                Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        writeArc(content, arcs[0] * 40 + arcs[1]);
        for (int i = 2; i < arcs.length; i++) writeArc(content, arcs[i]);
        return value(OBJECT_IDENTIFIER, content.toByteArray());
    }

    private static void writeArc(ByteArrayOutputStream content, long arc) {
        int groups = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(arc) + 6) / 7);
        for (int i = groups - 1; i > 0; i--) content.write(((int) (arc >>> (7 * i)) & 0x7F) | 0x80);
        content.write((int) arc & 0x7F);
    }

    /** A point in time to the second; two digits for the year until 2049 (RFC 5280 §4.1.2.5). */
    static byte[] time(Instant instant) {
        ZonedDateTime utc = instant.atZone(ZoneOffset.UTC);
        boolean isShort = utc.getYear() < 2050;
        String text = utc.format(isShort ? UTC_TIME_FORMAT : GENERALIZED_TIME_FORMAT);
        return value(isShort ? UTC_TIME : GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A value whose type the context names by a number, in place of its own tag (IMPLICIT). */
    static byte[] implicit(int number, byte[] content) {
        return value(CONTEXT | number, content);
    }

    /** A value inside a tag that the context gives it (EXPLICIT). */
    static byte[] explicit(int number, byte[] value) {
        return value(CONTEXT | CONSTRUCTED | number, value);
    }

    private static byte[] value(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) length += content.length;
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        writeLength(out, length);
        for (byte[] content : contents) out.writeBytes(content);
        return out.toByteArray();
    }

    /** X.690 §10.1: the shortest form there is. */
    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 0x80) {
            out.write(length);
            return;
        }
        int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        out.write(0x80 | octets);
        for (int i = octets - 1; i >= 0; i--) out.write(length >>> (8 * i));
    }
}
