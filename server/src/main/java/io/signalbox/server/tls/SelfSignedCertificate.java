package io.signalbox.server.tls;

import io.netty.util.NetUtil;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * Makes a certificate that vouches for itself (RFC 5280 §4, §3.2): a new P-256 key, signed with ECDSA over SHA-256, good for
 * a server of these names and for nothing else. Stateless.
 */
final class SelfSignedCertificate {

    /** What the strictest of the usual clients accept from a certificate that they were told to trust. */
    static final Duration VALIDITY = Duration.ofDays(825);

    /** A client's clock may be behind. */
    private static final Duration BACKDATED = Duration.ofHours(24);

    private static final int MOST_COMMON_NAME_CHARS = 64; // RFC 5280 appendix A.1: ub-common-name

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"; // RFC 5758 §3.2
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

    private SelfSignedCertificate() {}

    /**
     * A new key and its certificate.
     *
     * @param names host names and literal addresses; not empty, the first becomes the subject
     */
    static TlsIdentity create(List<String> names, Instant now) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] encoded = sign(toBeSigned(names, now, pair.getPublic().getEncoded(), random), pair.getPrivate());
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            var certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded));
            return new TlsIdentity(List.of(certificate), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has P-256, ECDSA and SHA-256", e);
        }
    }

    private static byte[] sign(byte[] toBeSigned, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(toBeSigned);
        return Der.sequence(toBeSigned, signatureAlgorithm(), Der.bitString(signature.sign()));
    }

    private static byte[] signatureAlgorithm() {
        return Der.sequence(Der.objectIdentifier(ECDSA_WITH_SHA256));
    }

    /** TBSCertificate (RFC 5280 §4.1). A Java key's encoding is its SubjectPublicKeyInfo. */
    private static byte[] toBeSigned(List<String> names, Instant now, byte[] publicKey, SecureRandom random)
            throws GeneralSecurityException {
        byte[] name = new X500Principal("CN=" + commonName(names.get(0))).getEncoded();
        Instant start = now.minus(BACKDATED).truncatedTo(ChronoUnit.SECONDS);
        return Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(127, random).setBit(126)), // §4.1.2.2: positive, at most 20 octets
                signatureAlgorithm(),
                name, // the issuer
                Der.sequence(Der.time(start), Der.time(start.plus(VALIDITY))),
                name, // the subject
                publicKey,
                Der.explicit(3, extensions(names, publicKey)));
    }

    private static String commonName(String name) {
        return name.length() <= MOST_COMMON_NAME_CHARS ? name : "Signalbox";
    }

    private static byte[] extensions(List<String> names, byte[] publicKey) throws GeneralSecurityException {
        byte[] notAnAuthority = Der.sequence();
        byte[] digitalSignature = Der.firstBit(); // §4.2.1.3: what a server's key does in every suite offered here
        byte[] keyIdentifier = MessageDigest.getInstance("SHA-256").digest(publicKey);
        return Der.sequence(
                critical(BASIC_CONSTRAINTS, notAnAuthority),
                critical(KEY_USAGE, digitalSignature),
                extension(EXTENDED_KEY_USAGE, Der.sequence(Der.objectIdentifier(SERVER_AUTHENTICATION))),
                extension(SUBJECT_ALTERNATIVE_NAME, alternativeNames(names)),
                extension(SUBJECT_KEY_IDENTIFIER, Der.octetString(Arrays.copyOf(keyIdentifier, 20)))); // RFC 7093 §2
    }

    private static byte[] critical(String identifier, byte[] value) {
        return Der.sequence(Der.objectIdentifier(identifier), Der.isTrue(), Der.octetString(value));
    }

    private static byte[] extension(String identifier, byte[] value) {
        return Der.sequence(Der.objectIdentifier(identifier), Der.octetString(value));
    }

    private static byte[] alternativeNames(List<String> names) {
        List<byte[]> values = new ArrayList<>();
        for (String name : names) {
            byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
            values.add(
                    address == null
                            ? Der.implicit(TlsIdentity.DNS_NAME, name.getBytes(StandardCharsets.US_ASCII))
                            : Der.implicit(TlsIdentity.IP_ADDRESS, address));
        }
        return Der.sequence(values.toArray(byte[][]::new));
    }
}
