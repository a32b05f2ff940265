package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnonymousTerminusTest extends OneSession {

    @BeforeEach
    void attach() throws Exception {
        peer.attachSender(0, null);
    }

    /** A durable message with its own address; {@code jmsKind} below 0 = nothing is said about its node. */
    private static byte[] message(String to, int jmsKind, String text) {
        ByteBuf out = Unpooled.buffer();
        ByteBufSink sink = new ByteBufSink(out);
        out.writeBytes(new MessageHeader(true, 4, MessageHeader.NO_TTL, false, 0).encode());
        if (jmsKind >= 0) {
            Map<Symbol, Object> kind = Map.of(Symbol.valueOf("x-opt-jms-dest"), (byte) jmsKind);
            PerformativeCodec.ofThread().encode(new MessageAnnotations(kind), sink);
        }
        Properties properties = new Properties();
        properties.setTo(to);
        PerformativeCodec.ofThread().encode(properties, sink);
        PerformativeCodec.ofThread().encode(new AmqpValue(text), sink);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private static byte[] message(String to, String text) {
        return message(to, -1, text);
    }

    private DeliveryState answerTo(int deliveryId, byte[] message) throws Exception {
        peer.send(0, TestPeer.transfer(0, deliveryId), message);
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(deliveryId, answer.getFirst().intValue());
        assertTrue(answer.getSettled());
        return answer.getState();
    }

    private static void assertRejected(Symbol condition, DeliveryState state) {
        ErrorCondition error = assertInstanceOf(Rejected.class, state).getError();
        assertEquals(condition, error.getCondition());
        assertNotNull(error.getDescription());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "queue://a/b", "/queues/a%2Fb"})
    void aMessageGoesToTheQueueItNames(String to) throws Exception {
        assertInstanceOf(Accepted.class, answerTo(0, message(to, "m")));
        assertEquals(1, ready("a/b"));
    }

    @ParameterizedTest
    @CsvSource({"t, 1", "t, 3", "topic://t, -1", "/topics/t, -1", "/exchanges/topics/t, -1"})
    void aMessageGoesToTheTopicItNames(String to, int jmsKind) throws Exception {
        TestPeer reader = connect().attachReceiver(0, "topic://t", 10);
        assertInstanceOf(Accepted.class, answerTo(0, message(to, jmsKind, "m")));
        reader.expect(Transfer.class);
        assertEquals("m", reader.text());
        assertTrue(broker.host.queue("t").isEmpty());
    }

    @Test
    void anUnheardTopicIsNoErrorToJmsAndReleasedToOthers() throws Exception {
        assertInstanceOf(Accepted.class, answerTo(0, message("t", 1, "m")));
        assertInstanceOf(Released.class, answerTo(1, message("topic://t", "m")));
    }

    @Test
    void aMessageThatCannotBeTakenThereIsRejectedWithTheReason() throws Exception {
        assertRejected(AmqpError.PRECONDITION_FAILED, answerTo(0, message(null, "m")));
        assertRejected(AmqpError.PRECONDITION_FAILED, answerTo(1, TestPeer.durable("m")));
        assertRejected(AmqpError.NOT_ALLOWED, answerTo(2, message("topic://a/+", "m")));
        assertRejected(AmqpError.NOT_FOUND, answerTo(3, message("/exchanges/none/k", "m")));
        assertRejected(AmqpError.INVALID_FIELD, answerTo(4, message("", "m")));
        assertRejected(AmqpError.INVALID_FIELD, answerTo(5, message("q".repeat(2000), "m")));
        assertRejected(AmqpError.NOT_IMPLEMENTED, answerTo(6, message("$management", "m")));
        assertInstanceOf(Accepted.class, answerTo(7, message("q", "m")));
    }

    @Test
    void aSettledMessageThatCannotBeTakenEndsTheLink() throws Exception {
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(0, transfer, message("/exchanges/none/k", "m"));
        assertEquals(AmqpError.NOT_FOUND, peer.expect(Detach.class).getError().getCondition());
    }

    @Test
    void whileAQueueIsMadeNothingOvertakes() throws Exception {
        answerTo(0, message("known", "first"));
        broker.store.hold();
        peer.send(0, TestPeer.transfer(0, 1), message("new", "a"));
        peer.send(0, TestPeer.transfer(0, 2), message("known", "b"));
        peer.send(0, TestPeer.transfer(0, 3), message("newer", "c"));
        peer.send(0, TestPeer.transfer(0, 4), message("new", "d"));
        peer.expectSilence(200);
        assertEquals(1, ready("known"));
        broker.store.release();
        for (int next = 1; next <= 4; ) {
            Disposition answer = peer.expect(Disposition.class);
            assertInstanceOf(Accepted.class, answer.getState());
            assertEquals(next, answer.getFirst().intValue());
            next = (answer.getLast() == null ? answer.getFirst() : answer.getLast()).intValue() + 1;
        }
        assertEquals(List.of(2L, 2L, 1L), List.of(ready("known"), ready("new"), ready("newer")));
        peer.attachReceiver(1, "new", 2);
        for (String text : List.of("a", "d")) {
            peer.expect(Transfer.class);
            assertEquals(text, peer.text());
        }
    }

    @Test
    void whileAQueueIsMadeTheSocketIsNotReadBeyondABound() throws Exception {
        broker.store.hold();
        byte[] message = message("new", "x".repeat(100_000));
        for (int i = 0; i < 30; i++) peer.send(0, TestPeer.transfer(0, i), message);
        peer.expectSilence(200);
        assertTrue(broker.listener.counters().received.sum() < 20, "read on: " + broker.listener.counters().received);
        broker.store.release();
        ListeningBroker.await(() -> broker.host.queue("new").isPresent() && ready("new") == 30);
    }

    @Test
    void whatWaitsGoesWithItsConnection() throws Exception {
        broker.store.hold();
        peer.send(0, TestPeer.transfer(0, 0), message("new", "m"));
        peer.expectSilence(100);
        peer.close();
        ListeningBroker.await(() -> broker.listener.connectionCount() == 0);
        broker.store.release();
        peer = connect().attachSender(0, null);
        assertInstanceOf(Accepted.class, answerTo(0, message("new", "n")));
        assertEquals(1, ready("new"));
    }

    @Test
    void moreNodesThanAreKeptInMindAreFoundAllTheSame() throws Exception {
        int id = 0;
        for (int round = 0; round < 2; round++) {
            for (int queue = 0; queue < 100; queue++) answerTo(id++, message("q" + queue, "m"));
        }
        for (int queue = 0; queue < 100; queue++) assertEquals(2, ready("q" + queue));
    }

    @Test
    void aQueueThatWasRemovedIsMadeAgain() throws Exception {
        answerTo(0, message("q", "m"));
        broker.onLoop(loop -> broker.host.deleteQueue(loop, "q"));
        assertInstanceOf(Accepted.class, answerTo(1, message("q", "m")));
        assertEquals(1, ready("q"));
    }
}
