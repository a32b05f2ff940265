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
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscriptions with a name as JMS sees them: durable, shared, both; and client identifiers. */
@ExtendWith(SharedBroker.class)
final class JmsSubscriptionIT {

    private static final long SHORT_RECEIVE_MILLIS = 150;

    private final List<Connection> connections = new ArrayList<>();
    private BrokerUnderTest broker;
    private String name;
    private Session producing;
    private Topic topic;

    @BeforeEach
    void connect(BrokerUnderTest shared, TestInfo test) throws JMSException {
        broker = shared;
        name = test.getTestMethod().orElseThrow().getName();
        producing = session(connection());
        topic = producing.createTopic("jms/subscription/" + name);
    }

    @AfterEach
    void close() throws JMSException {
        for (Connection connection : connections) connection.close();
    }

    private Connection connection(String... options) throws JMSException {
        Connection connection = JmsClient.connect(broker, options);
        connections.add(connection);
        return connection;
    }

    /** A connection with a client identifier of this test's. */
    private Connection client(String id) throws JMSException {
        return connection("jms.clientID=" + id + "-" + name);
    }

    private static Session session(Connection connection) throws JMSException {
        return connection.createSession(Session.AUTO_ACKNOWLEDGE);
    }

    private void publish(String... texts) throws JMSException {
        sendTexts(producing, topic, texts);
    }

