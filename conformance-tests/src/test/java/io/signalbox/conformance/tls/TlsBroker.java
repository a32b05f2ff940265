package io.signalbox.conformance.tls;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.server.tls.TlsFailure;
import io.signalbox.server.tls.TlsFiles;
import io.signalbox.server.tls.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A broker process that serves TLS with a certificate of its own. Used by one thread. */
final class TlsBroker implements AutoCloseable {

    static final String TRUST_PASSWORD = "changeit";

    private static final Duration LINE_LIMIT = Duration.ofSeconds(30);

    private final TlsFiles files;
    private final BrokerProcess process;
    private TlsIdentity identity;

    private TlsBroker(TlsFiles files, TlsIdentity identity, BrokerProcess process) {
        this.files = files;
        this.identity = identity;
        this.process = process;
    }

    static TlsBroker start(Path directory) throws TlsFailure {
        TlsFiles files = new TlsFiles(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
        TlsIdentity identity = TlsIdentity.selfSigned(List.of());
        files.write(identity);
        BrokerOptions options = BrokerOptions.fresh()
                .with("tls.certificate", files.certificate().toString())
                .with("tls.key", files.key().toString());
        for (String table : List.of("amqp", "mqtt", "http")) options = options.with(table + ".tls-port", "0");
        return new TlsBroker(files, identity, BrokerProcess.start(options));
    }

    BrokerProcess process() {
        return process;
    }

    TlsFiles files() {
        return files;
    }

    /** What the files hold, unless they were broken on purpose. */
    TlsIdentity identity() {
        return identity;
    }

    /** Puts another certificate and key in place of those that are there. */
    TlsIdentity renew() throws TlsFailure, IOException {
        Files.delete(files.certificate());
        Files.delete(files.key());
        identity = TlsIdentity.selfSigned(List.of());
        files.write(identity);
        return identity;
    }

    InetSocketAddress amqps() {
        return address("amqps");
    }

    InetSocketAddress mqtts() {
        return address("mqtts");
    }

    InetSocketAddress https() {
        return address("https");
    }

    private InetSocketAddress address(String key) {
        String line = process.output()
                .find(printed -> printed.startsWith("event=ready "))
                .orElseThrow(() -> new AssertionError("no ready line"));
        for (String word : line.split(" ", -1)) {
            if (!word.startsWith(key + "=")) continue;
            return new InetSocketAddress("localhost", Integer.parseInt(word.substring(word.lastIndexOf(':') + 1)));
        }
        throw new AssertionError("no " + key + " in " + line);
    }

    /** Waits for a line of the log. */
    String awaitLine(String... parts) {
        return process.output()
                .await(
                        "a line with " + String.join(" and ", parts),
                        LINE_LIMIT,
                        line -> List.of(parts).stream().allMatch(line::contains));
    }

    static TrustManagerFactory trusting(TlsIdentity trusted) throws GeneralSecurityException, IOException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store(trusted));
        return managers;
    }

    private static KeyStore store(TlsIdentity trusted) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("signalbox", trusted.certificate());
        return store;
    }

    /** A trust store as Java clients take it, with {@link #TRUST_PASSWORD}. */
    static Path trustStore(Path file, TlsIdentity trusted) {
        try (OutputStream out = Files.newOutputStream(file)) {
            store(trusted).store(out, TRUST_PASSWORD.toCharArray());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static SSLContext context(TlsIdentity trusted) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusting(trusted).getTrustManagers(), null);
        return context;
    }

    /** A plain TLS socket; the handshake comes with the first byte. */
    static SSLSocket connect(InetSocketAddress address, TlsIdentity trusted)
            throws GeneralSecurityException, IOException {
        SSLSocket socket = (SSLSocket)
                context(trusted).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), address.getPort());
        socket.setSoTimeout((int) LINE_LIMIT.toMillis());
        return socket;
    }

    @Override
    public void close() {
        process.close();
        BrokerProcess.deleteData(process.dataDirectory());
    }
}
