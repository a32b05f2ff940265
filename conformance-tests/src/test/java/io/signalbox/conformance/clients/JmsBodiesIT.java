package io.signalbox.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type of message with bodies from one byte to ten megabytes, persistent and not. */
@ExtendWith(SharedBroker.class)
final class JmsBodiesIT {

    /** In one frame, in the log's window, over many frames, as large as applications send. */
    private static final int[] SIZES = {1, 1_000, 300_000, 10_000_000};

    private Connection connection;
    private Session session;
    private Queue queue;

    /** The types that JMS knows, each with a way to carry bytes. */
    private enum Kind {
        TEXT {
            @Override
            Message carrying(byte[] bytes, Session session) throws JMSException {
                return session.createTextMessage(textOf(bytes));
            }

            @Override
            byte[] carriedBy(Message message) throws JMSException {
                return bytesOf(assertInstanceOf(TextMessage.class, message).getText());
            }
        },
        BYTES {
            @Override
            Message carrying(byte[] bytes, Session session) throws JMSException {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(bytes);
                return message;
            }

            @Override
            byte[] carriedBy(Message message) throws JMSException {
                BytesMessage received = assertInstanceOf(BytesMessage.class, message);
                byte[] bytes = new byte[Math.toIntExact(received.getBodyLength())];
                received.readBytes(bytes);
                return bytes;
            }
        },
        MAP {
            @Override
            Message carrying(byte[] bytes, Session session) throws JMSException {
                MapMessage message = session.createMapMessage();
                message.setBytes("bytes", bytes);
                message.setInt("length", bytes.length);
                return message;
            }

            @Override
            byte[] carriedBy(Message message) throws JMSException {
                MapMessage received = assertInstanceOf(MapMessage.class, message);
                byte[] bytes = received.getBytes("bytes");
                assertEquals(bytes.length, received.getInt("length"));
                return bytes;
            }
        },
        STREAM {
            @Override
            Message carrying(byte[] bytes, Session session) throws JMSException {
                StreamMessage message = session.createStreamMessage();
                message.writeInt(bytes.length);
                message.writeString(textOf(bytes));
                return message;
            }

            @Override
            byte[] carriedBy(Message message) throws JMSException {
                StreamMessage received = assertInstanceOf(StreamMessage.class, message);
                int length = received.readInt();
                byte[] bytes = bytesOf(received.readString());
                assertEquals(length, bytes.length);
                return bytes;
            }
        },
        OBJECT {
            @Override
            Message carrying(byte[] bytes, Session session) throws JMSException {
                return session.createObjectMessage(bytes);
            }

            @Override
            byte[] carriedBy(Message message) throws JMSException {
                return (byte[]) assertInstanceOf(ObjectMessage.class, message).getObject();
            }
        };

        abstract Message carrying(byte[] bytes, Session session) throws JMSException;

        abstract byte[] carriedBy(Message message) throws JMSException;

        private static String textOf(byte[] bytes) {
            StringBuilder text = new StringBuilder(bytes.length);
            for (byte one : bytes) text.append((char) ('!' + (one & 63)));
            return text.toString();
        }

        private static byte[] bytesOf(String text) {
            byte[] bytes = new byte[text.length()];
            for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (text.charAt(i) - '!');
            return bytes;
        }
    }

    static Stream<Arguments> everyKindAndSizeAndMode() {
        Stream.Builder<Arguments> all = Stream.builder();
        for (Kind kind : Kind.values()) {
            for (int size : SIZES) {
                for (int mode : new int[] {DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT}) {
                    all.add(Arguments.of(kind, size, mode));
                }
            }
        }
        return all.build();
    }

    @BeforeEach
    void connect(BrokerUnderTest broker) throws JMSException {
        // Objects are deserialised only from packages that the application names; a byte array is in none.
        connection = JmsClient.connect(broker, "jms.deserializationPolicy.allowList=*");
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        queue = session.createQueue("jms.bodies");
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    @ParameterizedTest(name = "{0} of {1} bytes, delivery mode {2}")
    @MethodSource("everyKindAndSizeAndMode")
    void aBodyArrivesAsItWasSent(Kind kind, int size, int mode) throws JMSException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        for (int i = 0; i < size; i++) bytes[i] &= 63; // what text carries as well
        try (MessageProducer producer = session.createProducer(queue);
                MessageConsumer consumer = session.createConsumer(queue)) {
            Message sent = kind.carrying(bytes, session);
            producer.send(sent, mode, Message.DEFAULT_PRIORITY, Message.DEFAULT_TIME_TO_LIVE);
            Message received = JmsClient.receive(consumer);
            assertArrayEquals(bytes, kind.carriedBy(received));
            assertEquals(mode, received.getJMSDeliveryMode());
            assertEquals(sent.getJMSMessageID(), received.getJMSMessageID());
        }
    }
}