    @Test
    void aDurableSubscriptionKeepsWhatComesWhileItsSubscriberIsAway() throws JMSException {
        Connection first = client("a");
        MessageConsumer consumer = session(first).createDurableConsumer(topic, "s");
        publish("one");
        assertEquals("one", receiveText(consumer));
        consumer.close();
        publish("two");
        first.close();
        publish("three");
        MessageConsumer again = session(client("a")).createDurableConsumer(topic, "s");
        assertEquals(List.of("two", "three"), receiveTexts(again, 2));
        assertNull(again.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void unsubscribingEndsASubscriptionWithWhatWaitsInIt() throws JMSException {
        Session session = session(client("a"));
        session.createDurableConsumer(topic, "s").close();
        publish("lost");
        session.unsubscribe("s");
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("s"));
        assertNull(session.createDurableConsumer(topic, "s").receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aSubscriptionInUseIsNotUnsubscribed() throws JMSException {
        Session session = session(client("a"));
        MessageConsumer consumer = session.createDurableConsumer(topic, "s");
        assertThrows(JMSException.class, () -> session.unsubscribe("s"));
        publish("still");
        assertEquals("still", receiveText(consumer));
    }

    @Test
    void subscribingToAnotherTopicMakesTheSubscriptionAnew() throws JMSException {
        Session session = session(client("a"));
        session.createDurableConsumer(topic, "s").close();
        publish("old");
        Topic other = session.createTopic("jms/subscription/" + name + "/other");
        MessageConsumer consumer = session.createDurableConsumer(other, "s");
        sendTexts(session, other, "new");
        assertEquals("new", receiveText(consumer));
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void anotherSelectorMakesTheSubscriptionAnew() throws JMSException {
        Session session = session(client("a"));
        session.createDurableConsumer(topic, "s", "JMSType = 'red'", false).close();
        publishOfType("red");
        MessageConsumer consumer = session.createDurableConsumer(topic, "s", "JMSType = 'blue'", false);
        publishOfType("red");
        publishOfType("blue");
        assertEquals("blue", receiveText(consumer));
        assertNull(consumer.receive(SHORT_RECEIVE_MILLIS));
        consumer.close();
        publishOfType("blue");
        assertEquals("blue", receiveText(session.createDurableConsumer(topic, "s", "JMSType = 'blue'", false)));
    }

    private void publishOfType(String type) throws JMSException {
        TextMessage message = producing.createTextMessage(type);
        message.setJMSType(type);
        producing.createProducer(topic).send(message);
    }

    @Test
    void aSharedSubscriptionInUseIsForOneSelectorOnly() throws JMSException {
        MessageConsumer first = session(connection()).createSharedConsumer(topic, "s", "JMSType = 'red'");
        Session other = session(connection());
        assertThrows(JMSException.class, () -> other.createSharedConsumer(topic, "s", "JMSType = 'blue'"));
        publishOfType("blue");
        publishOfType("red");
        assertEquals("red", receiveText(first));
    }

    @Test
    void eachClientHasItsOwnSubscriptionOfAName() throws JMSException {
        MessageConsumer first = session(client("a")).createDurableConsumer(topic, "s");
        MessageConsumer second = session(client("b")).createDurableConsumer(topic, "s");
        publish("to both");
        assertEquals("to both", receiveText(first));
        assertEquals("to both", receiveText(second));
    }

    /** All messages come, each to one of the consumers, and none of them is left out. */
    private void assertShared(int count, MessageConsumer... consumers) throws JMSException {
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) texts[i] = "m" + (1000 + i);
        List<String> received = Collections.synchronizedList(new ArrayList<>());
        List<String> byConsumer = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < consumers.length; i++) {
            String who = "consumer " + i;
            consumers[i].setMessageListener(message -> {
                try {
                    received.add(((TextMessage) message).getText());
                    byConsumer.add(who);
                } catch (JMSException e) {
                    received.add(e.toString());
                }
            });
        }
        publish(texts);
        Await.until("all messages have come", () -> received.size() >= count);
        assertEquals(Arrays.asList(texts), received.stream().sorted().toList());
        assertEquals(consumers.length, byConsumer.stream().distinct().count(), "everybody gets a part");
    }

    private MessageConsumer sharing(Connection connection, String subscription, boolean durable) throws JMSException {
        Session session = session(connection);
        return durable
                ? session.createSharedDurableConsumer(topic, subscription)
                : session.createSharedConsumer(topic, subscription);
    }

    private Connection oneAtATime(String... options) throws JMSException {
        String[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = "jms.prefetchPolicy.all=1";
        return connection(all);
    }

    @Test
    void consumersOfOneClientShareAVolatileSubscription() throws JMSException {
        Connection client = oneAtATime("jms.clientID=v-" + name);
        assertShared(60, sharing(client, "s", false), sharing(client, "s", false), sharing(client, "s", false));
    }

    @Test
    void consumersOfSeveralConnectionsShareAVolatileSubscriptionThatIsEverybodys() throws JMSException {
        assertShared(60, sharing(oneAtATime(), "s", false), sharing(oneAtATime(), "s", false));
    }

    @Test
    void consumersOfOneClientShareADurableSubscription() throws JMSException {
        Connection client = oneAtATime("jms.clientID=d-" + name);
        assertShared(60, sharing(client, "s", true), sharing(client, "s", true), sharing(client, "s", true));
    }

    @Test
    void consumersOfSeveralConnectionsShareADurableSubscriptionThatIsEverybodys() throws JMSException {
        assertShared(60, sharing(oneAtATime(), "s", true), sharing(oneAtATime(), "s", true));
    }

    @Test
    void aVolatileSubscriptionEndsWithItsLastConsumer() throws JMSException {
        Session session = session(connection());
        MessageConsumer first = session.createSharedConsumer(topic, "s");
        MessageConsumer second = session(connection()).createSharedConsumer(topic, "s");
        first.close();
        publish("to the second");
        assertEquals("to the second", receiveText(second));
        second.close();
        publish("to nobody");
        assertNull(session.createSharedConsumer(topic, "s").receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aSharedDurableSubscriptionStaysUntilItIsUnsubscribed() throws JMSException {
        Session session = session(connection());
        session.createSharedDurableConsumer(topic, "s").close();
        publish("kept");
        Session other = session(connection());
        MessageConsumer consumer = other.createSharedDurableConsumer(topic, "s");
        assertEquals("kept", receiveText(consumer));
        assertThrows(JMSException.class, () -> session.unsubscribe("s"));
        consumer.close();
        session.unsubscribe("s");
        publish("to nobody");
        assertNull(other.createSharedDurableConsumer(topic, "s").receive(SHORT_RECEIVE_MILLIS));
    }

    @Test
    void aNameOfAVolatileAndOfADurableSubscriptionAreTwo() throws JMSException {
        Session session = session(connection());
        MessageConsumer passing = session.createSharedConsumer(topic, "s");
        MessageConsumer lasting = session.createSharedDurableConsumer(topic, "s");
        publish("to each");
        assertEquals("to each", receiveText(passing));
        assertEquals("to each", receiveText(lasting));
    }

    @Test
    void aClientIdentifierIsUsedByOneConnectionAtATime() throws JMSException {
        Connection first = client("a");
        assertThrows(InvalidClientIDException.class, () -> client("a"));
        MessageConsumer consumer = session(first).createConsumer(topic);
        publish("undisturbed");
        assertEquals("undisturbed", receiveText(consumer));
        first.close();
        assertTrue(client("a").getClientID().startsWith("a-"));
    }
}
