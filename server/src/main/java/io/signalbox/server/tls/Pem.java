package io.signalbox.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys as text between BEGIN and END lines (RFC 7468). Stateless. */
final class Pem {

    /** What is longer is no chain of certificates and no key. */
    private static final int MOST_BYTES = 1 << 20;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]*?)\\s*-----END \\1-----");

    private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private record Block(String label, byte[] content) {}

    private Pem() {}

    /** A text of one block. */
    static String write(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** The certificates of a file, in its order. */
    static List<X509Certificate> readCertificates(Path file) throws TlsFailure {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (!block.label.equals("CERTIFICATE")) continue;
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                certificates.add(
                        (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content)));
            } catch (CertificateException e) {
                throw new TlsFailure(
                        "The certificate file " + file + " has a CERTIFICATE block that is no certificate.", e);
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsFailure("The certificate file " + file + " holds no -----BEGIN CERTIFICATE-----.");
        }
        return certificates;
    }

    /** The one private key of a file. */
    static PrivateKey readKey(Path file) throws TlsFailure {
        for (Block block : blocks(file)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return key(file, block.content);
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new TlsFailure("The key file " + file + " is encrypted; take the password off: "
                            + "openssl pkcs8 -in " + file + " -out key.pem");
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                    throw new TlsFailure("The key file " + file + " holds a " + block.label
                            + ", and PKCS #8 is what is read; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file
                            + " -out key.pem");
                default -> {} // such as EC PARAMETERS, or the certificate in the same file
            }
        }
        throw new TlsFailure("The key file " + file + " holds no -----BEGIN PRIVATE KEY-----.");
    }

    /** PKCS #8 names its algorithm inside; a factory refuses what is not its own. */
    private static PrivateKey key(Path file, byte[] encoded) throws TlsFailure {
        TlsFailure unknown = new TlsFailure(
                "The key file " + file + " holds no key of a kind that is known here: RSA, EC, Ed25519.");
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                unknown.addSuppressed(e);
            }
        }
        throw unknown;
    }

    private static List<Block> blocks(Path file) throws TlsFailure {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(file));
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new TlsFailure(
                        "The file " + file + " has a " + matcher.group(1) + " block that is no base64.", e);
            }
        }
        return blocks;
    }

    private static String text(Path file) throws TlsFailure {
        try {
            if (Files.size(file) > MOST_BYTES) throw new TlsFailure("The file " + file + " is too large to be PEM.");
            return Files.readString(
                    file, StandardCharsets.ISO_8859_1); // notes between the blocks may be in any charset
        } catch (NoSuchFileException e) {
            throw new TlsFailure("There is no file " + file + "; make a certificate with: signalbox tls init", e);
        } catch (IOException e) {
            throw new TlsFailure("The file " + file + " cannot be read (" + e.getMessage() + ").", e);
        }
    }
}
