package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

    private final CharsetDecoder reference = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    private static boolean accepts(byte[] bytes) {
        try {
            Utf8.check(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
            return true;
        } catch (Refusal refusal) {
            return false;
        }
    }

    /** What the platform decodes strictly, and no U+0000. */
    private boolean isWellFormed(byte[] bytes) {
        for (byte b : bytes) if (b == 0) return false;
        try {
            reference.decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private void check(byte... bytes) {
        assertEquals(isWellFormed(bytes), accepts(bytes), () -> Bytes.hex(bytes));
    }

    @Test
    void agreesWithThePlatformOnEveryPairOfBytes() {
        for (int first = 0; first < 256; first++) {
            check((byte) first);
            for (int second = 0; second < 256; second++) check((byte) first, (byte) second);
        }
    }

    @Clause({"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT3-1.5.3-1", "MQTT3-1.5.3-2"})
    @Test
    void agreesWithThePlatformOnSequencesOfFourBytes() {
        long seed = 20261124;
        Random random = new Random(seed);
        byte[] edges = Bytes.of("00 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 ed ef f0 f4 f5 ff");
        for (int i = 0; i < 400_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) bytes[at] = edges[random.nextInt(edges.length)];
            assertEquals(isWellFormed(bytes), accepts(bytes), () -> "seed " + seed + ": " + Bytes.hex(bytes));
        }
    }

    @Test
    void findsABadByteAtEveryPlaceOfALongString() {
        for (int at = 0; at < 40; at++) {
            for (byte bad : new byte[] {0, (byte) 0x80, (byte) 0xFF}) {
                byte[] bytes = "x".repeat(40).getBytes(StandardCharsets.US_ASCII);
                bytes[at] = bad;
                check(bytes);
            }
        }
    }
}
