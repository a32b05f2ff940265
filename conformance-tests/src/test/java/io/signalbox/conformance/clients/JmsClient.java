package io.signalbox.conformance.clients;

import io.signalbox.conformance.process.BrokerUnderTest;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;

/** Short words for what the JMS tests do again and again. */
public final class JmsClient {

    /** Long enough for a busy machine; a test that waits it out fails. */
    static final long RECEIVE_MILLIS = 10_000;

    private JmsClient() {}

    /** A started connection; options as in {@code jms.prefetchPolicy.all=1}. */
    public static Connection connect(BrokerUnderTest broker, String... options) throws JMSException {
        String uri = "amqp://127.0.0.1:" + broker.amqp().getPort();
        if (options.length > 0) uri += "?" + String.join("&", options);
        Connection connection = new JmsConnectionFactory(uri).createConnection();
        connection.start();
        return connection;
    }

    static void sendTexts(Session session, Destination destination, String... texts) throws JMSException {
        try (MessageProducer producer = session.createProducer(destination)) {
            for (String text : texts) producer.send(session.createTextMessage(text));
        }
    }

    /** The next message; fails if none comes. */
    static Message receive(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(RECEIVE_MILLIS);
        if (message == null) throw new AssertionError("no message within " + RECEIVE_MILLIS + " ms");
        return message;
    }

    static String receiveText(MessageConsumer consumer) throws JMSException {
        return ((TextMessage) receive(consumer)).getText();
    }

    static List<String> receiveTexts(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) texts.add(receiveText(consumer));
        return texts;
    }
}
