package io.signalbox.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 6455 §5 from the server's side. */
class WebSocketStreamTest {

    private static final String MASK = "00000000";

    private final EmbeddedChannel channel = new EmbeddedChannel(new WebSocketStream());

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void receive(String hex) {
        channel.writeInbound(Unpooled.copiedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", ""))));
    }

    private String read() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.append(ByteBufUtil.hexDump(next));
            next.release();
        }
        return all.toString();
    }

    private String sent() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(ByteBufUtil.hexDump(next));
            next.release();
        }
        return all.toString();
    }

    private static ByteBuf frame(int firstByte, byte[] content, int mask) {
        ByteBuf frame = Unpooled.buffer().writeByte(firstByte);
        if (content.length < 126) frame.writeByte(0x80 | content.length);
        else if (content.length < 1 << 16) frame.writeByte(0x80 | 126).writeShort(content.length);
        else frame.writeByte(0x80 | 127).writeLong(content.length);
        frame.writeInt(mask);
        for (int i = 0; i < content.length; i++) frame.writeByte(content[i] ^ mask >>> 24 - i % 4 * 8);
        return frame;
    }

    @Test
    void anyCutOfMaskedFramesGivesTheSameBytes() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ByteBuf wire = Unpooled.buffer();
            ByteBuf wanted = Unpooled.buffer();
            int frames = 1 + random.nextInt(5);
            for (int i = 0; i < frames; i++) {
                byte[] content =
                        new byte[random.nextInt(4) == 0 ? 60_000 + random.nextInt(10_000) : random.nextInt(200)];
                random.nextBytes(content);
                int opcode = i == 0 ? 0x02 : 0x00;
                wire.writeBytes(frame(i == frames - 1 ? 0x80 | opcode : opcode, content, random.nextInt()));
                wanted.writeBytes(content);
            }
            while (wire.isReadable()) {
                int length = Math.min(wire.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 4 : 5000));
                channel.writeInbound(wire.readBytes(length));
            }
            assertEquals(ByteBufUtil.hexDump(wanted), read(), "seed " + seed);
        }
        assertTrue(channel.isOpen());
    }

    @Test
    void whatAFrameHasIsPassedOnBeforeItsRestArrives() {
        receive("82 ff 0000000010000000" + MASK + "0102");
        assertEquals("0102", read());
    }

    @Test
    void whatIsWrittenLeavesInOneBinaryFrame() {
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {1, 2}));
        assertEquals("82020102", sent());
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[126]));
        assertTrue(sent().startsWith("827e007e00"));
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[1 << 16]));
        assertTrue(sent().startsWith("827f000000000001000000"));
    }

    private void assertRefused(int code, String frame) {
        EmbeddedChannel peer = new EmbeddedChannel(new WebSocketStream());
        peer.writeInbound(Unpooled.copiedBuffer(ByteBufUtil.decodeHexDump(frame.replace(" ", ""))));
        assertFalse(peer.isOpen(), frame);
        assertNull(peer.readInbound(), frame);
        ByteBuf start = peer.readOutbound();
        assertEquals((byte) 0x88, start.readByte(), frame);
        start.release();
        ByteBuf content = peer.readOutbound();
        assertEquals(code, content.readUnsignedShort(), frame);
        content.release();
        peer.finishAndReleaseAll();
    }

    @Test
    void whatBreaksTheRulesIsToldWhyAndClosed() {
        assertRefused(1003, "81 81" + MASK + "41"); // text
        assertRefused(1002, "82 01 41"); // not masked
        assertRefused(1002, "c2 81" + MASK + "41"); // an extension's bit
        assertRefused(1002, "83 81" + MASK + "41"); // no such opcode
        assertRefused(1002, "80 81" + MASK + "41"); // a continuation of nothing
        assertRefused(1002, "02 80" + MASK + "82 80" + MASK); // a message within another
        assertRefused(1002, "09 80" + MASK); // a ping in parts
        assertRefused(1002, "89 fe 007e" + MASK); // a large ping
        assertRefused(1002, "88 81" + MASK + "03"); // half a status code
        assertRefused(1002, "88 82" + MASK + "03ed"); // 1005, which says that there is no status code
        assertRefused(1002, "88 82" + MASK + "0bb7"); // 2999, which nobody has defined
        assertRefused(1009, "82 ff 0000000010000001" + MASK);
        assertRefused(1009, "82 ff ffffffffffffffff" + MASK);
    }

    @Test
    void aPingIsAnsweredAndAPongIsNot() {
        receive("89 82" + MASK + "abcd 8a 81" + MASK + "01");
        assertEquals("8a02abcd", sent());
    }

    @Test
    void closingWaitsForThePeersCloseFrameAndDropsWhatComesBefore() {
        channel.close();
        assertEquals("880203e8", sent());
        assertTrue(channel.isOpen());
        receive("82 81" + MASK + "01");
        assertEquals("", read());
        receive("88 82" + MASK + "03e8");
        assertFalse(channel.isOpen());
        assertEquals("", sent());
    }

    @Test
    void aPeerThatDoesNotAnswerTheCloseFrameIsClosedAfterASecond() {
        channel.freezeTime();
        channel.pipeline().close(); // the channel's own close() would cancel what is scheduled
        channel.advanceTimeBy(999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertTrue(channel.isOpen());
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertFalse(channel.isOpen());
    }
}
