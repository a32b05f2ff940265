package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.config.ConfigurationSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options by which every verb learns of the configuration, and with it where the broker's data is. */
final class ConfigurationOptions {

    @Option(names = "--config", paramLabel = "<file>", description = "A TOML file with settings.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--data", paramLabel = "<dir>", description = "The data directory, as --set data.dir=<dir>.")
    private Optional<String> data = Optional.empty();

    @Option(
            names = "--set",
            paramLabel = "<key=value>",
            converter = Assignment.Reader.class,
            description = "A setting for this start; see docs/configuration.md.")
    private List<Assignment> settings = new ArrayList<>();

    /** The configuration in force: flags over the environment over the file over the defaults. */
    Configuration read() throws CommandFailure {
        try {
            return source().read();
        } catch (ConfigurationException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /** The same, to be read again when the file may have changed. */
    ConfigurationSource source() {
        return () -> {
            ConfigurationReader reader = new ConfigurationReader();
            if (file.isPresent()) reader.file(file.get());
            reader.environment(System.getenv());
            settings.forEach(one -> reader.flag(one.key(), one.value(), "--set " + one));
            data.ifPresent(directory -> reader.flag("data.dir", directory, "--data " + directory));
            return reader.finish();
        };
    }
}
