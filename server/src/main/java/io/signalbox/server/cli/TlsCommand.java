package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlMessage;
import io.signalbox.server.control.ControlSocket;
import io.signalbox.server.tls.TlsFailure;
import io.signalbox.server.tls.TlsFiles;
import io.signalbox.server.tls.TlsIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tls init|show}: a certificate to begin with, and what there is. */
@Command(
        name = "tls",
        description = "Makes a certificate for this machine, or shows the one that is configured.",
        subcommands = {TlsCommand.Init.class, TlsCommand.Show.class})
final class TlsCommand {

    private static void describe(PrintWriter out, TlsIdentity identity) {
        out.println("  Subject    "
                + identity.certificate().getSubjectX500Principal().getName());
        out.println("  Names      " + String.join(", ", identity.names()));
        out.println("  Valid      " + identity.validity());
        out.println("  SHA-256    " + identity.fingerprint());
    }

    /** {@code tls init}; what is there already stays. */
    @Command(name = "init", description = "Writes a self-signed certificate and its key, and says how to use them.")
    static final class Init implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Option(
                names = "--host",
                paramLabel = "<name>",
                arity = "1..*",
                description = "A name or address clients use, beside those this machine has.")
        private List<String> hosts = new ArrayList<>();

        @Option(names = "--dir", paramLabel = "<dir>", description = "Where to write the files; ./tls if not said.")
        private Path directory = Path.of("tls");

        @Override
        public Integer call() throws CommandFailure {
            Configuration configuration = options.read();
            Path absolute = directory.toAbsolutePath().normalize();
            TlsFiles files = new TlsFiles(absolute.resolve("certificate.pem"), absolute.resolve("key.pem"));
            try {
                TlsIdentity identity = TlsIdentity.selfSigned(hosts);
                files.write(identity);
                explain(configuration, files, identity);
            } catch (TlsFailure e) {
                throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
            }
            return ExitCode.OK;
        }

        private void explain(Configuration configuration, TlsFiles files, TlsIdentity identity) {
            String certificate = StartText.shellWord(files.certificate().toString());
            String host = identity.names().get(0);
            PrintWriter out = spec.commandLine().getOut();
            out.println("Wrote " + files.certificate() + " and, for its owner only, " + files.key());
            out.println();
            describe(out, identity);
            out.println();
            out.println("Put this into the configuration file, then start the broker:");
            out.println();
            out.println("  [tls]");
            out.println("  certificate = " + Settings.TLS_CERTIFICATE.toml(Optional.of(files.certificate())));
            out.println("  key = " + Settings.TLS_KEY.toml(Optional.of(files.key())));
            out.println();
            out.println("Clients get a copy of the certificate, not of the key, and trust it:");
            out.println();
            out.println("  mosquitto_sub -h " + host + " -p " + configuration.get(Settings.MQTT_TLS_PORT) + " --cafile "
                    + certificate + " -t hello");
            out.println("  keytool -importcert -noprompt -alias signalbox -file " + certificate
                    + " -keystore trust.p12 -storepass changeit");
            out.println("  amqps://" + host + ":" + configuration.get(Settings.AMQP_TLS_PORT)
                    + "?transport.trustStoreLocation=trust.p12&transport.trustStorePassword=changeit   (Qpid JMS)");
        }
    }

    /** {@code tls show}. */
    @Command(name = "show", description = "Shows the configured certificate, and whether the running broker uses it.")
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Override
        public Integer call() throws CommandFailure {
            Configuration configuration = options.read();
            PrintWriter out = spec.commandLine().getOut();
            try {
                TlsFiles files = TlsFiles.of(configuration)
                        .orElseThrow(() -> new CommandFailure(
                                ExitCode.NOT_FOUND,
                                "No certificate is configured (tls.certificate); make one with: signalbox tls init"));
                TlsIdentity identity = files.read();
                out.println(files.certificate());
                out.println();
                describe(out, identity);
                out.println("  Broker     " + broker(configuration, identity));
            } catch (TlsFailure e) {
                throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
            }
            return ExitCode.OK;
        }

        private static String broker(Configuration configuration, TlsIdentity identity) {
            Path socket = ControlSocket.in(ControlSocket.dataDirectory(configuration));
            try (ControlClient client = ControlClient.connect(socket)) {
                client.send(ControlMessage.of("status"));
                Optional<ControlMessage> fact = client.receive();
                while (fact.isPresent() && fact.get().kind().equals("fact")) {
                    if (fact.get().requiredText("name").equals("TLS")) {
                        boolean used = fact.get().requiredText("value").endsWith(identity.fingerprint());
                        return used ? "uses it" : "uses another one until: signalbox reload";
                    }
                    fact = client.receive();
                }
                return "runs without TLS until it is restarted";
            } catch (IOException | IllegalArgumentException e) {
                return "does not run";
            }
        }
    }
}
