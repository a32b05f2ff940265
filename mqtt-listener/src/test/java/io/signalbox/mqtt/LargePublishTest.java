package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Rider;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.PayloadFinder;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.testkit.Clause;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Payloads of which no side of the broker has all in memory. */
class LargePublishTest {

    private static final int LARGE_BYTES = 1_000_000;
    private static final int V3 = 3;
    private static final int V5 = 5;

    private final byte[] payload = new byte[LARGE_BYTES];
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        new Random(3).nextBytes(payload);
        server = TestServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** A PUBLISH to {@code t}. */
    private static byte[] publish(int firstByte, int packetId, int version, byte[] payload) {
        return publish(firstByte, "t", packetId, version, payload);
    }

    private static byte[] publish(int firstByte, String topic, int packetId, int version, byte[] payload) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int length = 2 + name.length + (packetId == 0 ? 0 : 2) + (version == V5 ? 1 : 0) + payload.length;
        ByteBuf out = Unpooled.buffer();
        out.writeByte(firstByte);
        int left = length;
        for (; left > 127; left >>>= 7) out.writeByte(left & 0x7F | 0x80);
        out.writeByte(left).writeShort(name.length).writeBytes(name);
        if (packetId != 0) out.writeShort(packetId);
        if (version == V5) out.writeByte(0);
        out.writeBytes(payload);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /** Which packet came, and its payload. */
    private static byte[] payloadOf(byte[] packet, int firstByte, int version) {
        assertEquals(firstByte, packet[0]);
        int from = 1 + 2 + 1 + ((firstByte & 6) == 0 ? 0 : 2) + (version == V5 ? 1 : 0);
        return Arrays.copyOfRange(packet, from, packet.length);
    }

    private void awaitNoPieces() throws Exception {
        server.waitUntil(() -> server.store.storedPieces() == 0);
    }

    @Test
    void atEveryQosAndVersionItComesBackByteForByteAndLeavesNothing() throws Exception {
        TestClient none =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 00").expect("90 03 00 01 00");
        TestClient once = server.client()
                .connectV5("b")
                .send("82 07 00 01 00 00 01 't' 01")
                .expect("90 04 00 01 00 01");
        TestClient exactly =
                server.client().connectV3("c").send("82 06 00 01 00 01 't' 02").expect("90 03 00 01 02");
        TestClient publisher = server.client().connectV5("p");

        publisher.send(publish(0x30, 0, V5, payload));
        for (TestClient each : new TestClient[] {none, exactly})
            assertArrayEquals(payload, payloadOf(each.receiveAnySize(), 0x30, V3));
        assertArrayEquals(payload, payloadOf(once.receiveAnySize(), 0x30, V5));
        awaitNoPieces();

        publisher.send(publish(0x32, 1, V5, payload)).expect("40 02 00 01");
        assertArrayEquals(payload, payloadOf(none.receiveAnySize(), 0x30, V3));
        assertArrayEquals(payload, payloadOf(once.receiveAnySize(), 0x32, V5));
        assertArrayEquals(payload, payloadOf(exactly.receiveAnySize(), 0x32, V3));
        once.send("40 02 00 01");
        exactly.send("40 02 00 01");
        awaitNoPieces();

        publisher
                .send(publish(0x34, 2, V5, payload))
                .expect("50 02 00 02")
                .send("62 02 00 02")
                .expect("70 02 00 02");
        assertArrayEquals(payload, payloadOf(none.receiveAnySize(), 0x30, V3));
        assertArrayEquals(payload, payloadOf(once.receiveAnySize(), 0x32, V5));
        assertArrayEquals(payload, payloadOf(exactly.receiveAnySize(), 0x34, V3));
        once.send("40 02 00 02");
        exactly.send("50 02 00 02").expect("62 02 00 02").send("70 02 00 02");
        awaitNoPieces();
    }

    @Clause("MQTT-3.3.4-1")
    @Test
    void theAnswerLeavesOnlyAfterTheForce() throws Exception {
        server.client()
                .connectV3Persistent("s", 0)
                .send("82 06 00 01 00 01 't' 01")
                .expect("90 03 00 01 01");
        TestClient publisher = server.client().connectV3("p");
        server.store.hold();
        publisher.send(publish(0x32, 1, V3, payload)).expectSilence(200);
        server.store.release();
        publisher.expect("40 02 00 01");
    }

