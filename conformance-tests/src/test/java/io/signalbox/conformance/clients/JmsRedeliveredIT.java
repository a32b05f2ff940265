package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receive;
import static io.signalbox.conformance.clients.JmsClient.sendTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import org.junit.jupiter.api.Test;

/** What was received and not acknowledged when the broker was killed comes again and says so (JMS 2.0 §3.4.7). */
final class JmsRedeliveredIT {

    private static final String QUEUE = "jms.redelivered";

    @Test
    void whatWasNotAcknowledgedBeforeAKillComesAgainMarkedAndWhatCameLaterIsNot() throws JMSException {
        BrokerOptions options = BrokerOptions.fresh();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            Connection before = JmsClient.connect(broker);
            Session session = before.createSession(Session.CLIENT_ACKNOWLEDGE);
            Queue queue = session.createQueue(QUEUE);
            sendTexts(session, queue, "seen");
            assertFalse(receive(session.createConsumer(queue)).getJMSRedelivered());
            broker.kill();
            broker = broker.restart();
            try (Connection after = JmsClient.connect(broker)) {
                Session next = after.createSession(Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = next.createConsumer(queue);
                Message again = receive(consumer);
                assertEquals("seen", again.getBody(String.class));
                assertTrue(again.getJMSRedelivered());
                assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
                sendTexts(next, queue, "new");
                assertFalse(receive(consumer).getJMSRedelivered());
            }
            closeQuietly(before);
        } finally {
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    /** Its broker is gone; what it says to that is not the subject here. */
    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (JMSException expected) {
            assertTrue(expected.getMessage() != null);
        }
    }
}
