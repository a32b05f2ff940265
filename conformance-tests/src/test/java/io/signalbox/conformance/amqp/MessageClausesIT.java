package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Header;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP 1.0 §1 and §3.2: what a message is made of, and what of it arrives. */
@ExtendWith(SharedBroker.class)
final class MessageClausesIT {

    private static final String QUEUE = "clauses.message";

    private static final String MESSAGE_ANNOTATIONS = "005372 c10c02 a307782d6f70742d62 5402";

    private FramePeer peer;
    private int sent;

    @BeforeEach
    void connect(BrokerUnderTest broker) {
        peer = FramePeer.begun(broker).sender(0, QUEUE);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private void send(String... sections) {
        peer.send(0, Frames.transfer(0, sent++), FramePeer.hex(String.join("", sections)));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState(), () -> String.join(" ", sections));
    }

    private Header receive() {
        peer.expect(Transfer.class);
        ProtonBuffer bytes = ProtonBufferAllocator.defaultAllocator().copy(peer.payload(), 0, peer.payload().length);
        Decoder decoder = CodecFactory.getDefaultDecoder();
        return (Header) decoder.readObject(bytes, decoder.newDecoderState());
    }

    /** What came, but for the header, which is the broker's. */
    private String receivedBehindHeader() {
        receive();
        byte[] payload = peer.payload();
        assertArrayEquals(FramePeer.hex("005370c0"), Arrays.copyOf(payload, 4));
        return HexFormat.of().formatHex(payload, 5 + payload[4], payload.length);
    }

    private static String plain(String hex) {
        return hex.replace(" ", "");
    }

    private void assertPassedOn(String... sections) {
        send(sections);
        peer.receiver(1, QUEUE, 1);
        assertEquals(plain(String.join("", sections)), receivedBehindHeader());
        peer.send(0, Frames.settled(sent - 1, sent - 1, Accepted.getInstance()));
        peer.send(0, Frames.detach(1)).expect(Detach.class);
    }

    @Clause({
        "AMQP-3.2-1",
        "AMQP-3.2.2-1",
        "AMQP-3.2.3-1",
        "AMQP-3.2.4-1",
        "AMQP-3.2.5-1",
        "AMQP-3.2.6-1",
        "AMQP-3.2.9-1"
    })
    @Test
    void allButHeaderAndDeliveryAnnotationsIsPassedOnByteForByte() {
        String properties = "005373 d00000000e00000002 a1026d31 a00401020304";
        String application = "005374 d10000001300000004 a10161 a10162 a10163 b10000000164";
        String body = "005375 a003010203 005375 b00000000104";
        String footer = "005378 c10b02 a307782d6f70742d66 41";
        send(
                "005370 c0040241 5007",
                "005371 c10c02 a307782d6f70742d61 5401",
                MESSAGE_ANNOTATIONS + properties + application + body + footer);
        peer.receiver(1, QUEUE, 1);
        assertEquals(plain(MESSAGE_ANNOTATIONS + properties + application + body + footer), receivedBehindHeader());
    }

    @Clause({"AMQP-1.2-1", "AMQP-1.6-1", "AMQP-1.6.24-1", "AMQP-3.2.8-1"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "40",
                "5600",
                "5601",
                "41",
                "42",
                "50ff",
                "60ffff",
                "70ffffffff",
                "52ff",
                "43",
                "80ffffffffffffffff",
                "53ff",
                "44",
                "5180",
                "618000",
                "7180000000",
                "5480",
                "818000000000000000",
                "5580",
                "727fc00000",
                "827ff8000000000000",
                "7422500001",
                "842238000000000001",
                "9422080000000000000000000000000001",
                "730001f4e6",
                "830000019a00000000",
                "98000102030405060708090a0b0c0d0e0f",
                "a000",
                "a001ff",
                "b00000000101",
                "a102c3a4",
                "b1000000017a",
                "a3017a",
                "b3000000017a",
                "45",
                "c0020140",
                "c0030241 42",
                "d0000000050000000140",
                "c10100",
                "c1040241 5201",
                "d10000000700000002 a000 40",
                "e0040252 0102",
                "e0050200 530140",
                "f00000000900000002 60 0102 0304",
                "00a301 78 5201",
                "0080000000000000000041"
            })
    void valuesOfEveryTypeInEveryEncodingAreTaken(String value) {
        assertPassedOn("005377", value);
    }

    @Clause("AMQP-1.6.23-2")
    @Test
    void theOrderOfAMapsEntriesIsKept() {
        assertPassedOn("005377", "c10f06 a10162 5201 a10161 5202 a10163 43");
        assertPassedOn("005374", "c10f06 a1017a 5201 a10161 5202 a1016d 43", "005377", "40");
    }

    @Clause("AMQP-1.6.23-1")
    @Test
    void aMapWithAnOddNumberOfItemsIsNone() {
        peer.send(0, Frames.transfer(0, 0), FramePeer.hex("005377 c1020140"));
        Rejected rejected = (Rejected) peer.expect(Disposition.class).getState();
        assertEquals(AmqpError.DECODE_ERROR, rejected.getError().getCondition());
    }

