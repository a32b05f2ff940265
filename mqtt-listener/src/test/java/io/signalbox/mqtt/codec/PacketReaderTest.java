package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacketReaderTest {

    /** Counts the memory that was asked for over time, and what is still held of it. */
    private static final class CountingAllocator extends AbstractByteBufAllocator {
        final List<ByteBuf> buffers = new ArrayList<>();
        long allocatedBytes;

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            allocatedBytes += initialCapacity;
            ByteBuf buffer = new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
            buffers.add(buffer);
            return buffer;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            return newHeapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        long liveBytes() {
            return buffers.stream()
                    .filter(b -> b.refCnt() > 0)
                    .mapToLong(ByteBuf::capacity)
                    .sum();
        }
    }

    private static byte[] publishOf(int payloadBytes) {
        ByteBuf out = Unpooled.buffer();
        new PacketEncoder(ProtocolVersion.V5)
                .write(
                        new Packet.Publish(
                                false,
                                0,
                                false,
                                "a",
                                0,
                                Packet.Publish.NO_EXPIRY,
                                0,
                                List.of(),
                                PublishBody.ofPayload(new byte[payloadBytes])),
                        out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    @Test
    void copyingIsProportionalToThePacketWhenItDripsIn() {
        CountingAllocator allocator = new CountingAllocator();
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        byte[] packet = publishOf(1 << 20);
        ByteBuf sent = allocator.buffer(packet.length).writeBytes(packet);
        while (sent.isReadable()) tap.feed(sent.readRetainedSlice(1));
        assertEquals(1, tap.packets.size());
        assertTrue(allocator.allocatedBytes <= 5L * packet.length, allocator.allocatedBytes + " bytes allocated");
    }

    @Test
    void anAnnouncedLengthCostsNoMemory() {
        CountingAllocator allocator = new CountingAllocator();
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        tap.feed(allocator.buffer().writeBytes(Bytes.of("30 ff ff ff 7f 00 01 'a' 00")));
        assertTrue(allocator.liveBytes() <= 64, allocator.liveBytes() + " bytes kept for nine");
    }

    @Test
    void aPacketAboveTheMaximumIsRefusedByItsHeader() {
        Wiretap tap = Wiretap.beforeConnect(65536);
        Refusal refusal = assertThrows(Refusal.class, () -> tap.feed("10 fd ff 03"));
        assertEquals(ReasonCode.PACKET_TOO_LARGE, refusal.reason());
    }

    @Test
    void aPacketOfTheMaximumIsRead() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        byte[] packet = publishOf(1000);
        tap.reader.maximumPacketSize(packet.length);
        tap.feed(packet);
        assertEquals(1, tap.packets.size());
        tap.reader.maximumPacketSize(packet.length - 1);
        assertThrows(Refusal.class, () -> tap.feed(packet));
    }

    @Test
    void aSinkThatIsNotReadyGetsItsPacketsLaterAndInOrder() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        tap.ready = false;
        tap.feed("40 02 00 01 40 02 00 02 40");
        tap.feed("02 00 03");
        assertEquals(12, tap.reader.pendingBytes());
        assertTrue(tap.packets.isEmpty());
        tap.ready = true;
        tap.reader.readPackets(tap);
        assertEquals(
                List.of(1, 2, 3),
                tap.packets.stream().map(p -> ((Packet.Ack) p).packetId()).toList());
        assertEquals(0, tap.reader.pendingBytes());
    }

    @Test
    void everyBufferIsReleased() {
        CountingAllocator allocator = new CountingAllocator();
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        ByteBuf first = allocator.buffer().writeBytes(Bytes.of("40 02 00 01 40"));
        ByteBuf second = allocator.buffer().writeBytes(Bytes.of("02 00 02 40"));
        tap.feed(first);
        tap.feed(second);
        tap.reader.close();
        assertEquals(0, first.refCnt());
        assertEquals(0, second.refCnt());
        assertEquals(0, allocator.liveBytes());
    }
}