    @Test
    void itWaitsForItsSessionAndComesAgainAfterALostConnection() throws Exception {
        TestClient session = server.client()
                .connectV3Persistent("s", 0)
                .send("82 06 00 01 00 01 't' 01")
                .expect("90 03 00 01 01");
        session.close();
        server.waitUntilDisconnected(1);
        server.client().connectV3("p").send(publish(0x32, 1, V3, payload)).expect("40 02 00 01");
        TestClient again = server.client().connectV3Persistent("s", 1);
        again.receiveAnySize();
        again.close();
        server.waitUntilDisconnected(2);
        TestClient third = server.client().connectV3Persistent("s", 1);
        assertArrayEquals(payload, payloadOf(third.receiveAnySize(), 0x3A, V3));
        third.send("40 02 00 01");
        awaitNoPieces();
    }

    @Test
    void ofOneThatIsCutOffNothingIsLeft() throws Exception {
        TestClient publisher = server.client().connectV3("p");
        publisher.send(Arrays.copyOf(publish(0x32, 1, V3, payload), LARGE_BYTES));
        server.waitUntil(() -> server.store.storedPieces() > 0);
        publisher.close();
        awaitNoPieces();
    }

    @Test
    void ofOneThatNobodyHasSubscribedToNothingIsLeft() throws Exception {
        server.client().connectV5("p").send(publish(0x32, 1, V5, payload)).expect("40 03 00 01 10");
        assertEquals(0, server.store.storedPieces());
    }

    @Test
    void whileTheLogIsFullItWaitsAndSoDoesWhatComesBehind() throws Exception {
        server.client()
                .connectV3Persistent("s", 0)
                .send("82 06 00 01 00 01 't' 01")
                .expect("90 03 00 01 01");
        server.store.fill();
        TestClient publisher = server.client().connectV3("p");
        publisher
                .send(publish(0x32, 1, V3, payload))
                .send("32 06 00 01 't' 00 02 'x'")
                .expectSilence(100);
        server.store.makeSpace();
        publisher.expect("40 02 00 01").expect("40 02 00 02");
    }

    @Test
    void whatIsSentMeanwhileComesBehindIt() throws Exception {
        TestClient subscriber =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 00").expect("90 03 00 01 00");
        TestClient publisher = server.client().connectV3("p");
        publisher.send(publish(0x30, 0, V3, payload)).send("30 04 00 01 't' 'x'");
        subscriber.expect("30 c3 84 3d 00 01 't'").send("c0 00");
        assertArrayEquals(payload, subscriber.receiveBytes(LARGE_BYTES));
        subscriber.expectInAnyOrder("d0 00", "30 04 00 01 't' 'x'");
    }

    @Clause("MQTT-3.1.2-24")
    @Test
    void whoTakesNoPacketOfItsSizeGetsNone() throws Exception {
        TestClient small = server.client();
        small.sendConnect("04 'MQTT' 05 02 00 00 05 27 00080000", "a").expectPacket("20");
        small.send("82 07 00 01 00 00 01 't' 01").expect("90 04 00 01 00 01");
        server.client().connectV3("p").send(publish(0x32, 1, V3, payload)).expect("40 02 00 01");
        server.waitUntil(() -> server.listener.counters().droppedTooLarge.sum() == 1);
        small.expectNothingElse();
        awaitNoPieces();
    }

    @Test
    void itCannotBeRetainedButWhatFitsIntoMemoryCan() throws Exception {
        byte[] tooLarge = Arrays.copyOf(payload, 3 << 20);
        TestClient publisher = server.client().connectV5("p");
        publisher.send(publish(0x33, 1, V5, payload)).expect("40 03 00 01 10");
        byte[] answer = publisher.send(publish(0x33, 2, V5, tooLarge)).receive();
        assertEquals("40 97", String.format("%02x %02x", answer[0], answer[4]));
        TestClient subscriber = server.client().connectV3("s");
        subscriber.send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        assertArrayEquals(payload, payloadOf(subscriber.receiveAnySize(), 0x33, V3));
        // To QoS 0 nobody can say no: it is delivered, and nothing is retained any more.
        publisher.send(publish(0x31, 0, V5, tooLarge));
        assertArrayEquals(tooLarge, payloadOf(subscriber.receiveAnySize(), 0x30, V3));
        TestClient later = server.client().connectV3("l");
        later.send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01").expectNothingElse();
        assertEquals(1, server.listener.counters().notRetained.sum());
    }

    @Test
    void itGoesToAQueueThatIsMadeForIt() throws Exception {
        TestClient publisher = server.client().connectV3("p");
        publisher.send(publish(0x32, "$queue/q", 1, V3, payload)).expect("40 02 00 01");
        MessageQueue queue = server.broker.defaultVirtualHost().queue("q").orElseThrow();
        assertEquals(1, queue.status().ready());
    }

