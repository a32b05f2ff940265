package io.signalbox.server.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.config.Settings;
import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private Node node;

    private NodeParts parts() {
        return new NodeParts(
                (data, formats) -> store,
                BusyWaits.NONE,
                new EchoProtocol("amqp", Settings.AMQP_HOST, Settings.AMQP_PORT, TlsAddress.AMQP, (byte) 2),
                new EchoProtocol("mqtt", Settings.MQTT_HOST, Settings.MQTT_PORT, TlsAddress.MQTT, (byte) 1),
                Map.of());
    }

    private Configuration configuration(String amqpPort) throws Exception {
        return new ConfigurationReader()
                .flag("data.dir", directory.resolve("data").toString(), "")
                .flag("amqp.port", amqpPort, "")
                .flag("mqtt.port", "0", "")
                .flag("http.port", "0", "")
                .finish();
    }

    private void start() throws Exception {
        node = Node.start(configuration("0"), parts(), (done, total) -> {});
    }

    @AfterEach
    void stop() {
        if (node != null) node.stop();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + node.startReport().http().getPort() + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private ControlMessage ask(ControlMessage request) throws Exception {
        try (ControlClient client = ControlClient.connect(ControlSocket.in(directory.resolve("data")))) {
            client.send(request);
            return client.receive().orElseThrow();
        }
    }

    @Test
    void aStartedNodeIsLiveAndReady() throws Exception {
        start();
        assertEquals(200, get("/health/live").statusCode());
        assertEquals(200, get("/health/ready").statusCode());
        assertEquals(404, get("/nothing").statusCode());
    }

    @Test
    void metricsCountWhatIsPublished() throws Exception {
        start();
        assertTrue(get("/metrics").body().contains("signalbox_messages_unroutable_total 0.0\n"));
        ControlMessage publish = ControlMessage.of("publish").with("topic", "a").with("payload", new byte[1]);
        assertEquals("unroutable", ask(publish).kind());
        String metrics = get("/metrics").body();
        assertTrue(metrics.contains("signalbox_messages_unroutable_total 1.0\n"), metrics);
        assertTrue(metrics.contains("signalbox_queue_messages_dropped 0.0\n"), metrics);
    }

    @Test
    void aFailedStoreMakesTheNodeNotReadyAndLeavesMetricsUp() throws Exception {
        start();
        store.fail("the disk is gone");
        HttpResponse<String> ready = get("/health/ready");
        assertEquals(503, ready.statusCode());
        assertTrue(get("/metrics").body().contains("signalbox_store_failed 1.0\n"));
        awaitRefused(node.startReport().amqp().getPort());
    }

    @Test
    void aDiskWithoutRoomIsShownAndLeavesTheNodeReady() throws Exception {
        start();
        store.beShort("Make room.");
        HttpResponse<String> ready = get("/health/ready");
        assertEquals(200, ready.statusCode());
        assertEquals("ready; publishers are refused. Make room.\n", ready.body());
        assertTrue(get("/metrics").body().contains("signalbox_store_disk_full 1.0\n"));
        assertEquals(
                "0 MiB, of which messages have 0 MiB; publishers are refused. Make room.",
                node.status().facts().get("Disk"));
        store.makeRoom();
        assertEquals("ready\n", get("/health/ready").body());
        assertTrue(get("/metrics").body().contains("signalbox_store_disk_full 0.0\n"));
        assertEquals(
                "0 MiB, of which messages have 0 MiB", node.status().facts().get("Disk"));
    }

    /** The port is closed by a thread of its own, soon. */
    private static void awaitRefused(int port) {
        while (true) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                assertTrue(socket.isConnected());
            } catch (IOException refused) {
                return;
            }
        }
    }

    @Test
    void aCleanStopClosesEveryPortAndTakesTheSocketAway() throws Exception {
        start();
        StartReport report = node.startReport();
        StopReport stopped = node.stop();
        node = null;
        assertTrue(stopped.failure().isEmpty(), stopped.toString());
        for (int port : new int[] {
            report.amqp().getPort(), report.mqtt().getPort(), report.http().getPort()
        }) {
            assertThrows(Exception.class, () -> new Socket("127.0.0.1", port).close(), "port " + port);
        }
        assertFalse(Files.exists(ControlSocket.in(directory.resolve("data"))));
    }

    @Test
    void aUsedPortIsOneSentenceAndLeavesNothingOpen() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int used = other.getLocalPort();
            Configuration configuration = configuration(String.valueOf(used));
            NodeFailure failure =
                    assertThrows(NodeFailure.class, () -> Node.start(configuration, parts(), (done, total) -> {}));
            assertEquals(
                    "127.0.0.1 port " + used + " is in use by another program (pid "
                            + ProcessHandle.current().pid() + ", java), so amqp.port cannot be opened."
                            + " Stop that program, or take another port: --set amqp.port=" + (used + 1),
                    failure.getMessage());
        }
        start(); // which it could not if something had been left
    }

    @Test
    void theDataDirectoryAndItsSocketAreTheOwnersOnly() throws Exception {
        start();
        Path data = directory.resolve("data");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ControlSocket.in(data))));
    }

    @Test
    void aDataDirectoryThatIsAFileIsOneSentence() throws Exception {
        Files.writeString(directory.resolve("data"), "x");
        NodeFailure failure = assertThrows(NodeFailure.class, this::start);
        assertTrue(failure.getMessage().endsWith("is not a directory."), failure.getMessage());
    }

    @Test
    void aForeignHostOrOriginIsRefused() throws Exception {
        start();
        assertEquals("HTTP/1.1 421 Misdirected Request", statusLine("Host: evil.example"));
        assertEquals("HTTP/1.1 421 Misdirected Request", statusLine("Host: localhost\r\nOrigin: http://evil.example"));
        assertEquals("HTTP/1.1 421 Misdirected Request", statusLine("X: y"));
        assertEquals("HTTP/1.1 200 OK", statusLine("Host: localhost:1"));
        assertEquals("HTTP/1.1 200 OK", statusLine("Host: [::1]:1"));
    }

    private String statusLine(String headers) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", node.startReport().http().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET / HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("nothing");
        }
    }

    @Test
    void aListenerIsReachedByWebSocketAsAStreamOfBytes() throws Exception {
        start();
        CompletableFuture<ByteBuffer> echoed = new CompletableFuture<>();
        WebSocket socket = HTTP.newWebSocketBuilder()
                .subprotocols("mqtt")
                .buildAsync(URI.create(uri("/mqtt").toString().replace("http:", "ws:")), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer bytes, boolean last) {
                        echoed.complete(bytes);
                        return null;
                    }
                })
                .get(10, TimeUnit.SECONDS);
        assertEquals("mqtt", socket.getSubprotocol());
        socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).get(10, TimeUnit.SECONDS);
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), echoed.get(10, TimeUnit.SECONDS));
        socket.abort();
    }

    @Test
    void requestsThatCannotBeDoneAreRefusedWithTheirExitCode() throws Exception {
        start();
        ControlMessage noQueue =
                ask(ControlMessage.of("queue-rm").with("queue", "none").with("messages", "keep"));
        assertEquals("refused", noQueue.kind());
        assertEquals(3L, noQueue.number("exit").orElseThrow());
        ControlMessage wildcard =
                ask(ControlMessage.of("publish").with("topic", "a/+").with("payload", new byte[0]));
        assertEquals(4L, wildcard.number("exit").orElseThrow());
        assertEquals(4L, ask(ControlMessage.of("nonsense")).number("exit").orElseThrow());
    }

    @Test
    void aPublishIsAnsweredOnlyAfterTheForce() throws Exception {
        start();
        assertEquals(
                "ok", ask(ControlMessage.of("queue-add").with("queue", "q")).kind());
        store.hold();
        try (ControlClient client = ControlClient.connect(ControlSocket.in(directory.resolve("data")))) {
            client.send(ControlMessage.of("publish").with("queue", "q").with("payload", new byte[0]));
            // The queue shows the message, so it has been taken; the status is asked on a connection of its own.
            while (ask(ControlMessage.of("queue-ls")).number("messages").orElseThrow() == 0) Thread.onSpinWait();
            CompletableFuture<ControlMessage> answer = CompletableFuture.supplyAsync(() -> receive(client));
            assertThrows(TimeoutException.class, () -> answer.get(200, TimeUnit.MILLISECONDS));
            store.release();
            assertEquals("ok", answer.get(10, TimeUnit.SECONDS).kind());
        }
    }

    private static ControlMessage receive(ControlClient client) {
        try {
            return client.receive().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
