package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static io.signalbox.conformance.clients.JmsClient.sendTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics as JMS sees them: every subscriber its copy, nothing for those who come later. */
@ExtendWith(SharedBroker.class)
final class JmsTopicIT {

    private static final long SHORT_RECEIVE_MILLIS = 150;

    private String name;
    private Connection connection;
    private Session session;

    @BeforeEach
    void connect(BrokerUnderTest broker, TestInfo test) throws JMSException {
        name = "jms/topic/" + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    @Test
    void everySubscriberGetsEveryMessage() throws JMSException {
        Topic topic = session.createTopic(name);
        MessageConsumer first = session.createConsumer(topic);
        MessageConsumer second = session.createConsumer(topic);
        sendTexts(session, topic, "a", "b");
        assertEquals(List.of("a", "b"), receiveTexts(first, 2));
        assertEquals(List.of("a", "b"), receiveTexts(second, 2));
    }

    @Test
    void aMessageTellsItsTopicAsDestination() throws JMSException {
        Topic topic = session.createTopic(name);
        MessageConsumer consumer = session.createConsumer(topic);
        sendTexts(session, topic, "a");
        Message message = JmsClient.receive(consumer);
        assertEquals(topic, message.getJMSDestination());
    }

    @Test
    void wildcardsMatchAsInMqtt() throws JMSException {
        MessageConsumer oneLevel = session.createConsumer(session.createTopic(name + "/+/state"));
        MessageConsumer allBelow = session.createConsumer(session.createTopic(name + "/#"));
        sendTexts(session, session.createTopic(name + "/door/state"), "open");
        sendTexts(session, session.createTopic(name + "/door/battery"), "90");
        assertEquals("open", receiveText(oneLevel));
        assertEquals(List.of("open", "90"), receiveTexts(allBelow, 2));
        assertNull(oneLevel.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void whoSubscribesLaterGetsOnlyWhatIsSentLater() throws JMSException {
        Topic topic = session.createTopic(name);
        sendTexts(session, topic, "before");
        MessageConsumer consumer = session.createConsumer(topic);
        sendTexts(session, topic, "after");
        assertEquals("after", receiveText(consumer));
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aTopicWithoutSubscribersTakesMessages() throws JMSException {
        Topic topic = session.createTopic(name);
        sendTexts(session, topic, "to nobody");
        MessageConsumer consumer = session.createConsumer(topic);
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aQueueOfTheSameNameGetsNothingFromTheTopic() throws JMSException {
        MessageConsumer ofQueue = session.createConsumer(session.createQueue(name));
        MessageConsumer ofTopic = session.createConsumer(session.createTopic(name));
        sendTexts(session, session.createTopic(name), "topic's");
        assertEquals("topic's", receiveText(ofTopic));
        assertNull(ofQueue.receive(SHORT_RECEIVE_MILLIS));
    }
}
