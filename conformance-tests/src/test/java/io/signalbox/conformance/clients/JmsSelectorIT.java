package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receiveText;
import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static io.signalbox.conformance.clients.JmsClient.sendTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Selectors, queue browsers and no-local as JMS uses them (JMS 2.0 §3.8, §5.9, §4.2). */
@ExtendWith(SharedBroker.class)
final class JmsSelectorIT {

    private static final long SHORT_RECEIVE_MILLIS = 150;

    private BrokerUnderTest broker;
    private String name;
    private Connection connection;
    private Session session;

    @BeforeEach
    void connect(BrokerUnderTest shared, TestInfo test) throws JMSException {
        broker = shared;
        name = "jms.selector." + test.getTestMethod().orElseThrow().getName();
        connection = JmsClient.connect(broker);
        session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
    }

    @AfterEach
    void close() throws JMSException {
        connection.close();
    }

    /**
     * Sends m0, m1, … with number, colour (red or blue in turn), weight and, for every third, a flag. Their priority falls,
     * so that they keep their order.
     */
    private void sendVaried(Destination destination, int count) throws JMSException {
        try (MessageProducer producer = session.createProducer(destination)) {
            for (int i = 0; i < count; i++) {
                TextMessage message = session.createTextMessage("m" + i);
                message.setIntProperty("number", i);
                message.setStringProperty("colour", i % 2 == 0 ? "red" : "blue");
                message.setDoubleProperty("weight", i / 2.0);
                if (i % 3 == 0) message.setBooleanProperty("flagged", i % 6 == 0);
                message.setJMSType("type" + i % 4);
                message.setJMSCorrelationID("job-" + i);
                int mode = i % 2 == 0 ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT;
                producer.send(message, mode, Math.max(0, 9 - i), 0);
            }
        }
    }

    private static final String[][] SELECTED = {
        {"colour = 'red' AND number < 5", "m0", "m2", "m4"},
        {"number BETWEEN 3 AND 5", "m3", "m4", "m5"},
        {"number NOT BETWEEN 1 AND 10", "m0", "m11"},
        {"weight * 2 = number AND weight >= 5", "m10", "m11"},
        {"colour IN ('blue', 'green') AND number > 8", "m9", "m11"},
        {"colour LIKE '_e%' AND number <= 2", "m0", "m2"},
        {"flagged IS NOT NULL", "m0", "m3", "m6", "m9"},
        {"flagged", "m0", "m6"},
        {"NOT flagged", "m3", "m9"},
        {"JMSType = 'type3'", "m3", "m7", "m11"},
        {"JMSPriority > 8 OR JMSPriority = 0", "m0", "m9", "m10", "m11"},
        {"JMSDeliveryMode = 'NON_PERSISTENT' AND number > 6", "m7", "m9", "m11"},
        {"JMSCorrelationID IN ('job-4', 'job-8')", "m4", "m8"},
        {"JMSTimestamp > 1000 AND number = 1", "m1"},
        {"JMSMessageID LIKE 'ID:%' AND number = 2", "m2"},
    };

    @Test
    void aTopicSubscriberGetsWhatItsSelectorSelects() throws JMSException {
        Topic topic = session.createTopic(name);
        List<MessageConsumer> consumers = new ArrayList<>();
        for (String[] selected : SELECTED) consumers.add(session.createConsumer(topic, selected[0]));
        sendVaried(topic, 12);
        for (int i = 0; i < SELECTED.length; i++) {
            List<String> expected = List.of(SELECTED[i]).subList(1, SELECTED[i].length);
            assertEquals(expected, receiveTexts(consumers.get(i), expected.size()), SELECTED[i][0]);
        }
        for (MessageConsumer consumer : consumers) assertNull(consumer.receiveNoWait());
    }

    @Test
    void aBrowserShowsWhatItsSelectorSelectsAndTakesNothing() throws JMSException {
        Queue queue = session.createQueue(name);
        sendVaried(queue, 12);
        for (String[] selected : SELECTED) {
            assertEquals(List.of(selected).subList(1, selected.length), browse(queue, selected[0]), selected[0]);
        }
        assertEquals(12, browse(queue, "").size());
        assertEquals(12, receiveTexts(session.createConsumer(queue), 12).size());
    }

