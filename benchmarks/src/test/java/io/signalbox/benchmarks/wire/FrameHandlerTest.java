package io.signalbox.benchmarks.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.signalbox.benchmarks.load.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameHandlerTest {

    private final Trouble trouble = new Trouble();

    /** Frames are a length of two bytes and so many bytes. */
    private static final class Frames extends FrameHandler {
        final List<Integer> sums = new ArrayList<>();
        final List<String> failures = new ArrayList<>();

        Frames(Trouble trouble) {
            super("test", trouble);
        }

        @Override
        protected int frameBytes(ByteBuf in) {
            return in.readableBytes() < 2 ? -1 : 2 + in.getUnsignedShort(in.readerIndex());
        }

        @Override
        protected void onFrame(ByteBuf in, int end) {
            int sum = 0;
            for (int i = in.readerIndex(); i < end; i++) sum += in.getByte(i);
            sums.add(sum);
        }

        @Override
        protected void onConnected() {}

        @Override
        protected void onFailure(String sentence) {
            failures.add(sentence);
        }

        @Override
        protected void onEndOfRead() {
            out(1).writeByte(sums.size());
        }
    }

    @Test
    void framesAreTheSameHoweverTheBytesAreCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ByteBuf bytes = Unpooled.buffer();
        List<Integer> sums = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] body = new byte[random.nextInt(2000)];
            random.nextBytes(body);
            int sum = (byte) (body.length >> 8) + (byte) body.length;
            for (byte one : body) sum += one;
            sums.add(sum);
            bytes.writeShort(body.length).writeBytes(body);
        }
        Frames frames = new Frames(trouble);
        EmbeddedChannel channel = new EmbeddedChannel(frames);
        while (bytes.isReadable()) {
            int cut = Math.min(bytes.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 3 : 5000));
            channel.writeInbound(bytes.readBytes(cut));
        }
        assertEquals(sums, frames.sums, "seed " + seed);
        assertTrue(trouble.first().isEmpty());
        channel.finishAndReleaseAll();
    }

    @Test
    void oneReadMakesOneWrite() {
        EmbeddedChannel channel = new EmbeddedChannel(new Frames(trouble));
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0, 0, 0}));
        ByteBuf written = channel.readOutbound();
        assertEquals(1, written.readableBytes());
        assertEquals(3, written.readByte());
        written.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void aConnectionThatEndsUnexpectedlyIsTrouble() {
        Frames frames = new Frames(trouble);
        EmbeddedChannel channel = new EmbeddedChannel(frames);
        channel.close();
        assertEquals("test: the broker closed the connection", trouble.first().orElse(""));
        assertEquals(List.of("test: the broker closed the connection"), frames.failures);
    }

    @Test
    void aConnectionThatWeCloseIsNone() {
        Frames frames = new Frames(trouble);
        EmbeddedChannel channel = new EmbeddedChannel(frames);
        frames.close();
        assertTrue(!channel.isOpen() && trouble.first().isEmpty());
    }
}
