package io.signalbox.server.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and how the first and the last user change it, through the control socket and MQTT 3.1.1. */
@Timeout(60)
class SecurityTest {

    private static final String SECRET = PasswordHash.of("secret").text();
    private static final String OTHER = PasswordHash.of("other").text();

    private static final int WELCOME = 0;
    private static final int BAD_USER_NAME_OR_PASSWORD = 4;
    private static final int NOT_AUTHORIZED = 5;

    @TempDir
    private Path directory;

    private final List<Socket> clients = new ArrayList<>();
    private MemoryStore store = new MemoryStore();
    private Node node;

    private void start(Map<String, String> environment, String... settings) throws Exception {
        ConfigurationReader reader = new ConfigurationReader()
                .flag("data.dir", directory.resolve("data").toString(), "")
                .flag("amqp.port", "0", "")
                .flag("mqtt.port", "0", "")
                .flag("http.port", "0", "");
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            reader.flag(parts[0], parts[1], setting);
        }
        NodeParts parts = new NodeParts(
                (data, formats) -> store, BusyWaits.NONE, new AmqpProtocol(), new MqttProtocol(), environment);
        node = Node.start(reader.finish(), parts, (done, total) -> {});
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket client : clients) client.close();
        if (node != null) node.stop();
    }

    private List<ControlMessage> ask(ControlMessage request) throws Exception {
        List<ControlMessage> answers = new ArrayList<>();
        try (ControlClient client = ControlClient.connect(ControlSocket.in(directory.resolve("data")))) {
            client.send(request);
            do {
                answers.add(client.receive().orElseThrow());
            } while (answers.get(answers.size() - 1).kind().matches("user|fact"));
        }
        return answers;
    }

    private ControlMessage change(String request, String user, String hash) throws Exception {
        return ask(ControlMessage.of(request).with("user", user).with("hash", hash))
                .get(0);
    }

    private String security() throws Exception {
        return ask(ControlMessage.of("status")).stream()
                .filter(fact -> fact.text("name").orElse("").equals("Security"))
                .findFirst()
                .orElseThrow()
                .requiredText("value");
    }

    private Socket connect(byte[] connect) throws IOException {
        Socket client = new Socket("127.0.0.1", node.startReport().mqtt().getPort());
        client.setSoTimeout(20_000);
        clients.add(client);
        client.getOutputStream().write(connect);
        return client;
    }

    private static int returnCode(Socket client) throws IOException {
        byte[] connAck = client.getInputStream().readNBytes(4);
        assertEquals(4, connAck.length, "no CONNACK");
        return connAck[3];
    }

    /** CONNECT of 3.1.1 with a clean session. */
    private static byte[] anonymous() {
        return packet("\0\4MQTT\4\2\0\0\0\1a");
    }

    private static byte[] login(String user, String password) {
        return packet("\0\4MQTT\4\u00c2\0\0\0\0\0" + (char) user.length() + user + "\0" + (char) password.length()
                + password);
    }

    private static byte[] packet(String content) {
        return ("\20" + (char) content.length() + content).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theFirstUserTurnsLocalModeOffForThoseWhoAreThereAndThoseWhoCome() throws Exception {
        start(Map.of());
        assertEquals("LOCAL: Only this machine can connect, without a password.", security());
        Socket before = connect(anonymous());
        assertEquals(WELCOME, returnCode(before));

        assertEquals(1, change("user-add", "ann", SECRET).number("users").orElseThrow());

        assertEquals(-1, before.getInputStream().read());
        assertEquals(NOT_AUTHORIZED, returnCode(connect(anonymous())));
        assertEquals(BAD_USER_NAME_OR_PASSWORD, returnCode(connect(login("ann", "guess"))));
        assertEquals(WELCOME, returnCode(connect(login("ann", "secret"))));
        assertEquals("SECURED: Everybody has to log in; 1 user.", security());
    }

    /** A page of another site cannot come in by a browser here once everybody has to log in. */
    @Test
    void theHttpPortHasAnyNameOnceEverybodyLogsIn() throws Exception {
        start(Map.of());
        assertEquals("HTTP/1.1 421 Misdirected Request", statusLine("broker.example"));
        change("user-add", "ann", SECRET);
        assertEquals("HTTP/1.1 200 OK", statusLine("broker.example"));
    }

    private String statusLine(String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", node.startReport().http().getPort())) {
            socket.setSoTimeout(20_000);
            String request = "GET /health/live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.substring(0, answer.indexOf('\r'));
        }
    }

    @Test
    void anotherPasswordEndsTheConnectionsOfTheOldOne() throws Exception {
        start(Map.of());
        change("user-add", "ann", SECRET);
        change("user-add", "ben", SECRET);
        Socket ann = connect(login("ann", "secret"));
        assertEquals(WELCOME, returnCode(ann));
        ControlMessage row = ask(ControlMessage.of("user-ls")).get(0);
        assertEquals("ann", row.requiredText("user"));
        assertEquals(1, row.number("connections").orElseThrow());

        assertEquals("ok", change("user-passwd", "ann", OTHER).kind());

        assertEquals(-1, ann.getInputStream().read());
        assertEquals(BAD_USER_NAME_OR_PASSWORD, returnCode(connect(login("ann", "secret"))));
        assertEquals(WELCOME, returnCode(connect(login("ann", "other"))));
    }

    @Test
    void theLastUserGoneTurnsLocalModeOnAgain() throws Exception {
        start(Map.of());
        change("user-add", "ann", SECRET);
        Socket ann = connect(login("ann", "secret"));
        assertEquals(WELCOME, returnCode(ann));

        assertEquals(0, change("user-rm", "ann", "").number("users").orElseThrow());

        assertEquals(-1, ann.getInputStream().read());
        assertEquals(WELCOME, returnCode(connect(anonymous())));
    }

    @Test
    void whatCannotBeDoneWithAUserHasItsExitCode() throws Exception {
        start(Map.of());
        change("user-add", "ann", SECRET);

        assertEquals(4, change("user-add", "ann", SECRET).number("exit").orElseThrow());
        assertEquals(3, change("user-passwd", "ben", SECRET).number("exit").orElseThrow());
        assertEquals(3, change("user-rm", "ben", "").number("exit").orElseThrow());
        assertEquals(4, change("user-add", "ben", "secret").number("exit").orElseThrow());
    }

    @Test
    void withoutUsersNoPortIsOpenedToOtherMachines() {
        NodeFailure first = assertThrows(NodeFailure.class, () -> start(Map.of(), "mqtt.host=0.0.0.0"));
        assertTrue(first.getMessage().contains("signalbox user add admin"), first.getMessage());
        // Not the first start: whether there are users is only known once the log is read.
        assertThrows(NodeFailure.class, () -> {
            Files.createFile(directory.resolve("data").resolve("something"));
            start(Map.of(), "mqtt.tls-host=0.0.0.0");
        });
    }

    @Test
    void withUsersOtherMachinesMayConnect() throws Exception {
        start(Map.of("SIGNALBOX_ADMIN_PASSWORD", "secret"), "mqtt.host=0.0.0.0");

        assertEquals(SecurityState.SECURED, node.startReport().security().state());
        assertEquals(NOT_AUTHORIZED, returnCode(connect(anonymous())));
        assertEquals(WELCOME, returnCode(connect(login("admin", "secret"))));
    }

    @Test
    void theFirstUsersPasswordMayComeInAFileAndDoesNotReplaceAnotherLater() throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "secret\n");
        start(Map.of("SIGNALBOX_ADMIN_PASSWORD_FILE", file.toString()));
        assertEquals(WELCOME, returnCode(connect(login("admin", "secret"))));
        String hash = node.broker().users().find("admin").orElseThrow().hash().text();
        stop();

        start(Map.of("SIGNALBOX_ADMIN_PASSWORD", "another"));
        assertEquals(
                hash, node.broker().users().find("admin").orElseThrow().hash().text());
    }

    @Test
    void aFirstPasswordThatCannotBeUsedStopsTheStart() {
        for (Map<String, String> environment : List.of(
                Map.of("SIGNALBOX_ADMIN_PASSWORD", ""),
                Map.of("SIGNALBOX_ADMIN_PASSWORD_FILE", "/nowhere"),
                Map.of("SIGNALBOX_ADMIN_PASSWORD", "a", "SIGNALBOX_ADMIN_PASSWORD_FILE", "b"))) {
            assertThrows(NodeFailure.class, () -> start(environment), environment.toString());
        }
    }

    @Test
    void whoOpensTheBrokerToEverybodyIsToldSo() throws Exception {
        start(Map.of(), "security.allow-anonymous=true", "mqtt.host=0.0.0.0");

        assertEquals(SecurityState.OPEN, node.startReport().security().state());
        assertTrue(security().startsWith("OPEN: ANYBODY "), security());
        change("user-add", "ann", SECRET);
        assertEquals(WELCOME, returnCode(connect(anonymous())));
        assertEquals(BAD_USER_NAME_OR_PASSWORD, returnCode(connect(login("ann", "guess"))));
        assertFalse(node.broker().users().isEmpty());
    }
}
