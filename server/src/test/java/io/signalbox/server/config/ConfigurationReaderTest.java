package io.signalbox.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {

    @TempDir
    private Path directory;

    private Path file(String... lines) throws IOException {
        return Files.write(directory.resolve("signalbox.toml"), List.of(lines));
    }

    private List<ConfigurationProblem> problemsOf(String... lines) throws Exception {
        Path file = file(lines);
        ConfigurationReader reader = new ConfigurationReader().file(file);
        return assertThrows(ConfigurationException.class, reader::finish).problems();
    }

    @Test
    void nothingSaidMeansDefaults() throws Exception {
        Configuration configuration = new ConfigurationReader().finish();
        assertEquals(5672, configuration.get(Settings.AMQP_PORT));
        assertEquals("default", configuration.origin(Settings.AMQP_PORT).toString());
    }

    @Test
    void aFlagBeatsTheFileAndTheFileBeatsTheDefault() throws Exception {
        Path file = file("[amqp]", "port = 1", "[mqtt]", "port = 2");
        Configuration configuration = new ConfigurationReader()
                .file(file)
                .flag("mqtt.port", "3", "--set mqtt.port=3")
                .finish();
        assertEquals(1, configuration.get(Settings.AMQP_PORT));
        assertEquals(file + ":2", configuration.origin(Settings.AMQP_PORT).toString());
        assertEquals(3, configuration.get(Settings.MQTT_PORT));
        assertEquals(
                "--set mqtt.port=3", configuration.origin(Settings.MQTT_PORT).toString());
        assertEquals(15672, configuration.get(Settings.HTTP_PORT));
    }

    @Test
    void anUnknownKeyIsAnErrorWithItsPlaceAndWhatWasMeant() throws Exception {
        List<ConfigurationProblem> problems = problemsOf("", "[mqtt]", "  prot = 1883");
        assertEquals(1, problems.size());
        assertEquals("""
                line 3, column 3   [mqtt] prot = 1883
                                          ^^^^ unknown key; did you mean "port"?""", problems.get(0).toString());
    }

    @Test
    void anUnknownTableIsToldOnce() throws Exception {
        List<ConfigurationProblem> problems = problemsOf("[stomp]", "port = 1", "host = 'x'");
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).message().contains("unknown table"), problems.toString());
    }

    @Test
    void aKeyOutsideOfTablesIsUnknown() throws Exception {
        assertTrue(problemsOf("port = 1").get(0).message().contains("unknown key"));
    }

    @Test
    void everyProblemIsToldAtOnce() throws Exception {
        List<ConfigurationProblem> problems = problemsOf(
                "[amqp]", "port = 70000", "host = 5", "[mqtt]", "max-packet-size = \"7\"", "[log]", "level = true");
        assertEquals(4, problems.size(), problems.toString());
        assertTrue(problems.toString().contains("is a port, 0 to 65535, not 70000"), problems.toString());
        assertTrue(problems.toString().contains("needs a string, not the number 5"), problems.toString());
        assertTrue(problems.toString().contains("needs a unit, e.g. \"7B\" or \"7KiB\""), problems.toString());
        assertTrue(problems.toString().contains("needs a string, not true"), problems.toString());
    }

    @Test
    void aSyntaxErrorHasItsPlace() throws Exception {
        List<ConfigurationProblem> problems = problemsOf("[amqp]", "port = 56 72");
        assertEquals(
                new ConfigurationProblem.Place("", 2, 11, 1),
                problems.get(0).place().orElseThrow(),
                problems.toString());
    }

    @Test
    void aPortGivenAsTextIsRefused() throws Exception {
        assertTrue(problemsOf("[amqp]", "port = \"5672\"").get(0).message().contains("needs an integer"));
    }

    @Test
    void aMissingFileIsToldByName() {
        Path missing = directory.resolve("none.toml");
        ConfigurationException failure =
                assertThrows(ConfigurationException.class, () -> new ConfigurationReader().file(missing));
        assertEquals(missing + ": there is no such configuration file", failure.getMessage());
    }

    @Test
    void aWrongFlagIsToldAsItWasWritten() {
        ConfigurationReader reader = new ConfigurationReader().flag("amqp.prt", "1", "--set amqp.prt=1");
        ConfigurationException failure = assertThrows(ConfigurationException.class, reader::finish);
        assertEquals(
                "command line: --set amqp.prt=1: unknown key amqp.prt; did you mean \"amqp.port\"?",
                failure.getMessage());
    }

    @Test
    void aQuotaHoldsTheSegmentsThatAreNeededInAnyCase() throws Exception {
        ConfigurationReader tooSmall = new ConfigurationReader().flag("data.max-size", "959MiB", "--set");
        ConfigurationException failure = assertThrows(ConfigurationException.class, tooSmall::finish);
        assertTrue(failure.getMessage().contains("data.max-size (--set) is less than 4 times data.segment-size"));
        Configuration configuration = new ConfigurationReader()
                .flag("data.max-size", "5TiB", "--set")
                .flag("data.min-free", "0B", "--set")
                .finish();
        assertEquals(Optional.of(5L << 40), configuration.get(Settings.DATA_MAX_SIZE));
        assertEquals(Optional.of(0L), configuration.get(Settings.DATA_MIN_FREE));
        assertEquals("\"5TiB\"", configuration.asToml(Settings.DATA_MAX_SIZE));
        ConfigurationReader tooLarge = new ConfigurationReader().flag("data.max-size", "9999999999TiB", "--set");
        assertThrows(ConfigurationException.class, tooLarge::finish);
    }

    @Test
    void sizesAreReadAndWrittenWithTheirUnit() throws Exception {
        Configuration configuration = new ConfigurationReader()
                .flag("mqtt.max-packet-size", "2MiB", "--set")
                .finish();
        assertEquals(2L << 20, configuration.get(Settings.MQTT_MAX_PACKET_SIZE));
        assertEquals("\"2MiB\"", configuration.asToml(Settings.MQTT_MAX_PACKET_SIZE));
    }

    @Test
    void theTemplateWithEveryLineTakenInIsTheDefault() throws Exception {
        String everyLine = SettingsDocument.template().replaceAll("(?m)^#(?! )", "");
        Path file = Files.writeString(directory.resolve("all.toml"), everyLine);
        Configuration configuration = new ConfigurationReader().file(file).finish();
        for (Setting<?> setting : Settings.ALL) {
            assertEquals(setting.defaultAsToml(), configuration.asToml(setting));
            assertTrue(configuration.origin(setting) instanceof Origin.File, setting.key());
        }
    }

    @Test
    void theReportShowsEachLineWithAMarkUnderWhatIsWrong() throws Exception {
        Path file = file(
                "# mine",
                "[mqtt]",
                "prot = 1883",
                "  max-packet-size = 300 # small",
                "[amqpp]",
                "port = 1",
                "[log]",
                "level = \"loud\"",
                "[http]",
                "port = 15 672");
        ConfigurationReader reader = new ConfigurationReader().file(file);
        assertEquals(
                """
                %s: 5 problems
                  line 3, column 1   [mqtt] prot = 1883
                                            ^^^^ unknown key; did you mean "port"?
                  line 4, column 21   [mqtt] max-packet-size = 300 # small
                                                               ^^^ needs a unit, e.g. "300B" or "300KiB"
                  line 5, column 1   [amqpp]
                                     ^^^^^^^ unknown table; did you mean [amqp]?
                  line 8, column 9   [log] level = "loud"
                                                   ^^^^^^ is one of error, warn, info, debug, not "loud"
                  line 10, column 11   port = 15 672
                                                 ^ Unexpected '672', expected a newline or end-of-input""".formatted(file),
                assertThrows(ConfigurationException.class, reader::finish).getMessage());
    }

    @Test
    void aDottedKeyIsShownAsItStands() throws Exception {
        assertEquals("""
                line 1, column 1   mqtt.prot = 1883
                                   ^^^^^^^^^ unknown key; did you mean "port"?""", problemsOf("mqtt.prot = 1883").get(0).toString());
    }

    @Test
    void aMarkFarToTheRightIsStillSeen() throws Exception {
        String problem = problemsOf("[log]", "level" + " ".repeat(200) + "= \"loud\"")
                .get(0)
                .toString();
        String[] rows = problem.split("\n", 2);
        assertTrue(rows[0].length() < 140, problem);
        assertEquals(rows[0].indexOf("\"loud\""), rows[1].indexOf('^'), problem);
    }

    @Test
    void lettersThatTakeTwoCharactersAndControlCharactersDoNotMoveTheMark() throws Exception {
        String problem =
                problemsOf("[log]", "\tlevel\t= \"\uD83D\uDE00\" # x").get(0).toString();
        String[] rows = problem.split("\n", 2);
        assertEquals(rows[0].indexOf("\"\uD83D\uDE00\""), rows[1].indexOf('^'), problem);
    }

    @Test
    void theEnvironmentBeatsTheFileAndFlagsBeatIt() throws Exception {
        Path file = file("[amqp]", "port = 1", "[mqtt]", "port = 2", "max-packet-size = \"3MiB\"");
        Configuration configuration = new ConfigurationReader()
                .file(file)
                .environment(Map.of(
                        "SIGNALBOX_MQTT__PORT",
                        "4",
                        "signalbox_Mqtt__Max_Packet_Size",
                        "5MiB",
                        "SIGNALBOX_AMQP__PORT",
                        "6"))
                .flag("amqp.port", "7", "--set amqp.port=7")
                .finish();
        assertEquals(7, configuration.get(Settings.AMQP_PORT));
        assertEquals(4, configuration.get(Settings.MQTT_PORT));
        assertEquals(5L << 20, configuration.get(Settings.MQTT_MAX_PACKET_SIZE));
        assertEquals(
                "environment SIGNALBOX_MQTT__PORT",
                configuration.origin(Settings.MQTT_PORT).toString());
    }

    @Test
    void variablesThatAreNotAboutSettingsAreLeftAlone() throws Exception {
        Configuration configuration = new ConfigurationReader()
                .environment(Map.of("SIGNALBOX_DATA", "x", "SIGNALBOX_ADMIN_PASSWORD_FILE", "y", "MQTT__PORT", "z"))
                .finish();
        assertTrue(configuration.origin(Settings.DATA_DIR) instanceof Origin.Default);
    }

    @Test
    void aVariableThatMeansNoKeyIsAnErrorThatSaysWhatWasMeant() {
        ConfigurationReader reader =
                new ConfigurationReader().environment(Map.of("SIGNALBOX_MQTT__PROT", "1", "SIGNALBOX_AMQP__PORT", "x"));
        assertEquals(
                """
                environment: 2 problems
                  SIGNALBOX_AMQP__PORT: amqp.port needs a port number, not "x"
                  SIGNALBOX_MQTT__PROT: unknown key mqtt.prot; did you mean SIGNALBOX_MQTT__PORT?""", assertThrows(ConfigurationException.class, reader::finish).getMessage());
    }

    @Test
    void oneSettingInTwoVariablesIsAnError() {
        ConfigurationReader reader =
                new ConfigurationReader().environment(Map.of("SIGNALBOX_MQTT__PORT", "1", "signalbox_mqtt__port", "2"));
        assertEquals(
                "environment: signalbox_mqtt__port: means mqtt.port, which SIGNALBOX_MQTT__PORT sets too",
                assertThrows(ConfigurationException.class, reader::finish).getMessage());
    }

    @Test
    void aFileMayBeginWithAByteOrderMark() throws Exception {
        Path file = file("\uFEFF[amqp]", "port = 1");
        assertEquals(1, new ConfigurationReader().file(file).finish().get(Settings.AMQP_PORT));
    }

    @Test
    void aKeyInQuotesIsNotTakenForTwo() throws Exception {
        assertEquals(
                """
                line 2, column 1   "amqp.port" = 2
                                   ^^^^^^^^^^^ unknown key""",
                problemsOf("amqp.port = 1", "\"amqp.port\" = 2")
                        .get(0)
                        .toString()
                        .replaceFirst(";.*", ""));
    }

    @Test
    void aTableWrittenAsSomethingElseIsToldHowItIsWritten() throws Exception {
        String sentence = "is a table; its settings come below a line [amqp]";
        assertEquals(sentence, problemsOf("amqp = 5").get(0).message());
        assertEquals(sentence, problemsOf("[[amqp]]", "port = 5").get(0).message());
    }

    @Test
    void onePortForTwoProtocolsIsAnErrorThatNamesBothPlaces() throws Exception {
        Path file = file("[mqtt]", "port = 5672");
        ConfigurationReader reader = new ConfigurationReader().file(file);
        assertEquals(
                "configuration: amqp.port (default) and mqtt.port (" + file
                        + ":2) are both 5672; give one of them another port",
                assertThrows(ConfigurationException.class, reader::finish).getMessage());
    }

    @Test
    void everyAddressHasThePortsOfEachAddress() {
        ConfigurationReader reader = new ConfigurationReader()
                .flag("mqtt.host", "0.0.0.0", "--set mqtt.host=0.0.0.0")
                .flag("mqtt.port", "15672", "--set mqtt.port=15672");
        String sentence =
                assertThrows(ConfigurationException.class, reader::finish).getMessage();
        assertTrue(sentence.contains("mqtt.port (--set mqtt.port=15672) and http.port (default)"), sentence);
    }

    @Test
    void portsThatAreNotOpenedAndAnyFreePortClashWithNothing() throws Exception {
        new ConfigurationReader()
                .flag("mqtt.port", "0", "--set mqtt.port=0")
                .flag("amqp.port", "0", "--set amqp.port=0")
                .flag("http.port", "8883", "--set http.port=8883")
                .finish();
        ConfigurationReader withTls = new ConfigurationReader()
                .flag("http.port", "8883", "--set http.port=8883")
                .flag("tls.certificate", "c.pem", "--set tls.certificate=c.pem");
        assertThrows(ConfigurationException.class, withTls::finish);
        new ConfigurationReader()
                .flag("mqtt.port", "5672", "--set mqtt.port=5672")
                .flag("mqtt.host", "127.0.0.2", "--set mqtt.host=127.0.0.2")
                .finish();
    }

    @Test
    void everySettingHasAVariable() throws Exception {
        for (Setting<?> setting : Settings.ALL) {
            String variable = Environment.variable(setting.key());
            assertEquals(Optional.of(setting.key()), Environment.key(variable), variable);
        }
    }
}
