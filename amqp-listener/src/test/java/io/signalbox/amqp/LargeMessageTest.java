package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Messages of which no side of the broker has all in memory. */
class LargeMessageTest extends OneSession {

    private static final int FRAME_BYTES = 60_000;
    private static final int LARGE_BYTES = 1_500_000;

    private final Random random = new Random(7);

    /** Properties, then data sections with random bytes. */
    private byte[] message(int... dataBytes) {
        ByteBuf out = Unpooled.buffer();
        Properties properties = new Properties();
        properties.setSubject("large");
        PerformativeCodec.ofThread().encode(properties, new ByteBufSink(out));
        for (int bytes : dataBytes) {
            byte[] data = new byte[bytes];
            random.nextBytes(data);
            PerformativeCodec.ofThread().encode(new Data(new Binary(data)), new ByteBufSink(out));
        }
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private static Transfer more(int handle, int deliveryId) {
        Transfer transfer = TestPeer.transfer(handle, deliveryId);
        transfer.setMore(true);
        return transfer;
    }

    private static void send(TestPeer to, int handle, int deliveryId, byte[] message) throws Exception {
        int at = sendBeginning(to, handle, deliveryId, message, message.length - 1);
        to.send(0, TestPeer.transfer(handle, deliveryId), Arrays.copyOfRange(message, at, message.length));
    }

    /** All frames but the last, up to there; what was sent. */
    private static int sendBeginning(TestPeer to, int handle, int deliveryId, byte[] message, int upTo)
            throws Exception {
        int at = 0;
        while (at + FRAME_BYTES <= upTo) {
            to.send(0, more(handle, deliveryId), Arrays.copyOfRange(message, at, at + FRAME_BYTES));
            at += FRAME_BYTES;
        }
        return at;
    }

    /** Reads the next delivery whole, without its header. */
    private static byte[] receive(TestPeer from) throws Exception {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        Transfer transfer;
        do {
            transfer = from.expect(Transfer.class);
            message.writeBytes(from.payload);
        } while (transfer.getMore());
        return withoutHeader(message.toByteArray());
    }

    private static byte[] withoutHeader(byte[] message) throws Refusal {
        int[] headerTo = {0};
        AmqpMessages.forEachSection(message, 0, message.length, (code, from, valueFrom, to) -> {
            if (code == AmqpMessages.HEADER) headerTo[0] = to;
        });
        return Arrays.copyOfRange(message, headerTo[0], message.length);
    }

    private static Disposition accepted(int deliveryId) {
        Disposition disposition = new Disposition();
        disposition.setRole(Role.RECEIVER);
        disposition.setFirst(UnsignedInteger.valueOf(deliveryId));
        disposition.setSettled(true);
        disposition.setState(Accepted.getInstance());
        return disposition;
    }

    private void put(String queue, byte[] message) throws Exception {
        try (TestPeer producer = connect().attachSender(0, queue)) {
            send(producer, 0, 0, message);
            assertInstanceOf(Accepted.class, producer.expect(Disposition.class).getState());
        }
    }

    @Clause("AMQP-2.6.14-1")
    @Test
    void aLargeMessageComesBackByteForByteAndLeavesNothing() throws Exception {
        for (int[] sections : new int[][] {{LARGE_BYTES}, {1, LARGE_BYTES, 0, 300_000}, {0, 400_000, 200}}) {
            byte[] sent = message(sections);
            put("q", sent);
            assertTrue(broker.store.storedPieces() > 0);
            try (TestPeer consumer = connect().attachReceiver(0, "q", 1)) {
                assertArrayEquals(sent, receive(consumer));
                consumer.send(0, accepted(0));
                ListeningBroker.await(() -> broker.store.storedPieces() == 0);
            }
        }
    }

    @Test
    void acceptedLeavesOnlyAfterTheForce() throws Exception {
        peer.attachSender(0, "q");
        broker.store.hold();
        send(peer, 0, 0, durable(message(LARGE_BYTES)));
        peer.expectSilence(200);
        broker.store.release();
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    private static byte[] durable(byte[] sections) {
        byte[] header = new MessageHeader(true, 4, MessageHeader.NO_TTL, false, 0).encode();
        byte[] all = Arrays.copyOf(header, header.length + sections.length);
        System.arraycopy(sections, 0, all, header.length, sections.length);
        return all;
    }

    @Clause("AMQP-2.6.14-3")
    @Test
    void ofAnAbortedOneNothingIsLeft() throws Exception {
        peer.attachSender(0, "q");
        sendBeginning(peer, 0, 0, message(LARGE_BYTES), LARGE_BYTES);
        ListeningBroker.await(() -> broker.store.storedPieces() > 0);
        Transfer aborted = TestPeer.transfer(0, 0);
        aborted.setAborted(true);
        peer.send(0, aborted);
        ListeningBroker.await(() -> broker.store.storedPieces() == 0);
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("next"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        assertEquals(1, ready("q"));
    }

    @Test
    void ofOneWhoseSenderLeavesNothingIsLeft() throws Exception {
        peer.attachSender(0, "q");
        sendBeginning(peer, 0, 0, message(LARGE_BYTES), LARGE_BYTES);
        ListeningBroker.await(() -> broker.store.storedPieces() > 0);
        peer.close();
        ListeningBroker.await(() -> broker.store.storedPieces() == 0);
    }

    @Test
    void oneThatNobodyIsBoundToIsReleasedAndLeavesNothing() throws Exception {
        peer.attachSender(0, "topic://nobody/listens");
        send(peer, 0, 0, message(LARGE_BYTES));
        assertInstanceOf(Released.class, peer.expect(Disposition.class).getState());
        assertEquals(0, broker.store.storedPieces());
    }

    @Test
    void whileTheLogIsFullItWaitsAndSoDoesWhatComesBehind() throws Exception {
        peer.attachSender(0, "q");
        broker.store.fill();
        byte[] sent = message(LARGE_BYTES);
        send(peer, 0, 0, sent);
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("behind"));
        peer.expectSilence(100);
        broker.store.makeSpace();
        assertEquals(0, peer.expect(Disposition.class).getFirst().intValue());
        ListeningBroker.await(() -> ready("q") == 2);
        try (TestPeer consumer = connect().attachReceiver(0, "q", 2)) {
            assertArrayEquals(sent, receive(consumer));
            consumer.expect(Transfer.class);
            assertEquals("behind", consumer.text());
        }
    }

    @Clause("AMQP-2.6.14-2")
    @Test
    void whatIsForAnotherLinkGoesBetweenItsFrames() throws Exception {
        put("big", message(LARGE_BYTES));
        TestPeer consumer = broker.connect().open().begin(0, 3);
        consumer.send(0, TestPeer.receiver("big", 0, "big"));
        consumer.expect(Attach.class);
        consumer.send(0, credit(0, 3, 0));
        for (int i = 0; i < 3; i++) consumer.expect(Transfer.class);
        consumer.send(0, TestPeer.receiver("small", 1, "small"));
        consumer.expect(Attach.class);
        peer.attachSender(0, "small");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("between"));
        peer.expect(Disposition.class);
        consumer.send(0, credit(1, 2, 3));
        boolean between = false;
        for (int i = 0; i < 2; i++) {
            between |= consumer.expect(Transfer.class).getHandle().intValue() == 1;
        }
        consumer.send(0, windowOf(2, 5));
        for (int i = 0; i < 2; i++) {
            between |= consumer.expect(Transfer.class).getHandle().intValue() == 1;
        }
        assertTrue(between, "the small message waited for the large one");
    }

    /** Credit for one message, and a window of so many frames behind those that have come. */
    private static Flow credit(int handle, int frames, int received) {
        Flow flow = windowOf(frames, received);
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.ZERO);
        flow.setLinkCredit(UnsignedInteger.ONE);
        return flow;
    }

