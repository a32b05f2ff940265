package io.signalbox.server.cli;

import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code check-config <file>}: everything that is wrong with a configuration file, without starting anything. */
@Command(name = "check-config", description = "Says what is wrong with a configuration file.")
final class CheckConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<file>", description = "The TOML file.")
    private Path file = Path.of("signalbox.toml");

    @Override
    public Integer call() throws CommandFailure {
        try {
            new ConfigurationReader().file(file).finish();
        } catch (ConfigurationException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + ": no problems");
        return ExitCode.OK;
    }
}
