package io.signalbox.server.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import io.signalbox.server.control.ControlMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code user add|passwd|rm|ls|hash}: who may log in to the running broker. Each change is durable, and whoever is connected
 * by what it ended is sent away, when the command ends with 0. The broker gets the hash of a password, never the password.
 */
@Command(
        name = "user",
        description = "Adds, lists and removes users, and changes their passwords.",
        subcommands = {
            UserCommand.Add.class,
            UserCommand.Passwd.class,
            UserCommand.Rm.class,
            UserCommand.Ls.class,
            UserCommand.Hash.class
        })
final class UserCommand {

    private static PasswordHash hash(PasswordOptions.Chosen chosen) throws CommandFailure {
        try {
            return PasswordHash.of(chosen.password());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /** A user and the password to be; what {@code add} and {@code passwd} are about. */
    static final class NewPassword {

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Mixin
        private PasswordOptions password = new PasswordOptions();

        @Parameters(paramLabel = "<name>", description = "The user's name.")
        private String user = "";

        /** Sends it; the number of users there are then. */
        private long send(String request) throws CommandFailure {
            Optional<String> problem = User.problemOf(user);
            if (problem.isPresent()) throw new CommandFailure(ExitCode.REFUSED, problem.get());
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                PasswordOptions.Chosen chosen = password.choose(user);
                ControlMessage answer = broker.ask(ControlMessage.of(request)
                        .with("user", user)
                        .with("hash", hash(chosen).text()));
                if (chosen.generated()) spec.commandLine().getOut().println(chosen.password());
                return answer.number("users").orElse(0L);
            }
        }
    }

    /** {@code user add <name>}. */
    @Command(name = "add", description = "Adds a user; asks for the password unless told where it is.")
    static final class Add implements Callable<Integer> {

        @Mixin
        private NewPassword wanted = new NewPassword();

        @Override
        public Integer call() throws CommandFailure {
            if (wanted.send("user-add") == 1) {
                String sentence = " is the only user: everybody has to log in from now on, also on this machine.";
                // Not on the standard output, where a generated password may be awaited.
                wanted.spec.commandLine().getErr().println(wanted.user + sentence);
            }
            return ExitCode.OK;
        }
    }

    /** {@code user passwd <name>}. */
    @Command(name = "passwd", description = "Gives a user another password and ends the connections of the old one.")
    static final class Passwd implements Callable<Integer> {

        @Mixin
        private NewPassword wanted = new NewPassword();

        @Override
        public Integer call() throws CommandFailure {
            wanted.send("user-passwd");
            return ExitCode.OK;
        }
    }

    /** {@code user rm <name>}. */
    @Command(name = "rm", description = "Removes a user and ends the user's connections.")
    static final class Rm implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Parameters(paramLabel = "<name>", description = "The user's name.")
        private String user = "";

        @Override
        public Integer call() throws CommandFailure {
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                ControlMessage answer = broker.ask(ControlMessage.of("user-rm").with("user", user));
                if (answer.number("users").orElse(1L) == 0) {
                    spec.commandLine()
                            .getErr()
                            .println("There are no users any more: only this machine can connect, without a password.");
                }
            }
            return ExitCode.OK;
        }
    }

    /** {@code user ls}. */
    @Command(name = "ls", description = "Lists the users: name, connections, when the password was set.")
    static final class Ls implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigurationOptions options = new ConfigurationOptions();

        @Option(names = "--json", description = "Prints a JSON array.")
        private boolean json;

        @Override
        public Integer call() throws CommandFailure {
            List<ControlMessage> rows = new ArrayList<>();
            try (BrokerConnection broker = BrokerConnection.open(options)) {
                broker.send(ControlMessage.of("user-ls"));
                for (ControlMessage row = broker.receive(); row.kind().equals("user"); row = broker.receive()) {
                    rows.add(row);
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                printJson(rows, out);
                return ExitCode.OK;
            }
            out.printf("%11s  %-20s  %s%n", "CONNECTIONS", "PASSWORD SET", "USER");
            for (ControlMessage row : rows) {
                out.printf(
                        "%11d  %-20s  %s%n",
                        row.number("connections").orElse(0L), time(row, "password"), row.requiredText("user"));
            }
            return ExitCode.OK;
        }

        private static void printJson(List<ControlMessage> rows, PrintWriter out) {
            try (JsonGenerator to =
                    new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
                to.writeStartArray();
                for (ControlMessage row : rows) {
                    to.writeStartObject();
                    to.writeStringField("name", row.requiredText("user"));
                    to.writeNumberField("connections", row.number("connections").orElse(0L));
                    to.writeStringField("created", time(row, "created"));
                    to.writeStringField("passwordSet", time(row, "password"));
                    to.writeEndObject();
                }
                to.writeEndArray();
                to.writeRaw('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String time(ControlMessage row, String field) {
            long seconds = row.number(field).orElse(0L) / 1000;
            return Instant.ofEpochSecond(seconds).toString();
        }
    }

    /** {@code user hash}. */
    @Command(name = "hash", description = "Prints the hash of a password, for a definitions file; needs no broker.")
    static final class Hash implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private PasswordOptions password = new PasswordOptions();

        @Override
        public Integer call() throws CommandFailure {
            PasswordOptions.Chosen chosen = password.choose("the user");
            PrintWriter out = spec.commandLine().getOut();
            if (chosen.generated()) out.println(chosen.password());
            out.println(hash(chosen).text());
            return ExitCode.OK;
        }
    }
}
