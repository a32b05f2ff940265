package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.transport.DeliveryState;

/**
 * One publisher of each kind, and what was confirmed to them, which they share over the lives of a broker. A publisher sends one
 * message at a time and knows of each whether it was confirmed or refused, as its protocol has it; anything else fails.
 */
final class FillingClients implements AutoCloseable {

    static final String QUEUE = "full.amqp";
    static final String JMS_QUEUE = "full.jms";
    static final String TOPIC = "full/";

    private static final int BODY_BYTES = 32 << 10;

    private final List<Filling> all;
    private final Set<String> confirmed;

    /** A publisher. */
    interface Filling {
        String name();

        /** Whether the message was confirmed; false if it was refused in the way of the protocol. */
        boolean publish(byte[] body) throws Exception;

        void close() throws JMSException;
    }

    private FillingClients(List<Filling> all, Set<String> confirmed) {
        this.all = all;
        this.confirmed = confirmed;
    }

    static FillingClients connect(BrokerProcess broker) throws JMSException {
        return new FillingClients(
                List.of(new Amqp(broker), new Jms(broker), new Mqtt5(broker), new Mqtt3(broker)),
                ConcurrentHashMap.newKeySet());
    }

    /** Bodies whose publishers were told that they are safe. */
    Set<String> confirmed() {
        return confirmed;
    }

    /** Publishes with all until each has had a message refused; the answer is how many were confirmed meanwhile. */
    int fill(String mark) throws Exception {
        int before = confirmed.size();
        for (Filling client : all) assertTrue(publish(client, mark + " first"), client.name() + " is refused at once");
        Set<Filling> filling = ConcurrentHashMap.newKeySet();
        filling.addAll(all);
        for (int i = 0; !filling.isEmpty(); i++) {
            String text = mark + " " + i;
            for (Filling client : all) if (filling.contains(client) && !publish(client, text)) filling.remove(client);
        }
        return confirmed.size() - before;
    }

    /** Publishes one message with each; all are taken. */
    void publishWithAll(String mark) throws Exception {
        for (Filling client : all) {
            Await.until(client.name() + " is taken again", () -> publishUnchecked(client, mark));
        }
    }

    private boolean publishUnchecked(Filling client, String mark) {
        try {
            return publish(client, mark);
        } catch (Exception e) {
            throw new AssertionError(client.name() + " fails", e);
        }
    }

    private boolean publish(Filling client, String mark) throws Exception {
        String text = client.name() + " " + mark;
        if (!client.publish(body(text))) return false;
        confirmed.add(text);
        return true;
    }

    static byte[] body(String text) {
        return Arrays.copyOf(text.getBytes(US_ASCII), BODY_BYTES);
    }

    static String textOf(byte[] body) {
        return new String(body, US_ASCII).trim();
    }

    @Override
    public void close() throws JMSException {
        for (Filling client : all) client.close();
    }

    /** What a refusal says to whoever reads it. */
    static void assertHelps(String sentence) {
        assertTrue(sentence.contains("taken again by themselves when"), sentence);
    }

    private static final class Amqp implements Filling {
        private final AmqpPeer peer;
        private final DurableSender sender;

        Amqp(BrokerProcess broker) {
            peer = AmqpPeer.connect(broker.amqp(), "filling");
            sender = DurableSender.attach(peer, QUEUE);
        }

        @Override
        public String name() {
            return "amqp";
        }

        @Override
        public boolean publish(byte[] body) {
            CompletableFuture<DeliveryState> outcome = new CompletableFuture<>();
            Await.until("credit", () -> {
                boolean[] sent = {false};
                peer.call(session -> {
                    sent[0] = sender.isSendable();
                    if (sent[0]) sender.send(body, outcome::complete);
                });
                return sent[0];
            });
            DeliveryState state = Await.get("an outcome", outcome);
            if (state instanceof Accepted) return true;
            Rejected rejected = assertInstanceOf(Rejected.class, state);
            assertEquals(
                    "amqp:resource-limit-exceeded",
                    rejected.getError().getCondition().toString());
            assertHelps(rejected.getError().getDescription());
            return false;
        }

        @Override
        public void close() {
            peer.close();
        }
    }

    private static final class Jms implements Filling {
        private final Connection connection;
        private final Session session;
        private final MessageProducer producer;

        Jms(BrokerProcess broker) throws JMSException {
            connection = JmsClient.connect(broker);
            session = connection.createSession();
            producer = session.createProducer(session.createQueue(JMS_QUEUE));
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        }

        @Override
        public String name() {
            return "jms";
        }

        @Override
        public boolean publish(byte[] body) throws JMSException {
            var message = session.createBytesMessage();
            message.writeBytes(body);
            try {
                producer.send(message);
                return true;
            } catch (JMSException refused) {
                assertInstanceOf(ResourceAllocationException.class, refused, () -> refused.toString());
                assertHelps(refused.getMessage());
                return false;
            }
        }

        @Override
        public void close() throws JMSException {
            connection.close();
        }
    }

    private static final class Mqtt5 implements Filling {
        private final Mqtt5BlockingClient client;

        Mqtt5(BrokerProcess broker) {
            client = MqttClients.mqtt5(broker, "filling-5");
            client.connect();
        }

        @Override
        public String name() {
            return "mqtt5";
        }

        @Override
        public boolean publish(byte[] body) {
            try {
                client.publishWith()
                        .topic(TOPIC + "5")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(body)
                        .send();
                return true;
            } catch (Mqtt5PubAckException refused) {
                assertEquals(
                        Mqtt5PubAckReasonCode.QUOTA_EXCEEDED,
                        refused.getMqttMessage().getReasonCode());
                assertHelps(
                        refused.getMqttMessage().getReasonString().orElseThrow().toString());
                assertTrue(client.getState().isConnected(), "nobody is disconnected for it");
                return false;
            }
        }

        @Override
        public void close() {
            if (client.getState().isConnected()) client.disconnect();
        }
    }

    private static final class Mqtt3 implements Filling {
        private final Mqtt3BlockingClient client;

        Mqtt3(BrokerProcess broker) {
            client = MqttClients.mqtt3(broker, "filling-3");
        }

        @Override
        public String name() {
            return "mqtt3";
        }

        @Override
        public boolean publish(byte[] body) {
            if (!client.getState().isConnected()) client.connect();
            try {
                client.publishWith()
                        .topic(TOPIC + "3")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(body)
                        .send();
                return true;
            } catch (MqttClientStateException e) {
                throw e; // it says that we are not connected, so nothing was sent
            } catch (RuntimeException closed) {
                Await.until(
                        "the end of the connection", () -> !client.getState().isConnected());
                return false;
            }
        }

        @Override
        public void close() {
            if (client.getState().isConnected()) client.disconnect();
        }
    }
}
