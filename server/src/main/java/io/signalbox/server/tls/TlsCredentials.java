package io.signalbox.server.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * An identity made ready for handshakes: the JDK's TLS 1.3 and 1.2, with the suites that keep what was said secret when the
 * key is lost later. Immutable.
 */
public record TlsCredentials(TlsIdentity identity, SslContext context) {

    private static final String REJECT_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static {
        // TLS 1.2 lets a client ask for one handshake after another on its connection, each of which costs the server
        // more than the client. Read by the JDK at the first use of TLS.
        if (System.getProperty(REJECT_RENEGOTIATION) == null) System.setProperty(REJECT_RENEGOTIATION, "true");
    }

    /**
     * Reads the files and gets everything ready that can fail.
     *
     * @throws TlsFailure if handshakes would fail with them
     */
    public static TlsCredentials load(TlsFiles files) throws TlsFailure {
        return of(files.read());
    }

    static TlsCredentials of(TlsIdentity identity) throws TlsFailure {
        try {
            SslContext context = SslContextBuilder.forServer(identity.key(), identity.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS)
                    .ciphers(SUITES)
                    .build();
            return new TlsCredentials(identity, context);
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsFailure("TLS cannot be served with this certificate (" + e.getMessage() + ").", e);
        }
    }
}
