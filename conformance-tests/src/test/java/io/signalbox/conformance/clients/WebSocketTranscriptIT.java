package io.signalbox.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0 chapter 6, byte by byte. The mask of every frame is zero, so that its content can be read here. */
@ExtendWith(SharedBroker.class)
final class WebSocketTranscriptIT {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final long MANY_REQUESTS = 50_000; // 50 MiB, more than sockets hold
    private static final long MORE_REQUESTS = 1_000;
    private static final String MQTT = "Sec-WebSocket-Protocol: mqtt\r\n";
    private static final String MASK = " 00000000 ";
    private static final String CONNECT = "100c 0004 4d515454 04 02 0000 0000"; // 3.1.1, clean, no identifier
    private static final String CONNACK = "20 02 00 00";
    private static final String CONNECT_5 = "1010 0004 4d515454 05 02 0000 00 0003 777335"; // clean, identifier ws5
    private static final String CONNACK_5 = "20 12 00 00 0f 21 0400 22 0010 25 01 27 01000000 2a 01";
    private static final String PINGREQ = "c0 00";
    private static final String PINGRESP = "d0 00";

    private BrokerUnderTest broker;

    @BeforeEach
    void remember(BrokerUnderTest shared) {
        broker = shared;
    }

    private record Client(Socket socket) implements AutoCloseable {
        Client send(String hex) throws IOException {
            socket.getOutputStream().write(bytes(hex));
            return this;
        }

        Client expect(String hex) throws IOException {
            byte[] wanted = bytes(hex);
            byte[] read = socket.getInputStream().readNBytes(wanted.length);
            assertEquals(HexFormat.of().formatHex(wanted), HexFormat.of().formatHex(read));
            return this;
        }

