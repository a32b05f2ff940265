package io.signalbox.server.tls;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a server's certificate and key lie: two PEM files. Immutable.
 *
 * @param certificate the server's certificate, then those that lead to one that clients trust
 * @param key its private key, unencrypted PKCS #8
 */
public record TlsFiles(Path certificate, Path key) {

    /**
     * What a configuration names.
     *
     * @return empty if TLS is not wanted
     * @throws TlsFailure if only one of the two is named
     */
    public static Optional<TlsFiles> of(Configuration configuration) throws TlsFailure {
        Optional<Path> certificate = configuration.path(Settings.TLS_CERTIFICATE);
        Optional<Path> key = configuration.path(Settings.TLS_KEY);
        if (certificate.isEmpty() && key.isEmpty()) return Optional.empty();
        if (certificate.isEmpty()) throw new TlsFailure("tls.key is set and tls.certificate is not: TLS needs both.");
        if (key.isEmpty()) throw new TlsFailure("tls.certificate is set and tls.key is not: TLS needs both.");
        return Optional.of(new TlsFiles(certificate.get(), key.get()));
    }

    /** Reads both files and makes sure that they belong together. */
    public TlsIdentity read() throws TlsFailure {
        List<X509Certificate> chain = Pem.readCertificates(certificate);
        PrivateKey privateKey = Pem.readKey(key);
        if (!isPair(chain.get(0).getPublicKey(), privateKey)) {
            throw new TlsFailure("The key in " + key + " is not the key of the first certificate in " + certificate
                    + "; the server's own certificate comes first, and its key goes with it.");
        }
        return new TlsIdentity(chain, privateKey);
    }

    private static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "EdDSA";
        };
        byte[] probe = "signalbox".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(privateKey);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // another algorithm or another curve
        }
    }

    /** Writes an identity to files that are not there yet; the key is its owner's only. */
    public void write(TlsIdentity identity) throws TlsFailure {
        for (Path file : List.of(certificate, key)) {
            if (Files.exists(file)) throw new TlsFailure(file + " is there already, and is not overwritten.");
        }
        try {
            Path directory = certificate.toAbsolutePath().getParent();
            if (directory != null) Files.createDirectories(directory);
            writeNew(key, "rw-------", Pem.write("PRIVATE KEY", identity.key().getEncoded()));
            writeNew(
                    certificate,
                    "rw-r--r--",
                    Pem.write("CERTIFICATE", identity.certificate().getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new TlsFailure("The certificate cannot be written to " + certificate + " (" + e + ").", e);
        }
    }

    private static void writeNew(Path file, String permissions, String text) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        try (var channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            var bytes = StandardCharsets.US_ASCII.encode(text);
            while (bytes.hasRemaining()) channel.write(bytes);
        }
    }
}
