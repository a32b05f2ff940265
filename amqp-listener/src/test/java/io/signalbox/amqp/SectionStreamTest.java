package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SectionStreamTest {

    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    private final SectionStream.Sink sink = new SectionStream.Sink() {
        @Override
        public void body() {}

        @Override
        public void payload(byte[] bytes, int from, int to) {
            payload.write(bytes, from, to - from);
        }
    };

    private SectionStream read(String hex) throws Refusal {
        byte[] bytes = Hex.bytes(hex);
        Random random = new Random(hex.hashCode());
        SectionStream whole = null;
        for (int round = 0; round < 20; round++) {
            payload.reset();
            whole = new SectionStream();
            for (int at = 0; at < bytes.length; ) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(8));
                whole.feed(bytes, at, to, sink);
                at = to;
            }
            whole.end();
            assertEquals(payload.size(), whole.payloadBytes());
        }
        return whole;
    }

    @Test
    void dataSectionsAreOnePayloadHoweverTheyAreCut() throws Exception {
        String hex = "005371 c10c 02 a307782d6f70742d62 5402 005373 c005 01 a1026d31 005375 a003 010203 005375 a000"
                + " 00 80 0000000000000075 b0 00000002 0405 005378 c10100";
        assertTrue(read(hex).isReadable());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, payload.toByteArray());
    }

    @Test
    void aTextIsAPayloadToo() throws Exception {
        SectionStream text = read("005374 c10100 005377 b1 00000003 616263");
        assertTrue(text.isReadable() && text.isText());
        assertArrayEquals("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII), payload.toByteArray());
    }

    @Test
    void aDescriptorMayBeASymbol() throws Exception {
        assertTrue(read("00 a3 10 616d71703a646174613a62696e617279 a0 01 07").isReadable());
        assertArrayEquals(new byte[] {7}, payload.toByteArray());
    }

    @Test
    void ofOtherValuesNoPayloadIsFound() throws Exception {
        for (String value :
                new String[] {"c0 03 01 5201", "00 5301 00 5302 a00107", "43", "81 0000000000000001", "56 01"})
            assertFalse(read("005377 " + value).isReadable(), value);
        assertFalse(read("005376 c0 03 01 5201 005376 45").isReadable());
        assertEquals(0, payload.size());
    }

    @Test
    void whatIsNoMessageIsRefused() {
        for (String hex : new String[] {
            "015375 a000", // no descriptor
            "005375 a000 005377 40", // two bodies
            "005378 c10100 005375 a000", // the footer first
            "005375 c10100", // data is binary
            "005375 a002 01", // cut off
            "005379 40", // unknown
            "005375", // without a value
            "000053 75 40", // a described descriptor
            "005377 30", // no such type
            "005378 c10d 02 a3087265736572766564 41", // a footer that must be understood
            "005377 " + "005301 ".repeat(40) + "40" // too deep
        }) {
            assertThrows(Refusal.class, () -> read(hex), hex);
        }
    }
}