        /** A close frame with this status code, whatever it says, and then the end. */
        void expectClosed(int code) throws IOException {
            byte[] rest = socket.getInputStream().readAllBytes();
            assertEquals("88", HexFormat.of().toHexDigits(rest[0]));
            assertEquals(rest.length - 2, rest[1]);
            assertEquals(code, (rest[2] & 0xFF) << 8 | rest[3] & 0xFF);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private Socket socket() throws IOException {
        Socket socket = new Socket(broker.http().getAddress(), broker.http().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Asks for /mqtt with these headers besides the usual ones, and returns the head of the answer. */
    private static String ask(Socket socket, String headers) throws IOException {
        String request =
                "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) throw new AssertionError("the end after: " + head.toString(ISO_8859_1));
            head.write(next);
        }
        return head.toString(ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    private String answerTo(String headers) throws IOException {
        try (Socket socket = socket()) {
            return ask(socket, headers);
        }
    }

    private Client upgraded() throws IOException {
        Socket socket = socket();
        String answer = ask(socket, "Sec-WebSocket-Version: 13\r\n" + MQTT);
        assertTrue(answer.startsWith("http/1.1 101 "), answer);
        return new Client(socket);
    }

    private Client connected() throws IOException {
        return upgraded().send("82 8e" + MASK + CONNECT).expect("82 04" + CONNACK);
    }

    @Clause({"MQTT-6.0.0-4", "MQTT3-6.0.0-4"})
    @Test
    void theAnswerNamesTheSubprotocolMqtt() throws IOException { // MQTT-6.0.0-4
        String answer = answerTo("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqttv3.1, mqtt\r\n");
        assertTrue(answer.contains("\r\nsec-websocket-protocol: mqtt\r\n"), answer);
        // RFC 6455 §1.3 gives the answer to this very key
        assertTrue(answer.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"), answer);
    }

    @Test
    void aClientOfTheOlderNameIsAnsweredWithIt() throws IOException {
        String answer = answerTo("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqttv3.1\r\n");
        assertTrue(answer.contains("\r\nsec-websocket-protocol: mqttv3.1\r\n"), answer);
    }

    @Clause({"MQTT-6.0.0-3", "MQTT3-6.0.0-3"})
    @Test
    void whoDoesNotOfferMqttIsRefused() throws IOException { // MQTT-6.0.0-3
        for (String headers : new String[] {"", "Sec-WebSocket-Protocol: amqp\r\n"}) {
            String answer = answerTo("Sec-WebSocket-Version: 13\r\n" + headers);
            assertTrue(answer.startsWith("http/1.1 400 "), answer);
        }
    }

    @Test
    void anotherVersionIsToldWhichOneIsSpoken() throws IOException {
        for (String version : new String[] {"", "Sec-WebSocket-Version: 8\r\n"}) {
            String answer = answerTo(version + MQTT);
            assertTrue(answer.startsWith("http/1.1 426 "), answer);
            assertTrue(answer.contains("\r\nsec-websocket-version: 13\r\n"), answer);
        }
    }

    @Test
    void aPageOfAnotherSiteIsRefusedAndALocalOneIsNot() throws IOException {
        for (String origin : new String[] {"http://example.com", "https://localhost.example.com", "null"}) {
            String answer = answerTo("Sec-WebSocket-Version: 13\r\nOrigin: " + origin + "\r\n" + MQTT);
            assertTrue(answer.startsWith("http/1.1 421 "), () -> origin + ": " + answer);
        }
        String local = answerTo("Sec-WebSocket-Version: 13\r\nOrigin: http://localhost:8080\r\n" + MQTT);
        assertTrue(local.startsWith("http/1.1 101 "), local);
    }

    @Clause({"MQTT-6.0.0-1", "MQTT3-6.0.0-1"})
    @Test
    void aTextFrameClosesTheConnection() throws IOException { // MQTT-6.0.0-1
        try (Client client = connected()) {
            client.send("81 82" + MASK + PINGREQ).expectClosed(1003);
        }
        for (String frame : new String[] {"81 8e" + MASK + CONNECT, "81 92" + MASK + CONNECT_5}) {
            try (Client client = upgraded()) {
                client.send(frame).expectClosed(1003);
            }
        }
    }

    @Clause({"MQTT-6.0.0-2", "MQTT3-6.0.0-2"})
    @Test
    void packetsShareFramesAndSpanThem() throws IOException { // MQTT-6.0.0-2
        try (Client client = upgraded()) {
            client.send("82 8e" + MASK + CONNECT).expect("82 04" + CONNACK);
            pingInOneFrameAndInTwo(client);
        }
        try (Client client = upgraded()) {
            String connect = CONNECT_5.replace(" ", "");
            client.send("82 85" + MASK + connect.substring(0, 10));
            client.send("82 8d" + MASK + connect.substring(10)).expect("82 14" + CONNACK_5);
            pingInOneFrameAndInTwo(client);
        }
    }

    private static void pingInOneFrameAndInTwo(Client client) throws IOException {
        client.send("82 84" + MASK + PINGREQ + PINGREQ).expect("82 04" + PINGRESP + PINGRESP);
        client.send("82 81" + MASK + "c0");
        client.send("82 81" + MASK + "00").expect("82 02" + PINGRESP);
    }

    @Test
    void aMessageMayBeFragmentedWithPingsBetween() throws IOException {
        try (Client client = connected()) {
            client.send("02 81" + MASK + "c0").send("89 82" + MASK + "abcd").expect("8a 02 abcd");
            client.send("00 80" + MASK).send("80 81" + MASK + "00").expect("82 02" + PINGRESP);
        }
    }

    @Test
    void theCloseHandshakeIsAnsweredWithTheSameCode() throws IOException {
        try (Client client = connected()) {
            client.send("88 82" + MASK + "03e9").expectClosed(1001);
        }
    }

    @Test
    void disconnectIsFollowedByTheCloseHandshake() throws IOException {
        try (Client client = connected()) {
            client.send("82 82" + MASK + "e0 00").expect("88 02 03e8").send("88 82" + MASK + "03e8");
            assertEquals(-1, client.socket().getInputStream().read());
        }
    }

    @Test
    void whoDoesNotReadIsNotReadUntilItDoes() throws Exception {
        byte[] request = bytes("82 fe 0400" + MASK + PINGREQ.repeat(512));
        AtomicLong requests = new AtomicLong();
        AtomicLong wanted = new AtomicLong(MANY_REQUESTS);
        try (Client client = connected()) {
            Thread writer = new Thread(
                    () -> {
                        try {
                            for (; requests.get() < wanted.get(); requests.incrementAndGet()) {
                                client.socket().getOutputStream().write(request);
                            }
                        } catch (IOException e) {
                            requests.set(-1);
                        }
                    },
                    "pings without end");
            writer.start();
            long before;
            do { // a writer that gets no further has nobody who reads it
                before = requests.get();
                writer.join(500);
            } while (requests.get() != before);
            assertTrue(before > 0 && before < MANY_REQUESTS, () -> "requests taken: " + requests);
            wanted.set(before + MORE_REQUESTS);
            long answers = 0;
            InputStream in = new BufferedInputStream(client.socket().getInputStream());
            while (answers < wanted.get() * 1024) answers += readFrame(in);
            writer.join();
            assertEquals(wanted.get(), requests.get());
        }
    }

    /** Reads a binary frame; returns the length of its content. */
    private static int readFrame(InputStream in) throws IOException {
        assertEquals(0x82, in.read());
        int length = in.read();
        if (length == 126) length = in.read() << 8 | in.read();
        if (length == 127) length = (int) new BigInteger(in.readNBytes(8)).longValueExact();
        in.skipNBytes(length);
        return length;
    }
}
