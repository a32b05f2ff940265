package io.signalbox.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SelfSignedCertificateTest {

    private static final List<String> NAMES = List.of("broker.example", "localhost", "127.0.0.1", "::1");
    private static final TlsIdentity IDENTITY = SelfSignedCertificate.create(NAMES, Instant.now());

    @Test
    void itIsAVersion3CertificateOfAServerThatVerifiesWithItsOwnKey() throws Exception {
        X509Certificate certificate = IDENTITY.certificate();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals(3, certificate.getVersion());
        assertEquals("CN=broker.example", certificate.getSubjectX500Principal().getName());
        assertEquals(certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal());
        assertEquals("SHA256withECDSA", certificate.getSigAlgName());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints(), "it is no authority");
        assertTrue(certificate.getKeyUsage()[0], "digitalSignature");
        assertTrue(certificate.getSerialNumber().signum() > 0);
        assertTrue(certificate.getCriticalExtensionOIDs().containsAll(List.of("2.5.29.15", "2.5.29.19")));
    }

    @Test
    void itNamesEveryHostAndAddress() {
        assertEquals(List.of("broker.example", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"), IDENTITY.names());
    }

    @Test
    void itIsGoodFromYesterdayFor825Days() {
        Instant now = Instant.parse("2048-06-01T12:00:00.123Z");
        TlsIdentity identity = SelfSignedCertificate.create(List.of("a"), now);
        assertEquals(
                Instant.parse("2048-05-31T12:00:00Z"),
                identity.certificate().getNotBefore().toInstant());
        assertEquals(Instant.parse("2050-09-03T12:00:00Z"), identity.expiry());
        assertEquals("2048-05-31 to 2050-09-03", identity.validity());
    }

    @Test
    void aNameThatIsTooLongForTheSubjectStandsAmongTheNames() {
        String longName = "a".repeat(60) + ".example";
        TlsIdentity identity = SelfSignedCertificate.create(List.of(longName), Instant.now());
        assertEquals(
                "CN=Signalbox", identity.certificate().getSubjectX500Principal().getName());
        assertEquals(List.of(longName), identity.names());
    }

    @Test
    void clientsThatTrustItAcceptItForItsNamesOnly() throws Exception {
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            for (String name : List.of("broker.example", "localhost", "127.0.0.1", "::1")) {
                assertEquals(protocol, handshake(protocol, name), name);
            }
            assertThrows(SSLException.class, () -> handshake(protocol, "other.example"));
            assertThrows(SSLException.class, () -> handshake(protocol, "127.0.0.2"));
        }
    }

    /** The protocol that client and server agreed on. */
    private static String handshake(String protocol, String hostName) throws Exception {
        try (SSLServerSocket server = (SSLServerSocket)
                serverContext().getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> accepted = CompletableFuture.runAsync(() -> accept(server));
            try (var plain = new java.net.Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
                    SSLSocket client = (SSLSocket) TlsClient.trusting(IDENTITY.certificate())
                            .getSocketFactory()
                            .createSocket(plain, hostName, server.getLocalPort(), true)) {
                SSLParameters parameters = client.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setProtocols(new String[] {protocol});
                client.setSSLParameters(parameters);
                client.startHandshake();
                return client.getSession().getProtocol();
            } finally {
                accepted.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void accept(SSLServerSocket server) {
        try (SSLSocket accepted = (SSLSocket) server.accept()) {
            accepted.startHandshake();
            accepted.getInputStream().readAllBytes();
        } catch (java.io.IOException refused) {
            return; // the client says why
        }
    }

    private static SSLContext serverContext() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("server", IDENTITY.key(), new char[0], new X509Certificate[] {IDENTITY.certificate()});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
