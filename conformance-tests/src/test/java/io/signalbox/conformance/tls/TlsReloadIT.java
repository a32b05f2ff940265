package io.signalbox.conformance.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import io.signalbox.server.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The certificate is replaced on disk, and the broker is told; connections that are there notice nothing. */
@Timeout(120)
final class TlsReloadIT {

    private static final byte[] CONNECT = {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
    private static final byte[] PINGREQ = {(byte) 0xC0, 0};

    @TempDir
    private Path directory;

    private static void hangUp(TlsBroker broker) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder(
                        "kill", "-HUP", Long.toString(broker.process().pid()))
                .start();
        assertEquals(0, kill.waitFor());
    }

    private static ControlMessage reload(TlsBroker broker) throws IOException {
        Path socket = ControlSocket.in(broker.process().dataDirectory());
        try (ControlClient client = ControlClient.connect(socket)) {
            client.send(ControlMessage.of("reload"));
            return client.receive().orElseThrow();
        }
    }

    private static SSLSocket connectMqtt(TlsBroker broker, TlsIdentity trusted) throws Exception {
        SSLSocket socket = TlsBroker.connect(broker.mqtts(), trusted);
        socket.getOutputStream().write(CONNECT);
        assertEquals(0x20, socket.getInputStream().readNBytes(4)[0], "CONNACK");
        assertEquals(trusted.certificate(), socket.getSession().getPeerCertificates()[0]);
        return socket;
    }

    private static void assertAlive(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(PINGREQ);
        assertEquals((byte) 0xD0, socket.getInputStream().readNBytes(2)[0], "PINGRESP");
    }

    private static void assertMetBy(TlsBroker broker, TlsIdentity expected) throws Exception {
        connectMqtt(broker, expected).close();
    }

    @Test
    void sighupBringsTheNewCertificateAndKeepsConnections() throws Exception {
        try (TlsBroker broker = TlsBroker.start(directory);
                SSLSocket old = connectMqtt(broker, broker.identity())) {
            TlsIdentity before = broker.identity();
            TlsIdentity after = broker.renew();
            assertMetBy(broker, before); // nobody has said anything yet
            hangUp(broker);
            broker.awaitLine("event=reloaded", after.fingerprint());
            assertMetBy(broker, after);
            SSLSocket stale = TlsBroker.connect(broker.mqtts(), before);
            assertThrows(SSLException.class, stale::startHandshake);
            stale.close();
            assertAlive(old);
            assertEquals(0, broker.process().stop());
        }
    }

    @Test
    void aBrokenCertificateIsOneSentenceAndTheOldOneStays() throws Exception {
        try (TlsBroker broker = TlsBroker.start(directory);
                SSLSocket old = connectMqtt(broker, broker.identity())) {
            TlsIdentity before = broker.identity();
            String oldKey = Files.readString(broker.files().key());
            broker.renew();
            Files.writeString(broker.files().key(), oldKey); // the old key with the new certificate
            ControlMessage refused = reload(broker);
            assertEquals("refused", refused.kind());
            assertEquals(78L, refused.number("exit").orElseThrow());
            String sentence = refused.requiredText("sentence");
            assertTrue(sentence.contains("is not the key of the first certificate"), sentence);
            assertTrue(sentence.endsWith("The certificate in use stays."), sentence);
            broker.awaitLine("event=reload_refused", "is not the key");
            assertMetBy(broker, before);

            Files.writeString(broker.files().certificate(), "half a cert");
            hangUp(broker);
            broker.awaitLine("event=reload_refused", "holds no -----BEGIN CERTIFICATE-----");
            assertMetBy(broker, before);

            TlsIdentity after = broker.renew();
            assertTrue(reload(broker).requiredText("line").contains(after.fingerprint()));
            assertMetBy(broker, after);
            assertAlive(old);
        }
    }
}
