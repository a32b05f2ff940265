package io.signalbox.conformance.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.PackagedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where settings come from, and what a user hears of those that are wrong. */
@Timeout(120)
class ConfigurationIT {

    @TempDir
    private Path directory;

    private static List<String> command(String... arguments) {
        return PackagedBroker.verb(List.of(arguments));
    }

    private static Run signalbox(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return Run.of(environment, command(arguments));
    }

    private Map<String, String> freePorts() {
        return Map.of(
                "SIGNALBOX_AMQP__PORT",
                "0",
                "SIGNALBOX_MQTT__PORT",
                "0",
                "SIGNALBOX_HTTP__PORT",
                "0",
                "SIGNALBOX_DATA__DIR",
                directory.resolve("d").toString());
    }

    @Test
    void theEnvironmentBeatsTheFileAndAFlagBeatsBoth() throws Exception {
        Path file = Files.writeString(directory.resolve("s.toml"), "[mqtt]\nport = 1\n[http]\nport = 2\n");
        Run shown = signalbox(
                Map.of("SIGNALBOX_MQTT__PORT", "3", "SIGNALBOX_AMQP__PORT", "4"),
                "config",
                "show",
                "--config",
                file.toString(),
                "--set",
                "amqp.port=5");
        assertEquals(0, shown.exitCode(), shown.output());
        assertTrue(
                shown.output().matches("(?s).*mqtt\\.port = 3 +# environment SIGNALBOX_MQTT__PORT\n.*"),
                shown.output());
        assertTrue(shown.output().matches("(?s).*amqp\\.port = 5 +# --set amqp\\.port=5\n.*"), shown.output());
        assertTrue(shown.output().matches("(?s).*http\\.port = 2 +# [^\n]*s\\.toml:4\n.*"), shown.output());
    }

    @Test
    void theFileToBeginWithHasEveryKeyAndNothingIsWrongWithIt() throws Exception {
        Run template = signalbox(Map.of(), "config", "init");
        assertEquals(0, template.exitCode(), template.output());
        assertTrue(template.output().lines().count() > 50, template.output());
        Path file = Files.writeString(directory.resolve("signalbox.toml"), template.output());
        Run checked = signalbox(Map.of(), "check-config", file.toString());
        assertEquals(new Run(0, file + ": no problems\n"), checked);
    }

    @Test
    void aBrokerRunsAsTheEnvironmentSaysAndTellsHowTheLastOneEnded() throws Exception {
        try (RunningBroker broker = RunningBroker.start(freePorts(), command("run"))) {
            assertTrue(broker.output().contains(" last_stop=never_ran "), broker.output());
            Run second = signalbox(freePorts(), "run");
            assertEquals(78, second.exitCode());
            assertTrue(
                    second.output().matches("The data directory \\S+ is in use by Signalbox pid \\d+\\. .*\n"),
                    second.output());
            broker.kill();
        }
        try (RunningBroker broker = RunningBroker.start(freePorts(), command("run"))) {
            assertTrue(broker.output().contains(" last_stop=crash "), broker.output());
            assertEquals(0, broker.stop());
        }
        try (RunningBroker broker = RunningBroker.start(freePorts(), command("run"))) {
            assertTrue(broker.output().contains(" last_stop=clean "), broker.output());
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void aVariableThatMeansNothingStopsTheStart() throws Exception {
        Run run = signalbox(Map.of("SIGNALBOX_MQTT__PROT", "1884"), "run");
        assertEquals(78, run.exitCode());
        assertEquals(
                "environment: SIGNALBOX_MQTT__PROT: unknown key mqtt.prot; did you mean SIGNALBOX_MQTT__PORT?\n",
                run.output());
    }

    @Test
    void everyProblemOfAFileIsShownUnderItsLine() throws Exception {
        Path file = Files.writeString(
                directory.resolve("s.toml"), "[mqtt]\nprot = 1883\nmax-packet-size = 300\n\n[lgo]\nlevel = 1\n");
        Run run = signalbox(Map.of(), "check-config", file.toString());
        assertEquals(78, run.exitCode());
        assertEquals("""
                %s: 3 problems
                  line 2, column 1   [mqtt] prot = 1883
                                            ^^^^ unknown key; did you mean "port"?
                  line 3, column 19   [mqtt] max-packet-size = 300
                                                               ^^^ needs a unit, e.g. "300B" or "300KiB"
                  line 5, column 1   [lgo]
                                     ^^^^^ unknown table; did you mean [log]?
                """.formatted(file), run.output());
    }

    @Test
    void aUsedPortNamesTheProgramThatHasIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = signalbox(freePorts(), "run", "--set", "mqtt.port=" + other.getLocalPort());
            assertEquals(78, run.exitCode());
            assertTrue(
                    run.output()
                            .contains(" is in use by another program (pid "
                                    + ProcessHandle.current().pid() + ", java), so mqtt.port"),
                    run.output());
        }
    }
}
