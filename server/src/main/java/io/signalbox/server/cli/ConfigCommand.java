package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import io.signalbox.server.config.SettingsDocument;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code config show|init}: the settings in force with their origin, and a file to start from. */
@Command(
        name = "config",
        description = "Shows the settings in force, or writes a configuration file to start from.",
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Init.class})
final class ConfigCommand {

    /** {@code config show}. */
    @Command(name = "show", description = "Prints every setting, its value and where the value comes from.")
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Override
        public Integer call() throws CommandFailure {
            Configuration configuration = options.read();
            PrintWriter out = spec.commandLine().getOut();
            for (Setting<?> setting : Settings.ALL) {
                String line = setting.key() + " = " + configuration.asToml(setting);
                out.printf("%-40s # %s%n", line, configuration.origin(setting));
            }
            return ExitCode.OK;
        }
    }

    /** {@code config init}. */
    @Command(name = "init", description = "Prints a configuration file with every key at its default.")
    static final class Init implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            out.print(SettingsDocument.template());
            return ExitCode.OK;
        }
    }
}
