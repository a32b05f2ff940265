package io.signalbox.server.cli;

import io.signalbox.server.control.ControlMessage;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reload}: the running broker reads its configuration and certificate again; prints what has changed. */
@Command(
        name = "reload",
        description = "Lets the running broker read its configuration and certificate again, without a cut.")
final class ReloadCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Override
    public Integer call() throws CommandFailure {
        PrintWriter out = spec.commandLine().getOut();
        try (BrokerConnection broker = BrokerConnection.open(options)) {
            broker.send(ControlMessage.of("reload"));
            for (ControlMessage change = broker.receive(); change.kind().equals("change"); change = broker.receive()) {
                out.println(change.requiredText("line"));
            }
        }
        return ExitCode.OK;
    }
}
