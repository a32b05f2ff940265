package io.signalbox.server.cli;

import io.signalbox.server.control.ControlMessage;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code status}: how the running broker stands, one line a fact; ends with 1 if its store has failed. */
@Command(name = "status", description = "Says how the running broker stands.")
final class StatusCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigurationOptions options = new ConfigurationOptions();

    @Override
    public Integer call() throws CommandFailure {
        PrintWriter out = spec.commandLine().getOut();
        try (BrokerConnection broker = BrokerConnection.open(options)) {
            broker.send(ControlMessage.of("status"));
            ControlMessage fact = broker.receive();
            while (fact.kind().equals("fact")) {
                out.printf("%-10s %s%n", fact.requiredText("name"), fact.requiredText("value"));
                fact = broker.receive();
            }
            return fact.kind().equals("failed") ? ExitCode.FAILED : ExitCode.OK;
        }
    }
}
