package io.signalbox.conformance.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.signalbox.server.tls.TlsIdentity;
import io.signalbox.testkit.Clause;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of both protocols over TLS, with the certificate that {@code tls init} makes as the one they trust. */
@Timeout(120)
final class TlsClientsIT {

    private static final long RECEIVE_SECONDS = 15;

    @TempDir
    private static Path directory;

    private static TlsBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TlsBroker.start(directory);
    }

    @AfterAll
    static void stop() {
        assertEquals(0, broker.process().stop(), broker.process().output().toString());
        broker.close();
    }

    private static MqttClientBuilder mqtt(String identifier, InetSocketAddress address) throws Exception {
        return MqttClient.builder()
                .identifier(identifier)
                .serverHost("localhost")
                .serverPort(address.getPort())
                .sslConfig()
                .trustManagerFactory(TlsBroker.trusting(broker.identity()))
                .applySslConfig();
    }

    private static void publishAndReceive(Mqtt5BlockingClient client, String topic, byte[] payload) throws Exception {
        client.connect();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
            client.publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload)
                    .send();
            assertArrayEquals(
                    payload,
                    publishes
                            .receive(RECEIVE_SECONDS, TimeUnit.SECONDS)
                            .orElseThrow()
                            .getPayloadAsBytes());
        } finally {
            client.disconnect();
        }
    }

    @Test
    void anMqttClientPublishesAndSubscribes() throws Exception {
        Mqtt5BlockingClient client =
                mqtt("tls", broker.mqtts()).useMqttVersion5().buildBlocking();
        publishAndReceive(client, "tls/small", "hello".getBytes(UTF_8));
    }

    @Test
    void aPayloadOfManyRecordsArrives() throws Exception {
        Mqtt5BlockingClient client =
                mqtt("tls-large", broker.mqtts()).useMqttVersion5().buildBlocking();
        publishAndReceive(client, "tls/large", new byte[1_500_000]);
    }

    @Test
    void anMqttClientComesByWebSocketOverTls() throws Exception {
        Mqtt5BlockingClient client = mqtt("wss", broker.https())
                .webSocketConfig()
                .serverPath("mqtt")
                .subprotocol("mqtt")
                .applyWebSocketConfig()
                .useMqttVersion5()
                .buildBlocking();
        publishAndReceive(client, "wss/small", "hello".getBytes(UTF_8));
    }

    @Clause("AMQP-5.2-1")
    @Test
    void aJmsClientSendsAndReceives() throws Exception {
        Path trust = TlsBroker.trustStore(directory.resolve("trust.p12"), broker.identity());
        String uri = "amqps://localhost:" + broker.amqps().getPort() + "?transport.trustStoreLocation=" + trust
                + "&transport.trustStorePassword=" + TlsBroker.TRUST_PASSWORD;
        try (Connection connection = new JmsConnectionFactory(uri).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("tls.jms");
            session.createProducer(queue).send(session.createTextMessage("over TLS"));
            try (MessageConsumer consumer = session.createConsumer(queue)) {
                TextMessage message = (TextMessage) consumer.receive(TimeUnit.SECONDS.toMillis(RECEIVE_SECONDS));
                assertEquals("over TLS", message.getText());
            }
        }
    }

    @Test
    void healthIsAskedOverTls() throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TlsBroker.context(broker.identity()))
                .build();
        URI ready = URI.create("https://localhost:" + broker.https().getPort() + "/health/ready");
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
    }

    @Test
    void aClientThatDoesNotTrustTheCertificateIsToldOfInTheLog() throws Exception {
        Mqtt5BlockingClient client = MqttClient.builder()
                .identifier("distrustful")
                .serverHost("localhost")
                .serverPort(broker.mqtts().getPort())
                .sslConfig()
                .trustManagerFactory(TlsBroker.trusting(TlsIdentity.selfSigned(List.of())))
                .applySslConfig()
                .useMqttVersion5()
                .buildBlocking();
        assertThrows(ConnectionFailedException.class, client::connect);
        broker.awaitLine("event=tls_handshake_failed port=mqtt", "fatal alert");
    }

    /** MQTT-3.1.2-2: the version is told to be unacceptable; what the client goes on sending does not cut the answer off. */
    @Clause("MQTT-3.1.2-2")
    @Test
    void theReasonOfARefusedConnectionArrives() throws Exception {
        try (SSLSocket socket = TlsBroker.connect(broker.mqtts(), broker.identity())) {
            byte[] connect = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 9, 2, 0, 60, 0, 0, 0};
            byte[] more = new byte[60_000];
            System.arraycopy(connect, 0, more, 0, connect.length);
            socket.getOutputStream().write(more);
            InputStream in = socket.getInputStream();
            byte[] answer = in.readAllBytes(); // to close_notify: a cut would be an exception
            assertTrue(answer.length >= 4, "no CONNACK");
            assertEquals(0x20, answer[0], "CONNACK");
            assertTrue(answer[3] != 0, "refused");
        }
    }

    /** AMQP 1.0 §2.2: the header that is supported, then the end. */
    @Clause({"AMQP-2.2-2", "AMQP-2.2-5", "AMQP-5.1-1"})
    @Test
    void aWrongProtocolHeaderIsAnsweredWithTheRightOne() throws Exception {
        try (SSLSocket socket = TlsBroker.connect(broker.amqps(), broker.identity())) {
            byte[] header = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
            byte[] more = new byte[60_000];
            System.arraycopy(header, 0, more, 0, header.length);
            socket.getOutputStream().write(more);
            assertArrayEquals(
                    new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0},
                    socket.getInputStream().readAllBytes());
        }
    }

    /** Each would cost the server more than the client. */
    @Test
    void aSecondHandshakeOnAConnectionIsRefused() throws Exception {
        try (SSLSocket socket = TlsBroker.connect(broker.mqtts(), broker.identity())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            socket.getSession().invalidate();
            assertThrows(SSLException.class, () -> {
                socket.startHandshake();
                // The refusal may come as a warning that only reading shows.
                if (socket.getInputStream().read() < 0) throw new SSLException("closed");
            });
        }
    }
}
