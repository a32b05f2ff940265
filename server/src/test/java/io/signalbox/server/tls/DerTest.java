package io.signalbox.server.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DerTest {

    private static String hex(byte[] value) {
        return HexFormat.of().formatHex(value);
    }

    @Test
    void integersAreAsShortAsTheirSignAllows() {
        assertEquals("020100", hex(Der.integer(BigInteger.ZERO)));
        assertEquals("02017f", hex(Der.integer(BigInteger.valueOf(127))));
        assertEquals("02020080", hex(Der.integer(BigInteger.valueOf(128))));
    }

    @Test
    void objectIdentifiersAreBase128() {
        assertEquals("06082a8648ce3d040302", hex(Der.objectIdentifier("1.2.840.10045.4.3.2")));
        assertEquals("0603551d11", hex(Der.objectIdentifier("2.5.29.17")));
        assertEquals("06022a00", hex(Der.objectIdentifier("1.2.0")));
        assertEquals("06032a8100", hex(Der.objectIdentifier("1.2.128")));
    }

    @Test
    void lengthsTakeTheShortestForm() {
        assertEquals("047f", hex(Der.octetString(new byte[0x7F])).substring(0, 4));
        assertEquals("048180", hex(Der.octetString(new byte[0x80])).substring(0, 6));
        assertEquals("0481ff", hex(Der.octetString(new byte[0xFF])).substring(0, 6));
        assertEquals("04820100", hex(Der.octetString(new byte[0x100])).substring(0, 8));
        assertEquals("0483010000", hex(Der.octetString(new byte[0x10000])).substring(0, 10));
    }

    @Test
    void timesChangeTheirFormIn2050() {
        assertArrayEquals(ascii(0x17, "491231235959Z"), Der.time(Instant.parse("2049-12-31T23:59:59Z")));
        assertArrayEquals(ascii(0x18, "20500101000000Z"), Der.time(Instant.parse("2050-01-01T00:00:00Z")));
    }

    private static byte[] ascii(int tag, String text) {
        byte[] value = new byte[text.length() + 2];
        value[0] = (byte) tag;
        value[1] = (byte) text.length();
        for (int i = 0; i < text.length(); i++) value[i + 2] = (byte) text.charAt(i);
        return value;
    }

    @Test
    void taggedValuesNestInEachOther() {
        assertEquals("3000", hex(Der.sequence()));
        assertEquals("30060101ff020105", hex(Der.sequence(Der.isTrue(), Der.integer(BigInteger.valueOf(5)))));
        assertEquals("a003020102", hex(Der.explicit(0, Der.integer(BigInteger.TWO))));
        assertEquals("82026162", hex(Der.implicit(2, new byte[] {'a', 'b'})));
        assertEquals("03020780", hex(Der.firstBit()));
        assertEquals("03020001", hex(Der.bitString(new byte[] {1})));
    }
}
