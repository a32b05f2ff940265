package io.signalbox.benchmarks.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.signalbox.benchmarks.load.Stamp;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmqpCodecTest {

    private final ByteBuf buffer = Unpooled.buffer();
    private final AmqpReader reader = new AmqpReader(Unpooled.EMPTY_BUFFER);

    private void read(String hex) {
        reader.over(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    @Test
    void aFrameIsWrittenAsTheSpecificationDrawsIt() {
        new AmqpWriter(buffer)
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.OPEN)
                .string("a")
                .nothing()
                .uint(7)
                .endList()
                .endFrame();
        assertEquals(
                "00000020" + "02000000" + "005310" + "d0" + "00000010" + "00000003" + "b10000000161" + "40"
                        + "7000000007",
                ByteBufUtil.hexDump(buffer));
    }

    @Test
    void aListWithinAListCountsAsOneField() {
        new AmqpWriter(buffer)
                .list(AmqpCode.DISPOSITION)
                .bool(true)
                .list(AmqpCode.ACCEPTED)
                .endList()
                .endList();
        reader.over(buffer);
        assertEquals(AmqpCode.DISPOSITION, reader.descriptor());
        reader.list();
        assertTrue(reader.bool());
        assertEquals(AmqpCode.ACCEPTED, reader.describedField());
        assertEquals(0, buffer.readableBytes());
    }

    @Test
    void aFrameWithAnOpenListIsNotEnded() {
        AmqpWriter writer = new AmqpWriter(buffer).frame(AmqpWriter.AMQP_FRAME).list(AmqpCode.OPEN);
        assertThrows(IllegalStateException.class, writer::endFrame);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0020143",
                "d0000000050000000143",
                "c003015200",
                "c0030150" + "00",
                "c0080180" + "0000000000000000"
            })
    void everyEncodingOfZeroIsZero(String list) {
        read(list);
        reader.list();
        assertEquals(0, reader.number(99));
    }

    @Test
    void fieldsThatAreNotThereHaveTheirDefaults() {
        read("45");
        reader.list();
        assertEquals(5, reader.number(5));
        assertFalse(reader.bool());
        assertEquals("", reader.text());
        assertEquals(-1, reader.describedField());
        read("c0020240" + "40");
        reader.list();
        assertEquals(6, reader.number(6));
        assertEquals(7, reader.number(7));
    }

    @Test
    void largeNumbersKeepTheirBits() {
        read("c00601" + "70ffffffff");
        reader.list();
        assertEquals(-1, reader.number(0));
    }

    @Test
    void aDescriptorMayBeShortLongOrASymbol() {
        read("005324");
        assertEquals(0x24, reader.descriptor());
        read("00800000000000000024");
        assertEquals(0x24, reader.descriptor());
        read("00a303616263");
        assertEquals(-1, reader.descriptor());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "40",
                "41",
                "43",
                "44",
                "45",
                "5001",
                "600001",
                "7000000001",
                "800000000000000001",
                "9800000000000000000000000000000001",
                "a00101",
                "b00000000101",
                "c0020141",
                "c1030241" + "42",
                "e003015001",
                "d0000000050000000141",
                "f000000006000000015001",
                "0053244" + "5",
                "00a301614" + "1"
            })
    void anyValueIsPassedOver(String value) {
        read(value + "5607");
        reader.skip();
        ByteBuf rest = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(value + "5607"));
        reader.over(rest);
        reader.skip();
        assertEquals("5607", ByteBufUtil.hexDump(rest));
    }

    @ParameterizedTest
    @EnumSource(DeliveryKind.class)
    void aTransferIsReadAsItWasWritten(DeliveryKind kind) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            Optional<String> replyTo =
                    random.nextBoolean() ? Optional.of("r".repeat(random.nextInt(400))) : Optional.empty();
            int bodyBytes = Stamp.BYTES + random.nextInt(3000);
            int deliveryId = random.nextInt();
            long sequence = random.nextLong();
            TransferTemplate template = TransferTemplate.of(3, kind, replyTo, bodyBytes);
            ByteBuf frame = Unpooled.buffer();
            template.write(frame, deliveryId, i, sequence, -sequence);
            String at = "seed " + seed + " round " + i;

            assertEquals(frame.readableBytes(), frame.getInt(0), at);
            frame.skipBytes(8);
            reader.over(frame);
            assertEquals(AmqpCode.TRANSFER, reader.descriptor(), at);
            reader.list();
            assertEquals(3, reader.number(-1), at);
            assertEquals(deliveryId, reader.number(-1), at);
            reader.skipFields(1);
            assertEquals(0, reader.number(-1), at);
            assertEquals(kind == DeliveryKind.SETTLED, reader.bool(), at);
            assertFalse(reader.bool(), at);
            reader.skipRest();
            reader.over(frame);
            int section = reader.descriptor();
            if (kind == DeliveryKind.DURABLE) {
                assertEquals(AmqpCode.HEADER, section, at);
                reader.list();
                assertTrue(reader.bool(), at);
                reader.over(frame);
                section = reader.descriptor();
            }
            if (replyTo.isPresent()) {
                assertEquals(AmqpCode.PROPERTIES, section, at);
                reader.list();
                reader.skipFields(4);
                assertEquals(replyTo.get(), reader.text(), at);
                reader.over(frame);
                section = reader.descriptor();
            }
            assertEquals(AmqpCode.DATA, section, at);
            assertEquals(bodyBytes, reader.binary(), at);
            int body = frame.readerIndex();
            assertEquals(bodyBytes, frame.readableBytes(), at);
            assertEquals(i, frame.getInt(body + Stamp.SOURCE_AT), at);
            assertEquals(sequence, frame.getLong(body + Stamp.SEQUENCE_AT), at);
            assertEquals(-sequence, frame.getLong(body + Stamp.INTENDED_AT), at);
        }
    }
}
