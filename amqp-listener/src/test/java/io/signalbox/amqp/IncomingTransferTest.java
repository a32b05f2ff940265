package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is read by hand is what the codec reads. */
class IncomingTransferTest {

    private static final String[] UINTS = {"43", "5200", "5207", "52ff", "7000000000", "7000000100", "70ffffffff"};
    private static final String[] BOOLEANS = {"41", "42", "5600", "5601"};
    private static final String[] TAGS = {"a000", "a00401020304", "a021" + "07".repeat(33), "b000000002abcd"};
    private static final String[] SETTLE_MODES = {"5000", "5001"};
    /** A list's fields: for each the ways to write it. */
    private static final List<String[]> TRANSFER = List.of(
            UINTS,
            UINTS,
            TAGS,
            UINTS,
            BOOLEANS,
            BOOLEANS,
            SETTLE_MODES,
            new String[] {"00532445"},
            BOOLEANS,
            BOOLEANS,
            BOOLEANS);

    private static final List<String[]> HEADER =
            List.of(BOOLEANS, new String[] {"5000", "5004", "500c"}, UINTS, BOOLEANS, UINTS);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void aTransferIsReadAsTheCodecReadsIt() throws Refusal {
        bothRead(0x14, TRANSFER, 1, IncomingTransfer::read, decoded -> IncomingTransfer.of((Transfer) decoded));
    }

    @Test
    void aHeaderIsReadAsTheCodecReadsIt() throws Refusal {
        bothRead(0x70, HEADER, 0, MessageHeader::read, decoded -> MessageHeader.of((Header) decoded));
    }

    /** Reads by hand; null where the encoding is not a usual one. */
    private interface ByHand {
        @Nullable
        Object read(byte[] bytes, int from, int to) throws Refusal;
    }

    private void bothRead(
            int descriptor, List<String[]> fields, int mandatory, ByHand byHand, Function<Object, Object> ofDecoded)
            throws Refusal {
        int readByHand = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = described(descriptor, fields, mandatory);
            TypeWalk.skip(bytes, 0, bytes.length);
            Object decoded = PerformativeCodec.ofThread().decode(bytes, 0, bytes.length);
            Object read = byHand.read(bytes, 0, bytes.length);
            if (read == null) continue;
            readByHand++;
            assertEquals(ofDecoded.apply(decoded), read, "seed " + seed + ": " + Hex.text(bytes));
        }
        assertTrue(readByHand > 1000, readByHand + " of them were read by hand, seed " + seed);
    }

    @Test
    void whatAnyPeerSendsIsReadByHand() throws Refusal {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(3));
        transfer.setDeliveryId(UnsignedInteger.valueOf(70_000));
        transfer.setDeliveryTag(new Binary(new byte[] {1, 2, 3, 4}));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        transfer.setSettled(false);
        transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
        transfer.setBatchable(true);
        byte[] bytes = encoded(transfer);
        assertEquals(
                new IncomingTransfer(3, 70_000, 4, 0, false, false, 1, false, false, false),
                IncomingTransfer.read(bytes, 0, bytes.length));
        byte[] header = new MessageHeader(true, 7, 5000, true, 0).encode();
        assertNotNull(MessageHeader.read(header, 0, header.length));
    }

    @Test
    void whatIsUnusualIsLeftToTheCodec() throws Refusal {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.ONE);
        TransactionalState state = new TransactionalState();
        state.setTxnId(new Binary(new byte[] {1}));
        transfer.setState(state);
        byte[] bytes = encoded(transfer);
        assertNull(IncomingTransfer.read(bytes, 0, bytes.length));
        IncomingTransfer read = (IncomingTransfer) PerformativeCodec.read(bytes, 0, bytes.length);
        assertTrue(read.transactional());
        assertEquals(1, read.handle());
    }

    @Test
    void aTransferWithoutItsHandleOrWithAValueThatNoFieldHasIsRefused() {
        for (String fields : List.of("45", "c003024043", "c003015401", "c009074340404040405002")) {
            byte[] bytes = Hex.bytes("005314" + fields);
            assertThrows(Refusal.class, () -> {
                int end = TypeWalk.skip(bytes, 0, bytes.length);
                PerformativeCodec.read(bytes, 0, end);
            });
        }
    }

    /** A list with a random number of fields, each written in a random way or null. */
    private byte[] described(int code, List<String[]> fields, int fewest) {
        int count = fewest + random.nextInt(fields.size() - fewest + 1);
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String[] ways = fields.get(i);
            boolean isNull = i >= fewest && random.nextInt(3) == 0;
            list.append(isNull ? "40" : ways[random.nextInt(ways.length)]);
        }
        byte[] values = Hex.bytes(list.toString());
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(0x5300 | code);
        if (count == 0 && random.nextBoolean()) {
            out.writeByte(0x45);
        } else if (random.nextBoolean()) {
            out.writeByte(0xc0).writeByte(values.length + 1).writeByte(count).writeBytes(values);
        } else {
            out.writeByte(0xd0).writeInt(values.length + 4).writeInt(count).writeBytes(values);
        }
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private static byte[] encoded(Object value) {
        ByteBuf out = Unpooled.buffer();
        PerformativeCodec.ofThread().encode(value, new ByteBufSink(out));
        return Arrays.copyOf(out.array(), out.readableBytes());
    }
}
