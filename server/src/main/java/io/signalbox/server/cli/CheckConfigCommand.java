package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.definitions.DefinitionsReader;
import io.signalbox.server.tls.TlsCredentials;
import io.signalbox.server.tls.TlsFailure;
import io.signalbox.server.tls.TlsFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code check-config <file>}: everything that is wrong with a configuration file and with the certificate and the definitions
 * it names, without starting anything.
 */
@Command(name = "check-config", description = "Says what is wrong with a configuration file.")
final class CheckConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "<file>", description = "The TOML file; signalbox.toml if not said.")
    private Path file = Path.of("signalbox.toml");

    @Override
    public Integer call() throws CommandFailure {
        try {
            Configuration configuration = new ConfigurationReader().file(file).finish();
            Optional<TlsFiles> files = TlsFiles.of(configuration);
            if (files.isPresent()) TlsCredentials.load(files.get());
            DefinitionsReader.of(configuration);
        } catch (ConfigurationException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        } catch (TlsFailure e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, file + ": " + e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + ": no problems");
        return ExitCode.OK;
    }
}
