package io.signalbox.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SignalboxCommandTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = SignalboxCommand.commandLine(arguments);
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void anUnknownVerbIsAUsageError() {
        assertEquals(ExitCode.USAGE, run("pubish"));
        assertTrue(err.toString().contains("pubish"), err.toString());
    }

    @Test
    void aMissingArgumentIsAUsageError() {
        assertEquals(ExitCode.USAGE, run("publish", "hello"));
    }

    @Test
    void everyVerbHasHelp() {
        SignalboxCommand.commandLine().getSubcommands().forEach((verb, line) -> {
            assertEquals(ExitCode.OK, run(verb, "--help"), verb);
            assertEquals(
                    Set.of(verb),
                    SignalboxCommand.commandLine(verb).getSubcommands().keySet());
            for (String nested : line.getSubcommands().keySet()) {
                assertEquals(ExitCode.OK, run(verb, nested, "--help"), verb + " " + nested);
            }
        });
    }

    @Test
    void whatIsNoAssignmentIsAUsageErrorInOneSentence() {
        for (String wrong : List.of("nonsense", "=5")) {
            assertEquals(ExitCode.USAGE, run("status", "--set", wrong));
            String sentence =
                    "Invalid value for option '--set' (<key=value>): needs key=value, not \"" + wrong + "\"\n";
            assertTrue(err.toString().contains(sentence), err.toString());
        }
    }

    @Test
    void theLastOfTwoAssignmentsCounts() {
        assertEquals(ExitCode.OK, run("config", "show", "--set", "amqp.port=7", "--set", "amqp.port=8"));
        assertTrue(out.toString().matches("(?s).*amqp\\.port = 8 +# --set amqp\\.port=8\n.*"), out.toString());
    }

    @Test
    void theVersionIsTheBuilds() {
        assertEquals(ExitCode.OK, run("--version"));
        assertTrue(out.toString().matches("Signalbox \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\s+"), out.toString());
    }

    @Test
    void withoutABrokerAVerbSaysSoAndWhatToDo() {
        assertEquals(ExitCode.UNREACHABLE, run("publish", "--data", directory.toString(), "hello", "x"));
        assertTrue(err.toString().startsWith("No broker runs on the data directory " + directory), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void anUnusableConfigurationHasItsOwnExitCode() throws Exception {
        Path file = Files.writeString(directory.resolve("bad.toml"), "[amqp]\nprot = 1\n");
        assertEquals(ExitCode.CONFIGURATION, run("check-config", file.toString()));
        assertEquals(ExitCode.CONFIGURATION, run("status", "--config", file.toString()));
        assertEquals(ExitCode.CONFIGURATION, run("run", "--set", "amqp.port=none"));
        assertTrue(err.toString().contains("line 2, column 1   [amqp] prot = 1"), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void aGoodConfigurationIsToldToBeGood() throws Exception {
        Path file = Files.writeString(directory.resolve("good.toml"), "[amqp]\nport = 1\n");
        assertEquals(ExitCode.OK, run("check-config", file.toString()));
    }

    @Test
    void configShowTellsValueAndOrigin() {
        assertEquals(ExitCode.OK, run("config", "show", "--set", "amqp.port=7", "--data", "x"));
        assertTrue(out.toString().matches("(?s).*amqp\\.port = 7 +# --set amqp\\.port=7\n.*"), out.toString());
        assertTrue(out.toString().matches("(?s).*data\\.dir = \"x\" +# --data x\n.*"), out.toString());
        assertTrue(out.toString().matches("(?s).*mqtt\\.port = 1883 +# default\n.*"), out.toString());
    }

    @Test
    void anAddressOtherMachinesReachIsRefusedWithTheFix() {
        int exitCode = run("run", "--data", directory.toString(), "--set", "mqtt.host=0.0.0.0");
        assertEquals(ExitCode.CONFIGURATION, exitCode);
        assertTrue(err.toString().contains("--set mqtt.host=127.0.0.1"), err.toString());
    }
}
