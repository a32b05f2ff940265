package io.signalbox.conformance.tls;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS on a port without it, and the other way round: the peer is let go, and the log says which port was meant. */
@Timeout(120)
final class WrongPortIT {

    @TempDir
    private Path directory;

    @Test
    void theLogSaysWhichPortWasMeant() throws Exception {
        try (TlsBroker broker = TlsBroker.start(directory)) {
            assertHandshakeFails(broker, broker.process().mqtt());
            broker.awaitLine("event=mqtt_client_speaks_tls", "mqtt.tls-port");
            assertHandshakeFails(broker, broker.process().amqp());
            broker.awaitLine("event=amqp_header_refused", "amqp.tls-port");
            for (InetSocketAddress address : new InetSocketAddress[] {broker.mqtts(), broker.amqps(), broker.https()}) {
                assertPlainBytesAreRefused(address);
            }
            broker.awaitLine("event=tls_handshake_failed port=mqtt", "does not speak TLS");
            broker.awaitLine("event=tls_handshake_failed port=amqp", "does not speak TLS");
            broker.awaitLine("event=tls_handshake_failed port=http", "does not speak TLS");
            assertTrue(broker.process().isAlive());
        }
    }

    private static void assertHandshakeFails(TlsBroker broker, InetSocketAddress plain) throws Exception {
        try (SSLSocket socket = TlsBroker.connect(plain, broker.identity())) {
            assertThrows(IOException.class, socket::startHandshake);
        }
    }

    private static void assertPlainBytesAreRefused(InetSocketAddress secured) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), secured.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("\u0010\u000c\u0000\u0004MQTT\u0004\u0002\u0000<\u0000\u0000"
                            .getBytes(StandardCharsets.ISO_8859_1));
            int answer = socket.getInputStream().readAllBytes().length; // an alert at most
            assertTrue(answer < 20, answer + " bytes");
        }
    }
}
