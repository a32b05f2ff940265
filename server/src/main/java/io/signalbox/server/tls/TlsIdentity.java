package io.signalbox.server.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * What a server proves itself with: its own certificate, those that lead from it to one that clients trust, and the key of
 * the first. Immutable.
 *
 * @param chain the server's own certificate first; not empty
 */
public record TlsIdentity(List<X509Certificate> chain, PrivateKey key) {

    /** Kinds of subject alternative name (RFC 5280 §4.2.1.6). */
    static final int DNS_NAME = 2;

    static final int IP_ADDRESS = 7;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC);

    public TlsIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) throw new IllegalArgumentException("an identity has a certificate");
    }

    /**
     * A new identity that vouches for itself, good for this machine.
     *
     * @param hosts further names and addresses, the most important first
     * @throws TlsFailure if one of them is neither
     */
    public static TlsIdentity selfSigned(Collection<String> hosts) throws TlsFailure {
        return SelfSignedCertificate.create(HostNames.of(hosts), Instant.now());
    }

    /** The server's own certificate. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The certificate's SHA-256 as clients and browsers show it: pairs of digits between colons. */
    public String fingerprint() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(certificate().getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256, and the certificate was read", e);
        }
    }

    /** The host names and addresses that the certificate is good for. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            if (alternatives == null) return List.of();
            for (List<?> alternative : alternatives) {
                boolean isHost = alternative.get(0) instanceof Integer kind && (kind == DNS_NAME || kind == IP_ADDRESS);
                if (isHost) names.add(String.valueOf(alternative.get(1)));
            }
        } catch (CertificateParsingException e) {
            return List.of(); // then clients find none either
        }
        return names;
    }

    /** From when and until when the certificate is good, as days. */
    public String validity() {
        return DAY.format(certificate().getNotBefore().toInstant()) + " to " + DAY.format(expiry());
    }

    /** When clients begin to refuse the certificate. */
    public Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    /** One line for a log or a status. */
    public String summary() {
        return certificate().getSubjectX500Principal().getName() + ", until " + DAY.format(expiry()) + ", SHA-256 "
                + fingerprint();
    }
}