    @Test
    void aTopicThatIsNotForClientsIsRefusedAndNothingIsLeft() throws Exception {
        TestClient publisher = server.client().connectV5("p");
        byte[] answer = publisher.send(publish(0x32, "$SYS/x", 1, V5, payload)).receive();
        assertEquals("40 90", String.format("%02x %02x", answer[0], answer[4]));
        assertEquals(0, server.store.storedPieces());
    }

    @Clause("MQTT-4.3.3-10")
    @Test
    void ofAQos2MessageThatComesAgainNothingIsLeft() throws Exception {
        server.client()
                .connectV3Persistent("s", 0)
                .send("82 06 00 01 00 01 't' 02")
                .expect("90 03 00 01 02");
        TestClient publisher = server.client().connectV3("p");
        publisher.send(publish(0x34, 1, V3, payload)).expect("50 02 00 01");
        int pieces = server.store.storedPieces();
        publisher.send(publish(0x3c, 1, V3, payload)).expect("50 02 00 01");
        server.waitUntil(() -> server.store.storedPieces() == pieces);
    }

    /** A protocol whose pieces hold a byte more, in front, than their payload. */
    private static final MessageFormat OTHER = new MessageFormat() {
        @Override
        public byte id() {
            return 100;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            return NeutralView.ofPayload(Body.Inline.of(new byte[0]), NeutralView.PayloadKind.BINARY);
        }

        @Override
        public PayloadFinder payloadFinder(Body.Large body) {
            return new PayloadFinder() {
                private boolean begun;

                @Override
                public void next(byte[] piece, Sink sink) {
                    sink.payload(piece, begun ? 0 : 1, piece.length);
                    begun = true;
                }
            };
        }
    };

    private void publishOther(long payloadBytes) {
        VirtualHost host = server.broker.defaultVirtualHost();
        PublishListener nobody = new PublishListener() {
            @Override
            public void onOutcome(long token, PublishOutcome outcome) {}

            @Override
            public void onOutcomesEnd() {}

            @Override
            public void onUnblocked() {}
        };
        server.onLoop(loop -> {
            LargeArrival arrival = new LargeArrival(loop, server.store, () -> {});
            arrival.add(new byte[1], 0, 1);
            arrival.add(payload, 0, payload.length);
            arrival.announce(Envelope.of("t", true, 0), OTHER, Body.Inline.of(new byte[0]), payloadBytes);
            host.openPublisher(loop, "test", nobody).publish(host.topics(), arrival, 1, Rider.NONE);
        });
    }

    @Test
    void ofAnotherProtocolsMessageTheClientGetsThePayload() throws Exception {
        TestClient subscriber =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        publishOther(LARGE_BYTES);
        assertArrayEquals(payload, payloadOf(subscriber.receiveAnySize(), 0x32, V3));
    }

    @Test
    void whatOnlyItsOwnProtocolCanReadIsDroppedAndCounted() throws Exception {
        TestClient subscriber =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        publishOther(Body.Large.UNREADABLE);
        awaitNoPieces();
        subscriber.expectNothingElse();
        assertEquals(1, server.listener.counters().unreadable.sum());
    }

    /** More of them than wait for a socket. */
    @Test
    void manyComeOneAfterTheOtherToWhoTakesHisTime() throws Exception {
        TestClient subscriber =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        TestClient publisher = server.client().connectV3("p");
        byte[] larger = Arrays.copyOf(payload, 6 << 20);
        for (int i = 1; i <= 5; i++)
            publisher.send(publish(0x32, i, V3, larger)).expect("40 02 00 0" + i);
        publisher.send("32 06 00 01 't' 00 06 'x'").expect("40 02 00 06");
        for (int i = 1; i <= 5; i++) {
            assertArrayEquals(larger, payloadOf(subscriber.receiveAnySize(), 0x32, V3));
            subscriber.send("40 02 00 0" + i);
        }
        subscriber.expect("32 06 00 01 't' 00 06 'x'").send("40 02 00 06");
        awaitNoPieces();
    }

    @Test
    void twoSubscribersReadItAtTheirOwnPace() throws Exception {
        TestClient fast =
                server.client().connectV3("a").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        TestClient slow =
                server.client().connectV3("b").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
        byte[] larger = Arrays.copyOf(payload, 12 << 20); // more than the sockets hold
        server.client().connectV3("p").send(publish(0x32, 1, V3, larger)).expect("40 02 00 01");
        assertArrayEquals(larger, payloadOf(fast.receiveAnySize(), 0x32, V3));
        fast.send("40 02 00 01").expectNothingElse();
        assertArrayEquals(larger, payloadOf(slow.receiveAnySize(), 0x32, V3));
        slow.send("40 02 00 01");
        awaitNoPieces();
    }
}
