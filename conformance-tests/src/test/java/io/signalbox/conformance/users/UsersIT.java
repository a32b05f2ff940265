package io.signalbox.conformance.users;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAckReturnCode;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Cli;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users of a real broker process, added by the real command, logging in with real clients. Ann's password is {@code secret}. */
@Timeout(180)
final class UsersIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    private BrokerProcess broker;
    private Cli cli;

    @BeforeEach
    void start() {
        // The quick compiler takes several times as long to hash a password.
        broker = BrokerProcess.start(BrokerOptions.fresh().onUsualJvm());
        cli = new Cli(broker.dataDirectory());
    }

    @AfterEach
    void stop() {
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    private void addAnn() {
        cli.succeed("secret\n", "user", "add", "ann", "--password-stdin");
    }

    private Mqtt5BlockingClient mqtt5(String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .useMqttVersion5()
                .buildBlocking();
    }

    private static Mqtt5Connect login(String user, String password) {
        return Mqtt5Connect.builder()
                .simpleAuth()
                .username(user)
                .password(password.getBytes(UTF_8))
                .applySimpleAuth()
                .build();
    }

    private static Mqtt5ConnAckReasonCode refusal(Mqtt5BlockingClient client, Mqtt5Connect connect) {
        Mqtt5ConnAck answer = assertThrows(Mqtt5ConnAckException.class, () -> client.connect(connect))
                .getMqttMessage();
        assertTrue(answer.getReasonString().isPresent(), "a refusal carries a sentence");
        return answer.getReasonCode();
    }

    private JmsConnectionFactory jms() {
        return new JmsConnectionFactory("amqp://127.0.0.1:" + broker.amqp().getPort());
    }

    @Test
    void aUserIsThereAfterTheBrokerWasKilled() throws Exception {
        addAnn();
        broker.kill();
        broker = broker.restart();

        assertEquals(
                Mqtt5ConnAckReasonCode.SUCCESS,
                mqtt5("a").connect(login("ann", "secret")).getReasonCode());
        assertEquals(
                Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
                refusal(mqtt5("b"), Mqtt5Connect.builder().build()));
        cli.succeed("", "user", "rm", "ann");
        broker.kill();
        broker = broker.restart();

        assertEquals(Mqtt5ConnAckReasonCode.SUCCESS, mqtt5("c").connect().getReasonCode());
    }

    @Test
    void mqttClientsHearWhyTheyAreRefused() {
        addAnn();

        assertEquals(
                Mqtt5ConnAckReasonCode.SUCCESS,
                mqtt5("a").connect(login("ann", "secret")).getReasonCode());
        assertEquals(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(mqtt5("b"), login("ann", "guess")));
        assertEquals(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, refusal(mqtt5("b"), login("ben", "secret")));
        assertEquals(
                Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
                refusal(mqtt5("b"), Mqtt5Connect.builder().build()));
        Mqtt3BlockingClient old = MqttClient.builder()
                .identifier("c")
                .serverAddress(broker.mqtt())
                .useMqttVersion3()
                .buildBlocking();
        Mqtt3ConnAckException refused = assertThrows(Mqtt3ConnAckException.class, old::connect);
        assertEquals(
                Mqtt3ConnAckReturnCode.NOT_AUTHORIZED, refused.getMqttMessage().getReturnCode());
    }

    @Test
    void mosquittoLogsInWithUserAndPassword() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/mosquitto_pub")), "skipped: mosquitto-clients is not installed");
        addAnn();

        assertEquals(0, mosquittoPub("-u", "ann", "-P", "secret"));
        assertNotEquals(0, mosquittoPub("-u", "ann", "-P", "guess"));
        assertNotEquals(0, mosquittoPub("-V", "5", "-u", "ben", "-P", "secret"));
        assertNotEquals(0, mosquittoPub());
    }

    private int mosquittoPub(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(broker.mqtt().getPort()),
                "-q",
                "1",
                "-t",
                "hello",
                "-m",
                "x"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "no end: " + command);
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aJmsClientLogsInWithUserAndPassword() throws Exception {
        addAnn();

        try (Connection ann = jms().createConnection("ann", "secret")) {
            ann.start();
            Session session = ann.createSession();
            session.createProducer(session.createQueue("q")).send(session.createTextMessage("x"));
        }
        assertJmsRefused("ann", "guess");
        assertJmsRefused("ben", "secret");
        JMSException nameless = assertThrows(JMSException.class, () -> {
            try (Connection connection = jms().createConnection()) {
                connection.start();
            }
        });
        assertTrue(nameless.getMessage().contains("SASL"), nameless.getMessage());
    }

    private void assertJmsRefused(String user, String password) {
        assertThrows(JMSSecurityException.class, () -> {
            try (Connection connection = jms().createConnection(user, password)) {
                connection.start();
            }
        });
    }

    @Test
    void theFirstUserEndsAnonymousConnectionsAndThePasswordlessVerbsGoOn() throws Exception {
        Mqtt5BlockingClient device = mqtt5("a");
        device.connect();
        CountDownLatch jmsEnded = new CountDownLatch(1);
        try (Connection application = jms().createConnection()) {
            application.setExceptionListener(failure -> jmsEnded.countDown());
            application.start();
            addAnn();

            assertTrue(jmsEnded.await(10, TimeUnit.SECONDS), "the JMS connection lives on");
            Await.until(
                    "the end of the anonymous device",
                    SOON,
                    () -> !device.getState().isConnected());
        }
        assertEquals(
                Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
                refusal(mqtt5("b"), Mqtt5Connect.builder().build()));
        cli.succeed("", "publish", "hello", "it works");
    }

    @Test
    void twoHundredLoginsOfOneUserCostOneCheckOfThePassword() throws Exception {
        addAnn();
        List<CompletableFuture<Mqtt5ConnAck>> logins = new ArrayList<>();
        for (int i = 0; i < 200; i++) logins.add(mqtt5("device" + i).toAsync().connect(login("ann", "secret")));
        for (CompletableFuture<Mqtt5ConnAck> login : logins) {
            assertEquals(
                    Mqtt5ConnAckReasonCode.SUCCESS,
                    login.get(60, TimeUnit.SECONDS).getReasonCode());
        }

        assertTrue(metrics().contains("\nsignalbox_passwords_checked_total 1.0\n"), metrics());
        assertTrue(cli.succeed("", "user", "ls", "--json").contains("\"name\":\"ann\",\"connections\":200,"));
    }

    private String metrics() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + broker.http().getPort() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void commandsSayInASentenceWhatTheyCannotDo() throws Exception {
        String generated = cli.succeed("", "user", "add", "ann", "--generate")
                .lines()
                .toList()
                .get(0);
        // Both streams are read, and the remark about the first user goes to the other one.
        String password = generated.matches("[A-Za-z0-9_-]{24}")
                ? generated
                : cli.succeed("", "user", "passwd", "ann", "--generate").strip();
        assertEquals(
                Mqtt5ConnAckReasonCode.SUCCESS,
                mqtt5("a").connect(login("ann", password)).getReasonCode());

        assertEquals(4, cli.run("x", "user", "add", "ann", "--password-stdin").exitCode());
        assertEquals(4, cli.run("", "user", "add", "ben", "--password-stdin").exitCode());
        assertEquals(3, cli.run("", "user", "rm", "ben").exitCode());
        assertEquals(
                3, cli.run("x", "user", "passwd", "ben", "--password-stdin").exitCode());
        assertEquals(
                3,
                cli.run("", "user", "add", "ben", "--password-file", "/nowhere").exitCode());
        Cli.Ended withoutTerminal = cli.run("", "user", "add", "ben");
        assertEquals(2, withoutTerminal.exitCode());
        assertEquals(1, withoutTerminal.output().lines().count(), withoutTerminal.output());
        assertTrue(cli.succeed("", "user", "ls").contains("ann"));
    }
}
