package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.signalbox.testkit.Clause;
import java.time.Duration;
import java.util.Random;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypeWalkTest {

    @Clause({"AMQP-1.2-1", "AMQP-1.6.24-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "40",
                "41",
                "5641",
                "43",
                "5207",
                "70 00000001",
                "83 0000000000000001",
                "94 00000000000000000000000000000000",
                "a0 02 0102",
                "b1 00000002 6162",
                "a3 01 61",
                "45",
                "c0 04 02 52 01 40",
                "d0 00000006 00000002 43 44",
                "c1 05 02 a1 01 61 40",
                "00 53 70 45",
                "00 a3 03 61 3a 62 c0 02 01 40",
                "e0 05 02 a1 01 61 00",
                "e0 04 02 52 01 02",
                "f0 00000008 00000003 52 010203",
                "e0 07 01 00 53 10 c0 01 00",
            })
    void aWholeValueIsWalkedToItsEnd(String hex) throws Refusal {
        byte[] bytes = Hex.bytes(hex);
        assertEquals(bytes.length, TypeWalk.skip(bytes, 0, bytes.length));
    }

    @Clause({"AMQP-1.6.23-1", "AMQP-1.6.24-1", "AMQP-2.8.15-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00 53",
                "00 53 70",
                "52",
                "70 000000",
                "a0",
                "a0 05 01",
                "b0 ffffffff 00",
                "b0 7fffffff 00",
                "c0 01",
                "c0 00 00",
                "c0 02 ff 40",
                "c0 03 01 40 40",
                "c1 02 01 40",
                "d0 ffffffff 00000000",
                "d0 00000004 ffffffff",
                "d0 00000008 7fffffff 40 40 40 40",
                "e0 03 02 40",
                "e0 02 ff 52",
                "f0 00000005 ffffffff 40",
                "f0 00000005 7fffffff 40",
                "f0 00000005 00000101 45",
                "57 00",
                "46",
                "ff",
                "10 00",
            })
    void whatDoesNotAddUpIsADecodeError(String hex) {
        byte[] bytes = Hex.bytes(hex);
        Refusal refusal = assertThrows(Refusal.class, () -> TypeWalk.skip(bytes, 0, bytes.length));
        assertEquals(AmqpError.DECODE_ERROR, refusal.condition());
    }

    @Test
    void nestingWithoutEndIsRefusedAtItsDepth() {
        byte[] descriptors = new byte[1 << 20];
        assertThrows(Refusal.class, () -> TypeWalk.skip(descriptors, 0, descriptors.length));

        int levels = 1000;
        byte[] lists = new byte[9 * levels];
        for (int i = 0; i < levels; i++) {
            int left = lists.length - 9 * i - 5;
            lists[9 * i] = (byte) 0xd0;
            java.nio.ByteBuffer.wrap(lists).putInt(9 * i + 1, left).putInt(9 * i + 5, i == levels - 1 ? 0 : 1);
        }
        Refusal refusal = assertThrows(Refusal.class, () -> TypeWalk.skip(lists, 0, lists.length));
        assertEquals("a value nests deeper than 32 levels", refusal.sentence());
    }

    @Test
    void arraysOfDescribedElementsNestToTheSameDepth() {
        byte[] bytes = new byte[200];
        bytes[0] = (byte) 0xe0;
        bytes[1] = (byte) 198;
        bytes[2] = 1; // then zeros: "described by a value that is described by ..."
        assertThrows(Refusal.class, () -> TypeWalk.skip(bytes, 0, bytes.length));
    }

    @Test
    void anyBytesEndInTimeAndNeverOutsideTheirRange() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 200_000; i++) {
                byte[] bytes = new byte[random.nextInt(64)];
                random.nextBytes(bytes);
                try {
                    int end = TypeWalk.skip(bytes, 0, bytes.length);
                    if (end > bytes.length) throw new AssertionError("walked past the end, seed " + seed);
                } catch (Refusal expected) {
                    assertEquals(AmqpError.DECODE_ERROR, expected.condition());
                } catch (RuntimeException e) {
                    throw new AssertionError(Hex.text(bytes) + ", seed " + seed, e);
                }
            }
        });
    }

    @Test
    void whatTheWalkLetsThroughTheCodecEitherReadsOrRefuses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] codes = Hex.bytes("00 40 41 43 44 45 52 53 56 70 80 83 a0 a1 a3 b1 c0 c1 d0 d1 e0 f0 10 14 24 70 73");
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(24)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = random.nextInt(3) == 0 ? (byte) random.nextInt(8) : codes[random.nextInt(codes.length)];
            }
            try {
                int end = TypeWalk.skip(bytes, 0, bytes.length);
                PerformativeCodec.ofThread().decode(bytes, 0, end);
            } catch (Refusal expected) {
                assertEquals(AmqpError.DECODE_ERROR, expected.condition());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(Hex.text(bytes) + ", seed " + seed, e);
            }
        }
    }
}
