package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receive;
import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Request and reply between two JMS connections, by temporary destinations. */
@ExtendWith(SharedBroker.class)
final class JmsRequestReplyIT {

    private static final long SHORT_RECEIVE_MILLIS = 150;

    private Connection client;
    private Connection server;
    private Session clientSession;
    private Session serverSession;
    private Queue service;

    @BeforeEach
    void connect(BrokerUnderTest broker, TestInfo test) throws JMSException {
        client = JmsClient.connect(broker);
        server = JmsClient.connect(broker);
        clientSession = client.createSession(Session.AUTO_ACKNOWLEDGE);
        serverSession = server.createSession(Session.AUTO_ACKNOWLEDGE);
        service = clientSession.createQueue(
                "jms/service/" + test.getTestMethod().orElseThrow().getName());
    }

    @AfterEach
    void close() throws JMSException {
        client.close();
        server.close();
    }

    /** The client asks with a reply-to; the server's anonymous producer answers there. */
    private void askAndAnswer(Destination replyTo) throws JMSException {
        MessageConsumer replies = clientSession.createConsumer(replyTo);
        MessageConsumer requests = serverSession.createConsumer(service);
        MessageProducer asking = clientSession.createProducer(service);
        MessageProducer answering = serverSession.createProducer(null);
        for (int i = 0; i < 5; i++) {
            TextMessage request = clientSession.createTextMessage("question " + i);
            request.setJMSReplyTo(replyTo);
            asking.send(request);

            Message asked = receive(requests);
            assertEquals(replyTo, asked.getJMSReplyTo());
            TextMessage reply = serverSession.createTextMessage("answer " + i);
            reply.setJMSCorrelationID(asked.getJMSMessageID());
            answering.send(asked.getJMSReplyTo(), reply);

            Message answer = receive(replies);
            assertEquals("answer " + i, ((TextMessage) answer).getText());
            assertEquals(request.getJMSMessageID(), answer.getJMSCorrelationID());
            assertEquals(replyTo, answer.getJMSDestination());
        }
        assertNull(replies.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aReplyComesByATemporaryQueue() throws JMSException {
        askAndAnswer(clientSession.createTemporaryQueue());
    }

    @Test
    void aReplyComesByATemporaryTopic() throws JMSException {
        askAndAnswer(clientSession.createTemporaryTopic());
    }

    @Test
    void everyTemporaryQueueIsAnotherOne() throws JMSException {
        TemporaryQueue first = clientSession.createTemporaryQueue();
        TemporaryQueue second = clientSession.createTemporaryQueue();
        assertNotEquals(first.getQueueName(), second.getQueueName());
        clientSession.createProducer(second).send(clientSession.createTextMessage("for the second"));
        assertNull(clientSession.createConsumer(first).receive(SHORT_RECEIVE_MILLIS));
        assertEquals("for the second", receiveText(clientSession.createConsumer(second)));
    }

    @Test
    void aTemporaryQueueThatIsDeletedTakesNothingMore() throws JMSException {
        TemporaryQueue queue = clientSession.createTemporaryQueue();
        String address = queue.getQueueName();
        queue.delete();
        MessageProducer late = serverSession.createProducer(null);
        Message reply = serverSession.createTextMessage("too late");
        assertThrows(JMSException.class, () -> late.send(serverSession.createQueue(address), reply));
    }

    @Test
    void aTemporaryQueueGoesWithItsConnection() throws JMSException {
        String address = clientSession.createTemporaryQueue().getQueueName();
        client.close();
        assertThrows(JMSException.class, () -> serverSession.createConsumer(serverSession.createQueue(address)));
    }
}
