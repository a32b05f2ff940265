package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.amqp.AmqpMessages.Parsed;
import io.signalbox.broker.message.Envelope;
import io.signalbox.testkit.Clause;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AmqpMessagesTest {

    private static final String HEADER = "005370 c00b 05 41 5007 70000003e8 41 43";
    private static final String DELIVERY_ANNOTATIONS = "005371 c10c 02 a307782d6f70742d61 5401";
    private static final String MESSAGE_ANNOTATIONS = "005372 c10c 02 a307782d6f70742d62 5402";
    private static final String PROPERTIES = "005373 c005 01 a1026d31";
    private static final String DATA = "005375 a003 010203";

    private static Parsed parse(String hex) throws Refusal {
        byte[] bytes = Hex.bytes(hex);
        return AmqpMessages.parse(bytes, 0, bytes.length);
    }

    @Clause("AMQP-3.2.2-1")
    @Test
    void theHeaderIsReadAndWhatFollowsDeliveryAnnotationsIsKept() throws Refusal {
        String kept = MESSAGE_ANNOTATIONS + PROPERTIES + DATA;
        byte[] bytes = Hex.bytes(HEADER + DELIVERY_ANNOTATIONS + kept);
        Parsed parsed = AmqpMessages.parse(bytes, 0, bytes.length);
        assertEquals(new MessageHeader(true, 7, 1000, true, 0), parsed.header());
        assertEquals(
                Hex.text(Hex.bytes(kept)),
                Hex.text(java.util.Arrays.copyOfRange(bytes, parsed.contentFrom(), bytes.length)));
        assertEquals(51_000, parsed.expiresAtMillis(bytes, 50_000));
    }

    @Clause("AMQP-3.2.1-1")
    @Test
    void aMessageWithoutHeaderIsNotDurable() throws Refusal {
        Parsed parsed = parse(DATA);
        assertEquals(MessageHeader.DEFAULT, parsed.header());
        assertEquals(0, parsed.contentFrom());
        assertEquals(Envelope.NEVER, parsed.expiresAtMillis(Hex.bytes(DATA), 50_000));
    }

    @Test
    void theEarlierOfTtlAndAbsoluteExpiryTimeHolds() throws Refusal {
        String properties = "005373 c015 09 a1026d31 40 40 40 40 40 40 40 83000000000000c738"; // 51,000
        byte[] later = Hex.bytes(HEADER + properties + DATA);
        assertEquals(50_500, AmqpMessages.parse(later, 0, later.length).expiresAtMillis(later, 49_500));
        assertEquals(51_000, AmqpMessages.parse(later, 0, later.length).expiresAtMillis(later, 50_500));
        byte[] wide = Hex.bytes("005373 d000000018 00000009 a1026d31 40 40 40 40 40 40 40 83000000000000c738" + DATA);
        assertEquals(51_000, AmqpMessages.parse(wide, 0, wide.length).expiresAtMillis(wide, 50_500));
    }

    @Clause("AMQP-1.1-1")
    @Test
    void descriptorsMayBeWrittenTheLongWay() throws Refusal {
        Parsed parsed = parse("00 a3 10 616d71703a6865616465723a6c697374 c002 01 41" + "00 80 0000000000000075 a000");
        assertEquals(true, parsed.header().durable());
    }

    @Clause({"AMQP-3.2-2", "AMQP-2.8.15-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                DATA + HEADER,
                HEADER + HEADER,
                DATA + "005377 40",
                "005377 40 005377 40",
                "005379 40",
                "005370 40",
                "005375 40",
                "005375 a1 00",
                "005373 c1 01 00",
                "005370 c002 01 a100",
                "005375 a005 01",
                "005374 d1 00000004 7fffffff",
                "00",
                "ff",
                "53 70 45",
            })
    void whatIsNotAMessageIsADecodeError(String hex) {
        assertEquals(
                AmqpError.DECODE_ERROR,
                assertThrows(Refusal.class, () -> parse(hex)).condition());
    }

    @Test
    void theHeaderIsWrittenAsItIsRead() throws Refusal {
        MessageHeader[] headers = {
            MessageHeader.DEFAULT,
            new MessageHeader(true, 9, 0xffff_ffffL, true, 0),
            new MessageHeader(true, 0, 300, false, 0),
            new MessageHeader(false, 4, 0, true, 0),
        };
        for (MessageHeader header : headers) {
            byte[] bytes = header.encode();
            assertEquals(header, AmqpMessages.parse(bytes, 0, bytes.length).header());
        }
        assertEquals(
                "005370c0070541404041 5203".replace(" ", ""),
                Hex.text(new MessageHeader(true, 4, MessageHeader.NO_TTL, true, 3).encode()));
    }
}