    @Clause({"AMQP-1.1-1", "AMQP-1.4-1"})
    @ParameterizedTest
    @CsvSource({
        "by number, 00 53 70 c004 02 41 5002",
        "by a long number, 00 80 0000000000000070 c004 02 41 5002",
        "by symbol, 00 a3 10 616d71703a6865616465723a6c697374 c004 02 41 5002",
    })
    void aHeaderIsKnownByItsDescriptorAndMayEndEarly(String name, String header) {
        send(header, "005377 40");
        Header arrived = receiveOne();
        assertTrue(arrived.isDurable(), name);
        assertEquals(2, arrived.getPriority(), name);
    }

    private Header receiveOne() {
        peer.receiver(1, QUEUE, 1);
        return receive();
    }

    @Clause("AMQP-3.2.7-1")
    @Test
    void sequencesArePassedOn() {
        assertPassedOn("005376 c0020140", "005376 c0040241 5201");
    }

    @Clause("AMQP-3.2-2")
    @ParameterizedTest
    @CsvSource({
        "the header comes last, 005377 40 005370 45",
        "two bodies, 005377 40 005375 a000",
        "properties behind application properties, 005374 c10100 005373 45 005377 40",
        "two values, 005377 40 005377 40",
        "an unknown section, 005379 40",
    })
    void sectionsOutOfOrderAreNoMessage(String name, String sections) {
        peer.send(0, Frames.transfer(0, 0), FramePeer.hex(sections));
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState(), name);
        assertEquals(AmqpError.DECODE_ERROR, rejected.getError().getCondition());
    }

    @Clause({"AMQP-3.2.1-1", "AMQP-3.2.1-6"})
    @Test
    void withoutAHeaderItsDefaultsHold() {
        send("005377 40");
        Header header = receiveOne();
        assertFalse(header.isDurable());
        assertEquals(4, header.getPriority());
        assertFalse(header.hasTimeToLive());
        assertTrue(header.isFirstAcquirer());
        assertEquals(0, header.getDeliveryCount());
        peer.send(0, Frames.detach(1)).expect(Detach.class);
        header = receiveOne();
        assertFalse(header.isFirstAcquirer()); // it was on its way to somebody
    }

    @Clause("AMQP-3.2.1-4")
    @Test
    void tenPrioritiesAreDistinctAndHigherOnesAreTheHighest() {
        List<Integer> priorities = List.of(3, 9, 0, 255, 5, 10, 4, 8, 1, 7, 2, 6, 9);
        for (int i = 0; i < priorities.size(); i++) {
            send(String.format("005370 c0040240 50%02x", priorities.get(i)), String.format("005377 54%02x", i));
        }
        peer.receiver(1, QUEUE, priorities.size());
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < priorities.size(); i++) {
            receive();
            int number = peer.payload()[peer.payload().length - 1];
            order.append(' ').append(priorities.get(number));
        }
        // 9, 255, 10 and 9 are one priority, in the order of their arrival
        assertEquals(" 9 255 10 9 8 7 6 5 4 3 2 1 0", order.toString());
    }

    private static void passTwentyMillis() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < 20_000_000) Thread.onSpinWait();
    }

    @Clause("AMQP-3.2.1-5")
    @Test
    void ttlIsPassedOnLessTheTimeThatHasPassed() {
        send("005370 c00803 4040 7000100000", "005377 40");
        passTwentyMillis();
        Header header = receiveOne();
        long waited = 0x100000 - header.getTimeToLive();
        assertTrue(waited >= 19 && waited < 60_000, waited + " ms");
        peer.send(0, Frames.settled(0, 0, Accepted.getInstance()));
        send("005370 c00503 4040 5201", "005377 40"); // lives for a millisecond
        passTwentyMillis();
        peer.send(0, Frames.flow(1, 1, 1).setNextOutgoingId(2)).expectNothingMore(0);
    }

    @Clause({"AMQP-3.2.10-1", "AMQP-2.8.15-3"})
    @ParameterizedTest
    @CsvSource({
        "a message annotation, 005372 c10802 a303782d61 5401",
        "a reserved name, 005372 c10602 a30161 5401",
        "a delivery annotation, 005371 c10802 a303782d61 5401",
        "a number, 005372 c1050253 0754 01",
        "one behind one that is passed on, 005372 c11204 a307782d6f70742d61 40 a303782d61 5401",
    })
    void anAnnotationThatMustBeUnderstoodAndIsNotEndsTheLink(String name, String annotations) {
        peer.send(0, Frames.transfer(0, 0), FramePeer.hex(annotations + "00537740"));
        assertEquals(AmqpError.NOT_IMPLEMENTED, peer.expectDetach().getCondition(), name);
    }

    @Clause("AMQP-3.2.11-1")
    @ParameterizedTest
    @ValueSource(strings = {"80000000000000002a", "98000102030405060708090a0b0c0d0e0f", "a00201ff", "a1026964"})
    void messageIdentifiersOfAllTypesArePassedOn(String id) {
        int bytes = id.length() / 2;
        assertPassedOn(String.format("005373 c0%02x06 %s 40404040 %s", 5 + 2 * bytes, id, id), "005377 40");
    }
}
