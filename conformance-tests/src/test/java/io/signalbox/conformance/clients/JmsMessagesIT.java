package io.signalbox.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every kind of JMS message goes through a queue and comes out as it went in. */
@ExtendWith(SharedBroker.class)
final class JmsMessagesIT {

    private Connection connection;
    private Session session;
    private MessageProducer producer;
    private MessageConsumer consumer;

    @BeforeEach
    void connect(BrokerUnderTest broker, TestInfo test) throws JMSException {
        connection = JmsClient.connect(broker, "jms.deserializationPolicy.allowList=java.util,java.lang");
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(
                "jms.messages." + test.getTestMethod().orElseThrow().getName());
        producer = session.createProducer(queue);
        consumer = session.createConsumer(queue);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    private <T extends Message> T roundTrip(T message, Class<T> type) throws JMSException {
        producer.send(message);
        return type.cast(JmsClient.receive(consumer));
    }

    @Test
    void aTextMessageKeepsItsText() throws JMSException {
        String text = "Zürich → 東京 🚉";
        assertEquals(
                text,
                roundTrip(session.createTextMessage(text), TextMessage.class).getText());
    }

    @Test
    void aBytesMessageKeepsItsBytes() throws JMSException {
        byte[] bytes = randomBytes(5_000);
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(bytes);
        assertArrayEquals(bytes, bytesOf(roundTrip(message, BytesMessage.class)));
    }

    @Test
    void aMessageOfManyFramesKeepsItsBytes() throws JMSException {
        byte[] bytes = randomBytes(3 << 20);
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(bytes);
        assertArrayEquals(bytes, bytesOf(roundTrip(message, BytesMessage.class)));
    }

    @Test
    void aMapMessageKeepsItsTypes() throws JMSException {
        MapMessage message = session.createMapMessage();
        message.setString("text", "value");
        message.setInt("int", 42);
        message.setLong("long", 1L << 40);
        message.setDouble("double", 2.5);
        message.setBoolean("boolean", true);
        message.setBytes("bytes", new byte[] {1, 2, 3});
        MapMessage received = roundTrip(message, MapMessage.class);
        assertEquals("value", received.getString("text"));
        assertEquals(42, received.getInt("int"));
        assertEquals(1L << 40, received.getLong("long"));
        assertEquals(2.5, received.getDouble("double"));
        assertEquals(true, received.getBoolean("boolean"));
        assertArrayEquals(new byte[] {1, 2, 3}, received.getBytes("bytes"));
    }

    @Test
    void anObjectMessageKeepsItsObject() throws JMSException {
        ArrayList<String> object = new ArrayList<>(List.of("one", "two"));
        ObjectMessage received = roundTrip(session.createObjectMessage(object), ObjectMessage.class);
        assertEquals(object, received.getObject());
    }

    @Test
    void aStreamMessageKeepsItsOrder() throws JMSException {
        StreamMessage message = session.createStreamMessage();
        message.writeInt(7);
        message.writeString("seven");
        StreamMessage received = roundTrip(message, StreamMessage.class);
        assertEquals(7, received.readInt());
        assertEquals("seven", received.readString());
    }

    @Test
    void anEmptyMessageArrives() throws JMSException {
        TextMessage received = roundTrip(session.createTextMessage(), TextMessage.class);
        assertEquals(null, received.getText());
    }

    @Test
    void headersAndPropertiesArriveAsSet() throws JMSException {
        TextMessage message = session.createTextMessage("body");
        message.setJMSCorrelationID("order-17");
        message.setJMSType("order");
        message.setJMSReplyTo(session.createQueue("jms.replies"));
        message.setStringProperty("customer", "Müller");
        message.setIntProperty("count", 3);
        message.setBooleanProperty("express", true);
        message.setDoubleProperty("weight", 1.25);
        TextMessage received = roundTrip(message, TextMessage.class);
        assertEquals(message.getJMSMessageID(), received.getJMSMessageID());
        assertEquals(message.getJMSTimestamp(), received.getJMSTimestamp());
        assertEquals("order-17", received.getJMSCorrelationID());
        assertEquals("order", received.getJMSType());
        assertEquals(session.createQueue("jms.replies"), received.getJMSReplyTo());
        assertEquals(message.getJMSDestination(), received.getJMSDestination());
        assertEquals("Müller", received.getStringProperty("customer"));
        assertEquals(3, received.getIntProperty("count"));
        assertEquals(true, received.getBooleanProperty("express"));
        assertEquals(1.25, received.getDoubleProperty("weight"));
        assertEquals(1, received.getIntProperty("JMSXDeliveryCount"));
        assertFalse(received.getJMSRedelivered());
    }

    @Test
    void deliveryModeAndPriorityArriveAsSent() throws JMSException {
        for (int mode : new int[] {DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT}) {
            producer.send(session.createTextMessage("mode " + mode), mode, 7, 0);
            Message received = JmsClient.receive(consumer);
            assertEquals(mode, received.getJMSDeliveryMode());
            assertEquals(7, received.getJMSPriority());
        }
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytesOf(BytesMessage message) throws JMSException {
        byte[] bytes = new byte[Math.toIntExact(message.getBodyLength())];
        message.readBytes(bytes);
        return bytes;
    }
}
