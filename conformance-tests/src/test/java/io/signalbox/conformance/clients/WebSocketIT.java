package io.signalbox.conformance.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients of both protocols that come in by WebSocket on the HTTP port. */
@ExtendWith(SharedBroker.class)
final class WebSocketIT {

    private static final long RECEIVE_SECONDS = 10;
    private static final List<MqttQos> QOS = List.of(MqttQos.AT_MOST_ONCE, MqttQos.AT_LEAST_ONCE);

    private BrokerUnderTest broker;

    @BeforeEach
    void remember(BrokerUnderTest shared) {
        broker = shared;
    }

    private MqttClientBuilder builder(String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.http())
                .webSocketConfig()
                .serverPath("mqtt")
                .subprotocol("mqtt")
                .applyWebSocketConfig();
    }

    @Test
    void mqtt3PublishesAndSubscribes() throws InterruptedException {
        Mqtt3BlockingClient client = builder("websocket-3").useMqttVersion3().buildBlocking();
        client.connect();
        try (Mqtt3BlockingClient.Mqtt3Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("websocket/3/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            for (MqttQos qos : QOS) {
                client.publishWith()
                        .topic("websocket/3/a")
                        .qos(qos)
                        .payload("hello".getBytes(UTF_8))
                        .send();
                Mqtt3Publish received =
                        publishes.receive(RECEIVE_SECONDS, TimeUnit.SECONDS).orElseThrow();
                assertEquals("hello", new String(received.getPayloadAsBytes(), UTF_8));
                assertEquals(qos, received.getQos());
            }
        }
        client.disconnect();
    }

    @Test
    void mqtt5MeetsTheSameTopicsByTcpAndByWebSocket() throws InterruptedException {
        Mqtt5BlockingClient web = builder("websocket-5").useMqttVersion5().buildBlocking();
        Mqtt5BlockingClient tcp = MqttClients.mqtt5(broker, "websocket-5-tcp");
        web.connect();
        tcp.connect();
        try (Mqtt5BlockingClient.Mqtt5Publishes atWeb = web.publishes(MqttGlobalPublishFilter.ALL);
                Mqtt5BlockingClient.Mqtt5Publishes atTcp = tcp.publishes(MqttGlobalPublishFilter.ALL)) {
            for (Mqtt5BlockingClient client : List.of(web, tcp)) {
                client.subscribeWith()
                        .topicFilter("websocket/5")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
            }
            for (Mqtt5BlockingClient publisher : List.of(web, tcp)) {
                publisher
                        .publishWith()
                        .topic("websocket/5")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("hello".getBytes(UTF_8))
                        .send();
                for (Mqtt5BlockingClient.Mqtt5Publishes publishes : List.of(atWeb, atTcp)) {
                    Mqtt5Publish received =
                            publishes.receive(RECEIVE_SECONDS, TimeUnit.SECONDS).orElseThrow();
                    assertEquals("hello", new String(received.getPayloadAsBytes(), UTF_8));
                }
            }
        }
        web.disconnect();
        tcp.disconnect();
    }

    @Test
    void aPacketMuchLargerThanAReadGoesThroughInOneFrame() throws InterruptedException {
        byte[] payload = new byte[1_500_000];
        new Random(1).nextBytes(payload);
        Mqtt5BlockingClient client =
                builder("websocket-large").useMqttVersion5().buildBlocking();
        client.connect();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("websocket/large")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            client.publishWith()
                    .topic("websocket/large")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload)
                    .send();
            Mqtt5Publish received =
                    publishes.receive(RECEIVE_SECONDS, TimeUnit.SECONDS).orElseThrow();
            assertArrayEquals(payload, received.getPayloadAsBytes());
        }
        client.disconnect();
    }

    @Test
    void jmsSendsAndReceives() throws Exception {
        String uri = "amqpws://127.0.0.1:" + broker.http().getPort() + "/amqp";
        try (Connection connection = new JmsConnectionFactory(uri).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("websocket.jms");
            session.createProducer(queue).send(session.createTextMessage("hello"));
            MessageConsumer consumer = session.createConsumer(queue);
            TextMessage received = (TextMessage) consumer.receive(TimeUnit.SECONDS.toMillis(RECEIVE_SECONDS));
            assertEquals("hello", received.getText());
        }
    }
}