    private List<String> browse(Queue queue, String selector) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (QueueBrowser browser = session.createBrowser(queue, selector)) {
            Enumeration<?> messages = browser.getEnumeration();
            while (messages.hasMoreElements()) texts.add(((TextMessage) messages.nextElement()).getText());
        }
        return texts;
    }

    @Test
    void consumersOfOneQueueShareItByTheirSelectors() throws JMSException {
        Queue queue = session.createQueue(name);
        MessageConsumer reds = session.createConsumer(queue, "colour = 'red'");
        sendVaried(queue, 6);
        assertEquals(List.of("m0", "m2", "m4"), receiveTexts(reds, 3));
        assertNull(reds.receive(SHORT_RECEIVE_MILLIS));
        MessageConsumer heavy = session.createConsumer(queue, "weight > 1");
        assertEquals(List.of("m3", "m5"), receiveTexts(heavy, 2));
        assertEquals(List.of("m1"), receiveTexts(session.createConsumer(queue), 1));
        Await.until("the queue is empty", () -> broker.control().depth(name) == 0);
    }

    @Test
    void aMessageIsFoundByTheIdItWasSentWith() throws JMSException {
        Queue queue = session.createQueue(name);
        sendTexts(session, queue, "a");
        String id;
        try (MessageProducer producer = session.createProducer(queue)) {
            TextMessage message = session.createTextMessage("wanted");
            producer.send(message);
            id = message.getJMSMessageID();
        }
        sendTexts(session, queue, "b");
        assertEquals("wanted", receiveText(session.createConsumer(queue, "JMSMessageID = '" + id + "'")));
    }

    @Test
    void whatASelectorFindsBehindManyOthersComesSoonAndOnce() throws JMSException {
        Queue queue = session.createQueue(name);
        Connection sending = JmsClient.connect(broker, "jms.forceAsyncSend=true");
        try (MessageProducer producer =
                sending.createSession(Session.AUTO_ACKNOWLEDGE).createProducer(queue)) {
            for (int i = 0; i < 20_000; i++) {
                TextMessage message = session.createTextMessage("m" + i);
                message.setBooleanProperty("wanted", i % 4_000 == 3_999);
                producer.send(message);
            }
        } finally {
            sending.close();
        }
        MessageConsumer consumer = session.createConsumer(queue, "wanted");
        assertEquals(List.of("m3999", "m7999", "m11999", "m15999", "m19999"), receiveTexts(consumer, 5));
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aBrowserSeesALongQueueToItsEndInOrder() throws JMSException {
        Queue queue = session.createQueue(name);
        Connection sending = JmsClient.connect(broker, "jms.forceAsyncSend=true");
        List<String> sent = new ArrayList<>();
        String padding = "x".repeat(2_000);
        for (int i = 0; i < 5_000; i++) sent.add(i + padding); // more than the window of 4 MiB
        try {
            sendTexts(sending.createSession(Session.AUTO_ACKNOWLEDGE), queue, sent.toArray(new String[0]));
        } finally {
            sending.close();
        }
        assertEquals(sent, browse(queue, ""));
        assertEquals(5_000, broker.control().depth(name));
    }

    @Test
    void aBrowserDoesNotSeeWhatSomebodyHolds() throws JMSException {
        Session holding = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        sendVaried(queue, 4);
        receiveText(holding.createConsumer(queue, "number = 2"));
        assertEquals(List.of("m0", "m1", "m3"), browse(queue, ""));
        assertTrue(browse(session.createQueue(name + ".empty"), "").isEmpty());
    }

    @Test
    void aSelectorThatIsNotValidIsRefused() throws JMSException {
        Queue queue = session.createQueue(name);
        assertThrows(InvalidSelectorException.class, () -> session.createConsumer(queue, "colour = "));
        // the client takes this one, and the broker says what is wrong with it
        for (Destination destination : List.of(queue, session.createTopic(name))) {
            JMSException refusal = assertThrows(
                    JMSException.class, () -> session.createConsumer(destination, "a = 1 AND JMSRedelivered"));
            assertTrue(String.valueOf(refusal.getMessage()).contains("column 11"), refusal.getMessage());
        }
    }

    @Test
    void noLocalLeavesOutWhatTheSameConnectionPublishes() throws JMSException {
        Topic topic = session.createTopic(name);
        MessageConsumer others = session.createConsumer(topic, null, true);
        MessageConsumer redOthers = session.createConsumer(topic, "colour = 'red'", true);
        sendVaried(topic, 2);
        Connection second = JmsClient.connect(broker);
        try {
            Session theirs = second.createSession(Session.AUTO_ACKNOWLEDGE);
            TextMessage red = theirs.createTextMessage("theirs");
            red.setStringProperty("colour", "red");
            theirs.createProducer(topic).send(red);
            assertEquals("theirs", receiveText(others));
            assertEquals("theirs", receiveText(redOthers));
        } finally {
            second.close();
        }
        assertNull(others.receive(SHORT_RECEIVE_MILLIS));
        assertNull(redOthers.receiveNoWait());
    }

    @Test
    void aDurableSubscriptionKeepsItsSelectorAndLeavesOutItsOwnClientsMessages() throws JMSException {
        Connection client = JmsClient.connect(broker, "jms.clientID=" + name);
        try {
            Session theirs = client.createSession(Session.AUTO_ACKNOWLEDGE);
            Topic topic = theirs.createTopic(name);
            theirs.createDurableConsumer(topic, "s", "colour = 'red'", true).close();
            sendVaried(topic, 4);
            TextMessage own = theirs.createTextMessage("own");
            own.setStringProperty("colour", "red");
            theirs.createProducer(topic).send(own);
            MessageConsumer again = theirs.createDurableConsumer(topic, "s", "colour = 'red'", true);
            assertEquals(List.of("m0", "m2"), receiveTexts(again, 2));
            assertNull(again.receive(SHORT_RECEIVE_MILLIS));
            again.close();
            sendVaried(topic, 2);
            MessageConsumer blue = theirs.createDurableConsumer(topic, "s", "colour = 'blue'", false);
            assertNull(blue.receive(SHORT_RECEIVE_MILLIS), "another selector is another subscription");
            sendVaried(topic, 2);
            assertEquals(List.of("m1"), receiveTexts(blue, 1));
            blue.close();
            theirs.unsubscribe("s");
        } finally {
            client.close();
        }
    }

    @Test
    void noLocalOnAQueueIsRefusedInWords() throws JMSException {
        Queue queue = session.createQueue(name);
        JMSException refusal = assertThrows(JMSException.class, () -> session.createConsumer(queue, null, true));
        assertTrue(String.valueOf(refusal.getMessage()).contains("no-local on a queue"), refusal.getMessage());
    }
}
