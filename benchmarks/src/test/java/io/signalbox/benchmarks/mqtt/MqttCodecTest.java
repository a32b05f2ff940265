package io.signalbox.benchmarks.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.signalbox.benchmarks.load.Stamp;
import io.signalbox.benchmarks.mqtt.MqttWriter.Login;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MqttCodecTest {

    private final ByteBuf out = Unpooled.buffer();

    private String written() {
        return ByteBufUtil.hexDump(out);
    }

    @Test
    void connectOfVersion311IsAsTheSpecificationDrawsIt() {
        MqttWriter.connect(out, MqttVersion.V3_1_1, new Login("a", Session.CLEAN, Optional.of("u"), Optional.of("p")));
        assertEquals("10" + "13" + "00044d515454" + "04" + "c2" + "0000" + "000161" + "000175" + "000170", written());
    }

    @Test
    void connectOfVersion5CarriesTheSessionExpiryOfAKeptSession() {
        MqttWriter.connect(
                out, MqttVersion.V5_0, new Login("a", Session.PERSISTENT, Optional.empty(), Optional.empty()));
        assertEquals("10" + "13" + "00044d515454" + "05" + "00" + "0000" + "05" + "1100000e10" + "000161", written());
    }

    @Test
    void subscribeAsksForOneFilter() {
        MqttWriter.subscribe(out, MqttVersion.V3_1_1, 1, "t", 2);
        assertEquals("82" + "06" + "0001" + "000174" + "02", written());
        out.clear();
        MqttWriter.subscribe(out, MqttVersion.V5_0, 7, "t", 1);
        assertEquals("82" + "07" + "0007" + "00" + "000174" + "01", written());
    }

    @Test
    void answersHaveTheirFlags() {
        MqttWriter.answer(out, MqttPacket.PUBREL, 0x1234);
        assertEquals("62021234", written());
    }

    @ParameterizedTest
    @CsvSource({"0,00", "127,7f", "128,8001", "16383,ff7f", "16384,808001", "268435455,ffffff7f"})
    void lengthsAreWrittenAndReadAsTheSpecificationHasThem(int length, String hex) {
        MqttWriter.length(out, length);
        assertEquals(hex, written());
        assertEquals(length, MqttPacket.length(out));
    }

    @Test
    void aLengthOfFiveBytesIsRefused() {
        out.writeBytes(new byte[] {0x30, -1, -1, -1, -1, 1});
        assertThrows(IllegalArgumentException.class, () -> MqttPacket.bytes(out));
    }

    @Test
    void aPacketIsMeasuredOnlyWhenItsLengthIsThere() {
        out.writeByte(0x30).writeByte(0x80);
        assertEquals(-1, MqttPacket.bytes(out));
        out.writeByte(0x01);
        assertEquals(3 + 128, MqttPacket.bytes(out));
    }

    @Test
    void aTemplateWritesWhatAReaderFinds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            MqttVersion version = random.nextBoolean() ? MqttVersion.V5_0 : MqttVersion.V3_1_1;
            int qos = random.nextInt(3);
            int bodyBytes = Stamp.BYTES + random.nextInt(20_000);
            String topic = "t".repeat(1 + random.nextInt(300));
            int packetId = qos == 0 ? 0 : 1 + random.nextInt(65_535);
            long sequence = random.nextLong();
            long intended = random.nextLong();
            PublishTemplate template = PublishTemplate.of(version, topic, qos, bodyBytes);
            ByteBuf packet = Unpooled.buffer();
            template.write(packet, packetId, i, sequence, intended);
            String at = "seed " + seed + " round " + i;

            assertEquals(template.bytes(), packet.readableBytes(), at);
            assertEquals(packet.readableBytes(), MqttPacket.bytes(packet), at);
            assertEquals(MqttPacket.PUBLISH | qos << 1, packet.getUnsignedByte(0), at);
            MqttPacket.skipFixedHeader(packet);
            assertEquals(
                    topic,
                    packet.readCharSequence(packet.readUnsignedShort(), java.nio.charset.StandardCharsets.UTF_8));
            if (qos > 0) assertEquals(packetId, packet.readUnsignedShort(), at);
            if (version == MqttVersion.V5_0) assertEquals(0, MqttPacket.length(packet), at);
            assertEquals(bodyBytes, packet.readableBytes(), at);
            int body = packet.readerIndex();
            assertEquals(i, packet.getInt(body + Stamp.SOURCE_AT), at);
            assertEquals(sequence, packet.getLong(body + Stamp.SEQUENCE_AT), at);
            assertEquals(intended, packet.getLong(body + Stamp.INTENDED_AT), at);
        }
    }

    @Test
    void packetIdentifiersAreNeverZeroAndNeverTakenTwice() {
        PacketIds ids = new PacketIds();
        int kept = ids.take();
        for (int i = 0; i < 200_000; i++) {
            int next = ids.take();
            assertNotEquals(0, next);
            assertNotEquals(kept, next);
            ids.free(next);
        }
        assertEquals(1, ids.taken());
        assertEquals(65_534, ids.free());
    }
}
