package io.signalbox.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {

    @TempDir
    private Path directory;

    private final TlsIdentity identity = SelfSignedCertificate.create(List.of("localhost"), Instant.now());
    private TlsFiles files;

    @BeforeEach
    void nameTheFiles() {
        files = new TlsFiles(directory.resolve("t/certificate.pem"), directory.resolve("t/key.pem"));
    }

    private String failure() {
        return String.valueOf(assertThrows(TlsFailure.class, files::read).getMessage());
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        files.write(identity);
        TlsIdentity read = files.read();
        assertEquals(identity.chain(), read.chain());
        assertEquals(identity.key(), read.key());
        assertTrue(read.fingerprint().matches("([0-9A-F]{2}:){31}[0-9A-F]{2}"), read.fingerprint());
    }

    @Test
    void theKeyIsItsOwnersOnly() throws Exception {
        files.write(identity);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())));
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        files.write(identity);
        String key = Files.readString(files.key());
        TlsFailure refusal = assertThrows(TlsFailure.class, () -> files.write(identity));
        assertTrue(refusal.getMessage().endsWith("is there already, and is not overwritten."), refusal.getMessage());
        Files.delete(files.certificate());
        assertThrows(TlsFailure.class, () -> files.write(identity));
        assertEquals(key, Files.readString(files.key()));
    }

    @Test
    void aKeyOfAnotherCertificateIsNamed() throws Exception {
        files.write(SelfSignedCertificate.create(List.of("other"), Instant.now()));
        Files.writeString(files.key(), Pem.write("PRIVATE KEY", identity.key().getEncoded()));
        assertTrue(failure().contains("is not the key of the first certificate"), failure());
    }

    @Test
    void anRsaKeyDoesNotGoWithAnEcCertificate() throws Exception {
        files.write(identity);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey rsa = generator.generateKeyPair().getPrivate();
        Files.writeString(files.key(), Pem.write("PRIVATE KEY", rsa.getEncoded()));
        assertTrue(failure().contains("is not the key of the first certificate"), failure());
    }

    @Test
    void keysInOtherFormatsAreNamedWithTheCommandThatConverts() throws Exception {
        files.write(identity);
        for (String label : List.of("EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
            Files.writeString(files.key(), Pem.write(label, new byte[] {1, 2, 3}));
            assertTrue(failure().contains("openssl pkcs8"), failure());
        }
    }

    @Test
    void whatIsNotThereOrNotPemIsOneSentence() throws Exception {
        assertEquals(
                "There is no file " + files.certificate() + "; make a certificate with: signalbox tls init", failure());
        files.write(identity);
        Files.writeString(files.certificate(), "hello\n");
        assertTrue(failure().endsWith("holds no -----BEGIN CERTIFICATE-----."), failure());
        Files.writeString(files.certificate(), Pem.write("CERTIFICATE", new byte[] {1, 2, 3}));
        assertTrue(failure().endsWith("has a CERTIFICATE block that is no certificate."), failure());
        Files.delete(files.certificate());
        Files.delete(files.key());
        files.write(identity);
        Files.writeString(files.key(), Pem.write("PRIVATE KEY", new byte[] {1, 2, 3}));
        assertTrue(failure().endsWith("RSA, EC, Ed25519."), failure());
        Files.writeString(files.key(), "-----BEGIN PRIVATE KEY-----\nMIGH\n"); // half a file
        assertTrue(failure().endsWith("holds no -----BEGIN PRIVATE KEY-----."), failure());
    }

    @Test
    void aChainAndTextAroundItAreRead() throws Exception {
        files.write(identity);
        TlsIdentity other = SelfSignedCertificate.create(List.of("authority"), Instant.now());
        String chain = "subject=me\n" + Files.readString(files.certificate()) + "\nsubject=authority\r\n"
                + Pem.write("CERTIFICATE", other.certificate().getEncoded()).replace("\n", "\r\n");
        Files.writeString(files.certificate(), chain);
        assertEquals(
                List.of(identity.certificate(), other.certificate()),
                files.read().chain());
    }

    @Test
    void relativePathsCountFromTheConfigurationFile() throws Exception {
        Path file = Files.writeString(
                directory.resolve("signalbox.toml"), "[tls]\ncertificate = \"t/c.pem\"\nkey = \"/k.pem\"\n");
        Configuration configuration = new ConfigurationReader().file(file).finish();
        assertEquals(
                Optional.of(new TlsFiles(directory.resolve("t/c.pem"), Path.of("/k.pem"))), TlsFiles.of(configuration));
        assertEquals(Optional.empty(), TlsFiles.of(Configuration.defaults()));
    }

    @Test
    void aCertificateWithoutAKeyIsAMistake() throws Exception {
        Configuration half =
                new ConfigurationReader().flag("tls.certificate", "c", "").finish();
        assertEquals(
                "tls.certificate is set and tls.key is not: TLS needs both.",
                assertThrows(TlsFailure.class, () -> TlsFiles.of(half)).getMessage());
    }
}