    private static Flow windowOf(int frames, int received) {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(received));
        flow.setIncomingWindow(UnsignedInteger.valueOf(frames));
        flow.setNextOutgoingId(UnsignedInteger.ZERO);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        return flow;
    }

    @Test
    void aReceiverThatLeavesInTheMiddleGivesItBackWhole() throws Exception {
        byte[] sent = message(LARGE_BYTES);
        put("q", sent);
        try (TestPeer leaves = connect().attachReceiver(0, "q", 1)) {
            leaves.expect(Transfer.class);
            leaves.expect(Transfer.class);
        }
        try (TestPeer consumer = connect().attachReceiver(0, "q", 1)) {
            assertArrayEquals(sent, receive(consumer));
        }
    }

    @Test
    void oneThatIsSettledWhenItBeginsIsStillSentToItsEnd() throws Exception {
        byte[] sent = message(LARGE_BYTES);
        put("q", sent);
        TestPeer consumer = broker.connect().open().begin(0, 2);
        Attach attach = TestPeer.receiver("r", 0, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        consumer.send(0, attach);
        consumer.expect(Attach.class);
        consumer.send(0, credit(0, 2, 0));
        ListeningBroker.await(() -> status("q").settled() == 1);
        assertTrue(consumer.expect(Transfer.class).getSettled());
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(consumer.payload);
        Transfer transfer;
        int frames = 1;
        do {
            if (frames % 2 == 0) consumer.send(0, windowOf(2, frames));
            transfer = consumer.expect(Transfer.class);
            message.writeBytes(consumer.payload);
            frames++;
        } while (transfer.getMore());
        assertArrayEquals(sent, withoutHeader(message.toByteArray()));
        ListeningBroker.await(() -> broker.store.storedPieces() == 0);
    }

    @Test
    void twoReceiversOfATopicReadItAtTheirOwnPace() throws Exception {
        TestPeer fast = connect().attachReceiver(0, "topic://news", 1);
        TestPeer slow = broker.connect().open().begin(0, 1);
        slow.send(0, TestPeer.receiver("slow", 0, "topic://news"));
        slow.expect(Attach.class);
        slow.send(0, credit(0, 1, 0));
        byte[] sent = message(LARGE_BYTES);
        put("topic://news", sent);
        assertArrayEquals(sent, receive(fast));
        fast.send(0, accepted(0));
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        Transfer transfer;
        int frames = 0;
        do {
            transfer = slow.expect(Transfer.class);
            message.writeBytes(slow.payload);
            slow.send(0, windowOf(1, ++frames));
        } while (transfer.getMore());
        assertArrayEquals(sent, withoutHeader(message.toByteArray()));
        slow.send(0, accepted(0));
        ListeningBroker.await(() -> broker.store.storedPieces() == 0);
    }

    @Test
    void aReceiverThatTakesNoneSoLargeGetsNone() throws Exception {
        put("q", message(LARGE_BYTES));
        Attach attach = TestPeer.receiver("r", 0, "q");
        attach.setMaxMessageSize(UnsignedLong.valueOf(LARGE_BYTES));
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.flow(0, 0, 1));
        peer.expectSilence(100);
        assertEquals(1, ready("q"));
    }

    @Clause("AMQP-2.7.3-4")
    @Test
    void oneThatIsLargerThanAgreedEndsItsLink() throws Exception {
        reopen(new AmqpSettings.Limits(128 << 10, 1_000_000, 10, 10));
        peer.send(0, TestPeer.sender("s", 0, "q"));
        assertEquals(1_000_000, peer.expect(Attach.class).getMaxMessageSize().intValue());
        peer.expect(Flow.class);
        sendBeginning(peer, 0, 0, message(LARGE_BYTES), LARGE_BYTES);
        peer.expectDetach(LinkError.MESSAGE_SIZE_EXCEEDED);
        assertEquals(0, broker.store.storedPieces());
    }

    @Test
    void oneWhoseLastSectionIsCutOffIsNoMessage() throws Exception {
        peer.attachSender(0, "q");
        byte[] sent = message(LARGE_BYTES);
        send(peer, 0, 0, Arrays.copyOf(sent, sent.length - 1));
        assertEquals(AmqpError.DECODE_ERROR, peer.expect(Close.class).getError().getCondition());
        assertEquals(0, broker.store.storedPieces());
    }

    @Test
    void oneThatSaysTooMuchBeforeItsBodyIsRefused() throws Exception {
        peer.attachSender(0, "q");
        ByteBuf out = Unpooled.buffer();
        Properties properties = new Properties();
        properties.setSubject("s".repeat(400_000));
        PerformativeCodec.ofThread().encode(properties, new ByteBufSink(out));
        sendBeginning(peer, 0, 0, Arrays.copyOf(out.array(), out.writerIndex()), 400_000);
        peer.expectDetach(LinkError.MESSAGE_SIZE_EXCEEDED);
    }

    @Test
    void itCannotBeRetained() throws Exception {
        peer.attachSender(0, "topic://news");
        byte[] annotations = Hex.bytes("005372 c110 02 a30c 782d6f70742d72657461696e 41");
        byte[] sections = message(LARGE_BYTES);
        byte[] sent = Arrays.copyOf(annotations, annotations.length + sections.length);
        System.arraycopy(sections, 0, sent, annotations.length, sections.length);
        send(peer, 0, 0, sent);
        Disposition answer = peer.expect(Disposition.class);
        assertFalse(answer.getState() instanceof Accepted, answer.toString());
        assertEquals(0, broker.store.storedPieces());
    }

    @Test
    void detachInTheMiddleLeavesNothing() throws Exception {
        peer.attachSender(0, "q");
        sendBeginning(peer, 0, 0, message(LARGE_BYTES), LARGE_BYTES);
        ListeningBroker.await(() -> broker.store.storedPieces() > 0);
        peer.send(0, TestPeer.detachFrame(0, true));
        peer.expect(Detach.class);
        assertEquals(0, broker.store.storedPieces());
    }
}
