package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receive;
import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to acknowledge, with persistent messages and others: what was is gone, what was not comes again. */
@ExtendWith(SharedBroker.class)
final class JmsAcknowledgeIT {

    private static final int INDIVIDUAL_ACKNOWLEDGE = 101; // Qpid JMS
    private static final long SHORT_RECEIVE_MILLIS = 150;

    private BrokerUnderTest broker;
    private String name;
    private Connection connection;

    static Stream<Arguments> everyModeAndPersistence() {
        return Stream.of(
                        Session.AUTO_ACKNOWLEDGE,
                        Session.CLIENT_ACKNOWLEDGE,
                        Session.DUPS_OK_ACKNOWLEDGE,
                        INDIVIDUAL_ACKNOWLEDGE)
                .flatMap(mode -> Stream.of(DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT)
                        .map(persistence -> Arguments.of(mode, persistence)));
    }

    static Stream<Arguments> modesOfTheApplication() {
        return everyModeAndPersistence()
                .filter(arguments -> !arguments.get()[0].equals(Session.AUTO_ACKNOWLEDGE)
                        && !arguments.get()[0].equals(Session.DUPS_OK_ACKNOWLEDGE));
    }

    @BeforeEach
    void connect(BrokerUnderTest shared, TestInfo test) throws JMSException {
        broker = shared;
        name = "jms.acknowledge." + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    private void send(Session session, int persistence, String... texts) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(name))) {
            producer.setDeliveryMode(persistence);
            for (String text : texts) producer.send(session.createTextMessage(text));
        }
    }

    @ParameterizedTest(name = "mode {0}, delivery mode {1}")
    @MethodSource("everyModeAndPersistence")
    void whatWasAcknowledgedIsGone(int mode, int persistence) throws JMSException {
        Session session = connection.createSession(mode);
        send(session, persistence, "a", "b", "c");
        MessageConsumer consumer = session.createConsumer(session.createQueue(name));
        for (String expected : List.of("a", "b", "c")) {
            Message message = receive(consumer);
            assertEquals(expected, message.getBody(String.class));
            assertFalse(message.getJMSRedelivered());
            message.acknowledge(); // without effect where the client does it
        }
        connection.close();
        Await.until("the queue is empty", () -> broker.control().depth(name) == 0);
    }

    @ParameterizedTest(name = "mode {0}, delivery mode {1}")
    @MethodSource("modesOfTheApplication")
    void whatWasNotAcknowledgedComesAgainAfterAClose(int mode, int persistence) throws JMSException {
        Session session = connection.createSession(mode);
        send(session, persistence, "a", "b");
        assertEquals(List.of("a", "b"), receiveTexts(session.createConsumer(session.createQueue(name)), 2));
        connection.close();
        try (Connection next = JmsClient.connect(broker)) {
            Session again = next.createSession();
            MessageConsumer consumer = again.createConsumer(again.createQueue(name));
            for (String expected : List.of("a", "b")) {
                Message message = receive(consumer);
                assertEquals(expected, message.getBody(String.class));
                assertTrue(message.getJMSRedelivered());
                // more than two if it was handed back before the link that it came by had gone
                assertTrue(message.getIntProperty("JMSXDeliveryCount") >= 2);
                assertEquals(persistence, message.getJMSDeliveryMode());
            }
        }
    }

    @ParameterizedTest(name = "mode {0}, delivery mode {1}")
    @MethodSource("modesOfTheApplication")
    void whatWasNotAcknowledgedComesAgainAfterRecover(int mode, int persistence) throws JMSException {
        Session session = connection.createSession(mode);
        send(session, persistence, "a");
        MessageConsumer consumer = session.createConsumer(session.createQueue(name));
        receive(consumer);
        session.recover();
        Message again = receive(consumer);
        assertTrue(again.getJMSRedelivered());
        again.acknowledge();
        connection.close();
        Await.until("the queue is empty", () -> broker.control().depth(name) == 0);
    }

    @Test
    void oneMessageIsAcknowledgedWithoutThoseBeforeIt() throws JMSException {
        Session session = connection.createSession(INDIVIDUAL_ACKNOWLEDGE);
        send(session, DeliveryMode.PERSISTENT, "a", "b", "c");
        MessageConsumer consumer = session.createConsumer(session.createQueue(name));
        receive(consumer);
        receive(consumer).acknowledge();
        receive(consumer);
        connection.close();
        try (Connection next = JmsClient.connect(broker)) {
            Session again = next.createSession();
            MessageConsumer rest = again.createConsumer(again.createQueue(name));
            assertEquals(List.of("a", "c"), receiveTexts(rest, 2));
            assertNull(rest.receive(SHORT_RECEIVE_MILLIS));
        }
    }

    @ParameterizedTest(name = "mode {0}, delivery mode {1}")
    @MethodSource("everyModeAndPersistence")
    void aTopicsSubscriberAcknowledgesInEveryMode(int mode, int persistence) throws JMSException {
        Session session = connection.createSession(mode);
        Topic topic = session.createTopic("jms/acknowledge/" + mode + "/" + persistence);
        MessageConsumer consumer = session.createConsumer(topic);
        try (MessageProducer producer = session.createProducer(topic)) {
            producer.setDeliveryMode(persistence);
            producer.send(session.createTextMessage("a"));
            producer.send(session.createTextMessage("b"));
        }
        receive(consumer).acknowledge();
        assertEquals("b", receiveText(consumer));
    }

    @Test
    void aDurableSubscriberGetsAgainWhatItDidNotAcknowledge() throws JMSException {
        String client = "jms.clientID=" + name;
        try (Connection mine = JmsClient.connect(broker, client)) {
            Session session = mine.createSession(Session.CLIENT_ACKNOWLEDGE);
            Topic topic = session.createTopic("jms/acknowledge/" + name);
            MessageConsumer consumer = session.createDurableConsumer(topic, "s");
            JmsClient.sendTexts(session, topic, "a", "b");
            receive(consumer).acknowledge();
            assertEquals("b", receiveText(consumer));
        }
        try (Connection mine = JmsClient.connect(broker, client)) {
            Session session = mine.createSession();
            MessageConsumer consumer =
                    session.createDurableConsumer(session.createTopic("jms/acknowledge/" + name), "s");
            Message again = receive(consumer);
            assertEquals("b", again.getBody(String.class));
            assertTrue(again.getJMSRedelivered());
            assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
        }
    }
}
