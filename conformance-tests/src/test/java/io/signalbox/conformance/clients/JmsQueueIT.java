package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receive;
import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static io.signalbox.conformance.clients.JmsClient.sendTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Queues as JMS sees them: acknowledgement modes, redelivery, empty queues, several sessions. */
@ExtendWith(SharedBroker.class)
final class JmsQueueIT {

    private static final long SHORT_RECEIVE_MILLIS = 150;

    private BrokerUnderTest broker;
    private String name;
    private Connection connection;

    @BeforeEach
    void connect(BrokerUnderTest shared, TestInfo test) throws JMSException {
        broker = shared;
        name = "jms.queue." + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    @Test
    void messagesArriveInTheOrderTheyWereSent() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        String[] texts = numbered(1_500); // more than the client's prefetch of 1,000
        sendTexts(session, queue, texts);
        assertEquals(List.of(texts), receiveTexts(session.createConsumer(queue), texts.length));
    }

    @Test
    void theHigherPriorityArrivesFirstAndTheOlderWithinOne() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        try (MessageProducer producer = session.createProducer(queue)) {
            for (String text : List.of("1 low", "4 usual", "9 high", "4 later", "9 higher", "0 lowest")) {
                producer.setPriority(text.charAt(0) - '0');
                producer.send(session.createTextMessage(text));
            }
        }
        assertEquals(
                List.of("9 high", "9 higher", "4 usual", "4 later", "1 low", "0 lowest"),
                receiveTexts(session.createConsumer(queue), 6));
    }

    @Test
    void whatWasReceivedWithAutoAcknowledgeDoesNotComeBack() throws JMSException {
        assertSettledByReceiving(Session.AUTO_ACKNOWLEDGE);
    }

    @Test
    void whatWasReceivedWithDupsOkDoesNotComeBackAfterAnOrderlyClose() throws JMSException {
        assertSettledByReceiving(Session.DUPS_OK_ACKNOWLEDGE);
    }

    private void assertSettledByReceiving(int mode) throws JMSException {
        Session session = connection.createSession(mode);
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a", "b", "c");
        assertEquals(List.of("a", "b"), receiveTexts(session.createConsumer(queue), 2));
        connection.close();
        assertEquals(List.of("c"), remaining());
        Await.until("the queue is empty", () -> broker.control().depth(name) == 0);
    }

    @Test
    void clientAcknowledgeSettlesEverythingTheSessionHasReceived() throws JMSException {
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a", "b", "c");
        MessageConsumer consumer = session.createConsumer(queue);
        receive(consumer);
        receive(consumer).acknowledge();
        receive(consumer); // c is received and not acknowledged
        connection.close();
        assertEquals(List.of("c"), remaining());
    }

    @Test
    void recoverBringsUnacknowledgedMessagesBackInOrderAndMarked() throws JMSException {
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a", "b");
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals(List.of("a", "b"), receiveTexts(consumer, 2));
        session.recover();
        Message again = receive(consumer);
        assertEquals("a", again.getBody(String.class));
        assertTrue(again.getJMSRedelivered());
        assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
        assertEquals("b", receiveText(consumer));
    }

    @Test
    void aClosedConnectionGivesBackWhatItDidNotAcknowledge() throws JMSException {
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a", "b", "c");
        assertEquals("a", receiveText(session.createConsumer(queue))); // b and c were prefetched
        connection.close();
        assertEquals(List.of("a", "b", "c"), remaining());
    }

    @Test
    void aClosedConsumerLeavesTheRestToTheNext() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a", "b", "c");
        try (MessageConsumer consumer = session.createConsumer(queue)) {
            assertEquals("a", receiveText(consumer));
        }
        try (MessageConsumer consumer = session.createConsumer(queue)) {
            assertEquals(List.of("b", "c"), receiveTexts(consumer, 2));
        }
    }

    @Clause("AMQP-2.6.7-5")
    @Test
    void receivingFromAnEmptyQueueEndsInTimeAndLaterMessagesStillCome() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        MessageConsumer consumer = session.createConsumer(queue);
        long start = System.nanoTime();
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS)); // the client drains its credit (AMQP 1.0 §2.6.7)
        assertNull(consumer.receiveNoWait());
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5_000, "two empty receives took " + millis + " ms");
        sendTexts(session, queue, "late");
        assertEquals("late", receiveText(consumer));
    }

    @Test
    void receiveWithoutPrefetchTakesOneMessageAtATime() throws JMSException {
        try (Connection pulling = JmsClient.connect(broker, "jms.prefetchPolicy.all=0")) {
            Session session = pulling.createSession(Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue(name);
            MessageConsumer consumer = session.createConsumer(queue);
            assertNull(consumer.receiveNoWait());
            sendTexts(session, queue, "a", "b");
            assertEquals(List.of("a", "b"), receiveTexts(consumer, 2));
            assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
        }
    }

    @Test
    void consumersOfSeveralSessionsShareAQueueWithoutLossOrDoubles() throws JMSException {
        Session sending = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = sending.createQueue(name);
        List<String> received = Collections.synchronizedList(new ArrayList<>());
        Set<String> busy = Collections.synchronizedSet(new TreeSet<>());
        for (String consumer : List.of("first", "second", "third")) {
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            session.createConsumer(queue).setMessageListener(message -> {
                received.add(textOf(message));
                busy.add(consumer);
            });
        }
        String[] texts = numbered(600);
        sendTexts(sending, queue, texts);
        Await.until("all messages were received", () -> received.size() >= texts.length);
        assertEquals(new TreeSet<>(List.of(texts)), new TreeSet<>(received));
        assertEquals(texts.length, received.size(), "a message came twice");
        assertEquals(3, busy.size(), "only " + busy + " got messages");
    }

    @Test
    void oneProducerServesManyDestinations() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        try (MessageProducer anonymous = session.createProducer(null)) {
            for (String suffix : List.of(".x", ".y")) {
                Queue queue = session.createQueue(name + suffix);
                anonymous.send(queue, session.createTextMessage("to " + suffix));
                assertEquals("to " + suffix, receiveText(session.createConsumer(queue)));
            }
        }
    }

    @Test
    void aQueueOutlivesTheConnectionThatFilledIt() throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        sendTexts(session, session.createQueue(name), "kept");
        connection.close();
        assertEquals(List.of("kept"), remaining());
    }

    @Test
    void closingASessionDoesNotDisturbTheOther() throws JMSException {
        Session first = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Session second = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = second.createQueue(name);
        first.createConsumer(first.createQueue(name + ".other"));
        first.close();
        sendTexts(second, queue, "still here");
        Message message = receive(second.createConsumer(queue));
        assertEquals("still here", message.getBody(String.class));
        assertFalse(message.getJMSRedelivered());
    }

    /** What a new connection finds in the queue, taken out of it. */
    private List<String> remaining() throws JMSException {
        List<String> texts = new ArrayList<>();
        try (Connection fresh = JmsClient.connect(broker)) {
            Session session = fresh.createSession(Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(name));
            Message message = consumer.receive(JmsClient.RECEIVE_MILLIS);
            for (; message != null; message = consumer.receive(SHORT_RECEIVE_MILLIS)) texts.add(textOf(message));
        }
        return texts;
    }

    private static String textOf(Message message) {
        try {
            return message.getBody(String.class);
        } catch (JMSException e) {
            throw new AssertionError(e);
        }
    }

    private static String[] numbered(int count) {
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) texts[i] = String.format("m%05d", i);
        return texts;
    }
}
