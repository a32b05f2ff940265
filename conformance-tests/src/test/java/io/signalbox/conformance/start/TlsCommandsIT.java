package io.signalbox.conformance.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.PackagedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a client over TLS by the commands that the documentation names, and what they say on the way. */
@Timeout(180)
class TlsCommandsIT {

    @TempDir
    private Path directory;

    private List<String> command(String... arguments) {
        return PackagedBroker.verb(List.of(arguments));
    }

    private Run signalbox(String... arguments) throws IOException, InterruptedException {
        return Run.of(Map.of(), command(arguments));
    }

    private Path certificate() {
        return directory.resolve("tls/certificate.pem");
    }

    private Run init() throws IOException, InterruptedException {
        return signalbox(
                "tls",
                "init",
                "--host",
                "broker.example",
                "--dir",
                certificate().getParent().toString());
    }

    @Test
    void initWritesACertificateThatOpensslReadsAndNeverOverwritesIt() throws Exception {
        Run first = init();
        assertEquals(0, first.exitCode(), first.output());
        assertTrue(first.output().contains("  Names      broker.example, "), first.output());
        assertTrue(first.output().contains("certificate = \"" + certificate() + "\""), first.output());
        String before = Files.readString(certificate());
        Run second = init();
        assertEquals(4, second.exitCode(), second.output());
        assertEquals(certificate() + " is there already, and is not overwritten.\n", second.output());
        assertEquals(before, Files.readString(certificate()));

        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "skipped: openssl is not installed");
        Run verified = Run.of(
                Map.of(),
                List.of(
                        "openssl",
                        "verify",
                        "-CAfile",
                        certificate().toString(),
                        "-purpose",
                        "sslserver",
                        "-verify_hostname",
                        "broker.example",
                        certificate().toString()));
        assertEquals(0, verified.exitCode(), verified.output());
        Run printed = Run.of(
                Map.of(),
                List.of(
                        "openssl",
                        "x509",
                        "-noout",
                        "-fingerprint",
                        "-sha256",
                        "-in",
                        certificate().toString()));
        String fingerprint = printed.output().strip().replaceFirst(".*=", "");
        assertTrue(first.output().contains("  SHA-256    " + fingerprint + "\n"), printed.output() + first.output());
    }

    @Test
    void aHostThatIsNoneIsRefused() throws Exception {
        Run run = signalbox("tls", "init", "--host", "not a host", "--dir", directory.toString());
        assertEquals(4, run.exitCode());
        assertEquals("\"not a host\" is neither a host name nor an address.\n", run.output());
    }

    @Test
    void theBrokerServesItShowsItAndReloadsIt() throws Exception {
        init();
        Path file = Files.writeString(directory.resolve("signalbox.toml"), """
                [tls]
                certificate = "tls/certificate.pem"
                key = "tls/key.pem"
                [data]
                dir = "d"
                [amqp]
                port = 0
                tls-port = 0
                [mqtt]
                port = 0
                tls-port = 0
                [http]
                port = 0
                tls-port = 0
                """);
        String config = file.toString();
        assertTrue(signalbox("tls", "show", "--config", config).output().contains("  Broker     does not run\n"));
        try (RunningBroker broker = RunningBroker.start(Map.of(), command("run", "--config", config))) {
            assertTrue(signalbox("tls", "show", "--config", config).output().contains("  Broker     uses it\n"));
            assertTrue(
                    signalbox("status", "--config", config).output().contains("TLS        CN=broker.example, until "));
            mosquitto(broker);

            Files.delete(certificate());
            Files.delete(directory.resolve("tls/key.pem"));
            init();
            Run other = signalbox("tls", "show", "--config", config);
            assertTrue(
                    other.output().contains("  Broker     uses another one until: signalbox reload\n"), other.output());
            Files.writeString(
                    file,
                    Files.readString(file).replace("[mqtt]", "[mqtt]\nmax-packet-size = \"1MiB\"")
                            + "[log]\nlevel = \"debug\"\n");
            Run reloaded = signalbox("reload", "--config", config);
            assertEquals(0, reloaded.exitCode(), reloaded.output());
            assertTrue(
                    reloaded.output()
                            .startsWith("mqtt.max-packet-size = \"1MiB\" (was \"16MiB\"): needs a restart\n"
                                    + "log.level = \"debug\" (was \"info\"): applied\n"
                                    + "certificate: in use for new connections, CN=broker.example, until "),
                    reloaded.output());
            Run again = signalbox("reload", "--config", config);
            assertTrue(
                    again.output()
                            .startsWith("mqtt.max-packet-size = \"1MiB\" (was \"16MiB\"): needs a restart\n"
                                    + "certificate: unchanged, "),
                    again.output());

            Files.writeString(file, Files.readString(file).replace("level = \"debug\"", "level = \"loud\""));
            Run refused = signalbox("reload", "--config", config);
            assertEquals(78, refused.exitCode(), refused.output());
            assertEquals(0, broker.stop());
        }
    }

    /** Debian's own client, which checks the host name. */
    private void mosquitto(RunningBroker broker) throws Exception {
        if (!Files.isExecutable(Path.of("/usr/bin/mosquitto_pub"))) return;
        String port = broker.output().replaceFirst("(?s).* mqtts=127\\.0\\.0\\.1:(\\d+) .*", "$1");
        Run published = Run.of(
                Map.of(),
                List.of(
                        "mosquitto_pub",
                        "-h",
                        "localhost",
                        "-p",
                        port,
                        "--cafile",
                        certificate().toString(),
                        "-q",
                        "1",
                        "-t",
                        "a",
                        "-m",
                        "b"));
        assertEquals(new Run(0, ""), published);
    }

    @Test
    void checkConfigReadsTheCertificateToo() throws Exception {
        Path file = Files.writeString(
                directory.resolve("signalbox.toml"), "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n");
        Run run = signalbox("check-config", file.toString());
        assertEquals(78, run.exitCode(), run.output());
        assertEquals(
                file + ": There is no file " + directory.resolve("c.pem")
                        + "; make a certificate with: signalbox tls init\n",
                run.output());
        Run start = signalbox(
                "run",
                "--config",
                file.toString(),
                "--data",
                directory.resolve("d").toString());
        assertEquals(78, start.exitCode(), start.output());
        assertFalse(start.output().contains("Exception"), start.output());
    }
}
