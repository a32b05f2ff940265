package io.signalbox.conformance.clients;

import static io.signalbox.conformance.clients.JmsClient.receiveTexts;
import static io.signalbox.conformance.clients.JmsClient.sendTexts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Durable subscriptions and the end of the broker's process. */
final class JmsSubscriptionRestartIT {

    private static final String TOPIC = "jms/subscription/restart";

    @Test
    void durableSubscriptionsOutliveAKilledBrokerAndEndedOnesDoNotReturn() throws JMSException {
        BrokerOptions options = BrokerOptions.fresh();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            subscribeAndPublish(broker);
            broker.kill();
            broker = broker.restart();
            assertEverythingIsThere(broker);
        } finally {
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    @Test
    void aDurableSubscriptionHasItsSelectorAndItsNoLocalAfterTheKillToo() throws JMSException {
        BrokerOptions options = BrokerOptions.fresh();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            try (Connection mine = JmsClient.connect(broker, "jms.clientID=me")) {
                Session session = mine.createSession();
                session.createDurableConsumer(session.createTopic(TOPIC), "s", "JMSType = 'red'", true)
                        .close();
            }
            broker.kill();
            broker = broker.restart();
            try (Connection mine = JmsClient.connect(broker, "jms.clientID=me");
                    Connection other = JmsClient.connect(broker)) {
                sendRedAndBlue(mine.createSession(), "mine");
                sendRedAndBlue(other.createSession(), "theirs");
                Session session = mine.createSession();
                var again = session.createDurableConsumer(session.createTopic(TOPIC), "s", "JMSType = 'red'", true);
                assertEquals(List.of("theirs red"), receiveTexts(again, 1));
                assertNull(again.receive(150));
            }
        } finally {
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    private static void sendRedAndBlue(Session session, String whose) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createTopic(TOPIC))) {
            for (String colour : List.of("blue", "red")) {
                TextMessage message = session.createTextMessage(whose + " " + colour);
                message.setJMSType(colour);
                producer.send(message);
            }
        }
    }

    private static void subscribeAndPublish(BrokerProcess broker) throws JMSException {
        try (Connection mine = JmsClient.connect(broker, "jms.clientID=me");
                Connection any = JmsClient.connect(broker)) {
            Session session = mine.createSession();
            Topic topic = session.createTopic(TOPIC);
            session.createDurableConsumer(topic, "mine").close();
            session.createSharedDurableConsumer(topic, "shared").close();
            session.createDurableConsumer(topic, "ended").close();
            any.createSession()
                    .createSharedDurableConsumer(topic, "everybody's")
                    .close();
            sendTexts(session, topic, "one", "two");
            assertEquals(List.of("one"), receiveTexts(session.createDurableConsumer(topic, "mine"), 1));
            session.unsubscribe("ended");
        }
    }

    private static void assertEverythingIsThere(BrokerProcess broker) throws JMSException {
        try (Connection mine = JmsClient.connect(broker, "jms.clientID=me");
                Connection any = JmsClient.connect(broker)) {
            Session session = mine.createSession();
            Topic topic = session.createTopic(TOPIC);
            assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("ended"));
            var own = session.createDurableConsumer(topic, "mine");
            var shared = session.createSharedDurableConsumer(topic, "shared");
            var everybodys = any.createSession().createSharedDurableConsumer(topic, "everybody's");
            sendTexts(session, topic, "three");
            assertEquals(List.of("two", "three"), receiveTexts(own, 2));
            assertEquals(List.of("one", "two", "three"), receiveTexts(shared, 3));
            assertEquals(List.of("one", "two", "three"), receiveTexts(everybodys, 3));
            assertNull(own.receive(150));
        }
    }
}
