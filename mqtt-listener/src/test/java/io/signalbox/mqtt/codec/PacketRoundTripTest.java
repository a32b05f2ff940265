package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PacketRoundTripTest {

    private static final int SEEDS = 300;
    private static final int PACKETS_PER_SEED = 30;

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void whatWasWrittenIsReadHoweverTheStreamIsCut(ProtocolVersion version) {
        for (Direction direction : Direction.values()) {
            for (long seed = 1; seed <= SEEDS; seed++) roundTrip(seed, version, direction);
        }
    }

    private static void roundTrip(long seed, ProtocolVersion version, Direction direction) {
        PacketGenerator generator = new PacketGenerator(seed, version, direction);
        PacketEncoder encoder = new PacketEncoder(version);
        List<String> written = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        Wiretap tap = Wiretap.connected(version, direction);
        if (direction == Direction.TO_SERVER) {
            tap = Wiretap.beforeConnect(1 << 20);
            Packet connect = generator.connect();
            written.add(PacketText.of(connect));
            encoder.write(connect, stream);
        }
        for (int i = 0; i < PACKETS_PER_SEED; i++) {
            Packet packet = generator.next();
            written.add(PacketText.of(packet));
            encoder.write(packet, stream);
        }
        Random cuts = new Random(seed);
        String where = "seed " + seed + " " + version + " " + direction;
        try {
            while (stream.isReadable()) {
                int length = Math.min(stream.readableBytes(), 1 + cuts.nextInt(cuts.nextBoolean() ? 5 : 5000));
                tap.feed(stream.readRetainedSlice(length));
            }
        } catch (Refusal refusal) {
            throw new AssertionError(
                    where + ": packet " + tap.packets.size() + " " + written.get(tap.packets.size()), refusal);
        }
        assertEquals(written, tap.packets.stream().map(PacketText::of).toList(), where);
    }
}
