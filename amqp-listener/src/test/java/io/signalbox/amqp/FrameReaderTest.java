package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

    private static final String SASL_HEADER = "414d5150 03010000";
    private static final String AMQP_HEADER = "414d5150 00010000";

    /** Writes down what it is handed; expects a second protocol header after a frame of type SASL on channel 9. */
    private static final class Transcript implements FrameReader.Sink {
        private final List<String> lines = new ArrayList<>();
        private final FrameReader reader;

        Transcript(FrameReader reader) {
            this.reader = reader;
        }

        @Override
        public void onProtocolHeader(long header) {
            lines.add("header " + Long.toHexString(header));
        }

        @Override
        public void onFrame(int type, int channel, byte[] bytes, int from, int to) {
            lines.add("frame " + type + " " + channel + " " + Hex.text(Arrays.copyOfRange(bytes, from, to)));
            if (type == FrameReader.TYPE_SASL && channel == 9) reader.expectProtocolHeader();
        }
    }

    private final FrameReader reader = new FrameReader(512);
    private final Transcript transcript = new Transcript(reader);

    private void feed(String hex) throws Refusal {
        reader.feed(Unpooled.wrappedBuffer(Hex.bytes(hex)), transcript);
    }

    @Clause({"AMQP-2.3.1-1", "AMQP-2.3.1-3"})
    @Test
    void pipelinedHeadersAndFramesAreCutHoweverTheyAreFragmented() throws Refusal {
        byte[] stream = Hex.bytes(SASL_HEADER
                + "0000000a 02010009 aabb"
                + AMQP_HEADER
                + "00000008 02000000"
                + "0000000c 03000102 00000000"
                + "0000000d 02000007 0102030405");
        List<String> expected = List.of(
                "header 414d515003010000",
                "frame 1 9 aabb",
                "header 414d515000010000",
                "frame 0 0 ",
                "frame 0 258 ",
                "frame 0 7 0102030405");
        for (int chunk = 1; chunk <= stream.length; chunk++) {
            FrameReader fresh = new FrameReader(512);
            Transcript written = new Transcript(fresh);
            for (int at = 0; at < stream.length; at += chunk) {
                fresh.feed(Unpooled.wrappedBuffer(stream, at, Math.min(chunk, stream.length - at)), written);
            }
            assertEquals(expected, written.lines, "in pieces of " + chunk);
        }
    }

    @Test
    void randomFragmentsOfALargeFrameComeOutWhole() throws Refusal {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] stream = new byte[8 + 100_000 + 8];
        random.nextBytes(stream);
        System.arraycopy(Hex.bytes(AMQP_HEADER), 0, stream, 0, 8);
        java.nio.ByteBuffer.wrap(stream).putInt(8, 100_000).putInt(12, 0x02000001);
        java.nio.ByteBuffer.wrap(stream).putInt(100_008, 8).putInt(100_012, 0x02000002);
        FrameReader large = new FrameReader(100_000);
        Transcript written = new Transcript(large);
        for (int at = 0; at < stream.length; ) {
            int piece = Math.min(1 + random.nextInt(9000), stream.length - at);
            large.feed(Unpooled.wrappedBuffer(stream, at, piece), written);
            at += piece;
        }
        assertEquals(
                List.of(
                        "header 414d515000010000",
                        "frame 0 1 " + Hex.text(Arrays.copyOfRange(stream, 16, 100_008)),
                        "frame 0 2 "),
                written.lines,
                "seed " + seed);
    }

    @Clause({"AMQP-2.3.1-1", "AMQP-2.3.1-2", "AMQP-2.8.16-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000201 02000000",
                "ffffffff 02000000",
                "00000007 02000000",
                "00000000 02000000",
                "00000008 01000000",
                "00000008 00000000",
                "0000000c 04000000 00000000",
                "00000008 ff000000",
                "00000008 02020000",
            })
    void aFrameThatBreaksItsOwnHeaderIsAFramingError(String frame) throws Refusal {
        feed(AMQP_HEADER);
        Refusal refusal = assertThrows(Refusal.class, () -> feed(frame));
        assertEquals(ConnectionError.FRAMING_ERROR, refusal.condition());
    }

    @Test
    void aLargerLimitHoldsFromTheNextFrameOn() throws Refusal {
        feed(AMQP_HEADER);
        reader.limitFrames(1024);
        feed("00000201 02000000" + "00".repeat(505));
        assertEquals(2, transcript.lines.size());
    }
}
