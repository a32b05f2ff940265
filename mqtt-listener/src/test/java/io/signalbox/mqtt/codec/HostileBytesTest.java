package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever bytes arrive: packets or a refusal, never another exception, never a buffer left behind. */
class HostileBytesTest {

    private static final int SEEDS = 20_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    private void feedAll(Wiretap tap, byte[] bytes, Random random, String where) {
        try {
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
                tap.feed(allocator.buffer(length).writeBytes(bytes, at, length));
                at += length;
            }
        } catch (Refusal refusal) {
            // the one answer a peer may get
        } catch (RuntimeException e) {
            throw new AssertionError(where + ": " + Bytes.hex(bytes), e);
        } finally {
            tap.reader.close();
        }
        assertEquals(0, allocator.metric().usedHeapMemory(), () -> where + ": a buffer was left behind");
    }

    @Test
    void noiseBeforeConnect() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && random.nextBoolean()) bytes[0] = 0x10;
            feedAll(Wiretap.beforeConnect(65536), bytes, random, "seed " + seed);
        }
    }

    @Test
    void noiseAfterConnect() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[2 + random.nextInt(200)];
            random.nextBytes(bytes);
            bytes[1] = (byte) random.nextInt(bytes.length - 1);
            ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
            feedAll(Wiretap.connected(version, Direction.TO_SERVER), bytes, random, "seed " + seed);
        }
    }

    @Test
    void goodPacketsWithBytesChanged() {
        List<RawPackets.Good> good = RawPackets.all();
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            RawPackets.Good raw = good.get(random.nextInt(good.size()));
            byte[] bytes = Bytes.of(raw.bytes());
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Wiretap tap = raw.packet() instanceof Packet.Connect
                    ? Wiretap.beforeConnect(65536)
                    : Wiretap.connected(raw.version(), raw.direction());
            feedAll(tap, bytes, random, raw + ", seed " + seed);
        }
    }

    /** What the decoder accepts, the encoder can write again: nothing half-checked gets through. */
    @Test
    void whatPassesCanBeWrittenAgain() {
        List<RawPackets.Good> good = RawPackets.all();
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            RawPackets.Good raw = good.get(random.nextInt(good.size()));
            if (raw.packet() instanceof Packet.Connect) continue;
            byte[] bytes = Bytes.of(raw.bytes());
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Wiretap tap = Wiretap.connected(raw.version(), raw.direction());
            try {
                tap.feed(bytes);
            } catch (Refusal refusal) {
                continue;
            } finally {
                tap.reader.close();
            }
            for (Packet packet : tap.packets) {
                ByteBuf out = Unpooled.buffer();
                new PacketEncoder(raw.version()).write(packet, out);
                Wiretap second = Wiretap.connected(raw.version(), raw.direction());
                second.feed(out);
                assertEquals(
                        List.of(PacketText.of(packet)),
                        second.packets.stream().map(PacketText::of).toList(),
                        "seed " + seed);
            }
        }
    }
}
