package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** A JMS producer without a destination: every message names its own. */
@ExtendWith(SharedBroker.class)
final class JmsAnonymousProducerIT {

    private String name;
    private Connection connection;
    private Session session;
    private MessageProducer producer;

    @BeforeEach
    void connect(BrokerUnderTest broker, TestInfo test) throws JMSException {
        name = "jms/anonymous/" + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        producer = session.createProducer(null);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    @Test
    void eachMessageGoesWhereItIsSentTo() throws JMSException {
        Queue queue = session.createQueue(name);
        Topic topic = session.createTopic(name);
        MessageConsumer ofQueue = session.createConsumer(queue);
        MessageConsumer ofTopic = session.createConsumer(topic);
        producer.send(queue, session.createTextMessage("to the queue"));
        producer.send(topic, session.createTextMessage("to the topic"));
        assertEquals("to the queue", receiveText(ofQueue));
        assertEquals("to the topic", receiveText(ofTopic));
    }

    @Test
    void queuesThatAreNewKeepTheOrder() throws JMSException {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add("m" + i);
            producer.send(session.createQueue(name + "/other" + i), session.createTextMessage("elsewhere"));
            producer.send(session.createQueue(name), session.createTextMessage("m" + i));
        }
        assertEquals(sent, receiveTexts(session.createConsumer(session.createQueue(name)), sent.size()));
    }

    @Test
    void aMessageToAWildcardIsRefusedAndTheNextOneTaken() throws JMSException {
        Topic wildcard = session.createTopic(name + "/#");
        assertThrows(JMSException.class, () -> producer.send(wildcard, session.createTextMessage("x")));
        Queue queue = session.createQueue(name);
        producer.send(queue, session.createTextMessage("taken"));
        assertEquals("taken", receiveText(session.createConsumer(queue)));
    }
}
