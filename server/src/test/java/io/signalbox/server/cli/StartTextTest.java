package io.signalbox.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.node.LastStop;
import io.signalbox.server.node.SecurityReport;
import io.signalbox.server.node.SecurityState;
import io.signalbox.server.node.StartReport;
import io.signalbox.server.node.Version;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StartTextTest {

    private static StartReport report(LastStop lastStop) {
        return new StartReport(
                new InetSocketAddress("127.0.0.1", 5672),
                new InetSocketAddress("127.0.0.1", 1883),
                new InetSocketAddress("::1", 15672),
                Optional.empty(),
                Path.of("/home/you/my data"),
                lastStop,
                12,
                4031,
                200,
                66L << 30,
                1_900_000,
                lastStop == LastStop.CRASH ? 1234 : 0,
                new SecurityReport(SecurityState.LOCAL, 0, false));
    }

    private static List<String> block(SecurityReport security) {
        StartReport local = report(LastStop.CLEAN);
        StartReport report = new StartReport(
                local.amqp(),
                local.mqtt(),
                local.http(),
                Optional.empty(),
                local.dataDirectory(),
                local.lastStop(),
                local.queues(),
                local.recoveredMessages(),
                local.recoveryMillis(),
                local.freeBytes(),
                0,
                0,
                security);
        return new StartText(report, Configuration.defaults(), 912).block(StartText.Colour.NONE);
    }

    @Test
    void whoIsLetInIsSaidInEveryState() {
        assertTrue(block(new SecurityReport(SecurityState.SECURED, 3, false))
                .contains("  SECURED     Everybody has to log in; 3 users."));
        assertTrue(block(new SecurityReport(SecurityState.SECURED, 1, true))
                .contains("  SECURED     Only this machine can connect, also without a password; 1 user."));
        List<String> open = block(new SecurityReport(SecurityState.OPEN, 0, true));
        int alarm = open.indexOf(
                "  OPEN        ANYBODY who reaches this machine can connect without a password and do everything.");
        assertEquals(
                "              To close it, take security.allow-anonymous away, after: java -jar signalbox.jar user add admin",
                open.get(alarm + 1));
    }

    @Test
    void theBlockOfAFirstRunSaysWhatIsThereAndWhatToTry() {
        String text = String.join(
                "\n",
                new StartText(report(LastStop.NEVER_RAN), Configuration.defaults(), 912).block(StartText.Colour.NONE));
        String expected = """

                  Signalbox %-39sJDK %s · pid %d

                  AMQP 1.0   amqp://127.0.0.1:5672
                  MQTT       mqtt://127.0.0.1:1883          3.1 · 3.1.1 · 5.0
                  HTTP       http://[0:0:0:0:0:0:0:1]:15672  health, metrics, WebSocket
                  Data       /home/you/my data              new, 12 queues, 66 GiB free, fsync 1.9 ms
                  Config     built-in defaults              write one: java -jar signalbox.jar config init

                  LOCAL MODE  Only this machine can connect, without a password.
                              To open it to the network:
                                java -jar signalbox.jar user add admin
                                java -jar signalbox.jar run --set amqp.host=0.0.0.0 --set mqtt.host=0.0.0.0

                  Try it, in another terminal:
                    java -jar signalbox.jar subscribe hello
                    java -jar signalbox.jar publish hello "it works"

                  Ready in 0.9 s.  Ctrl-C stops cleanly.
                """.stripTrailing().formatted(
                Version.current(),
                Runtime.version().version().stream().map(String::valueOf).collect(Collectors.joining(".")),
                ProcessHandle.current().pid());
        assertEquals(expected, text);
    }

    @Test
    void whatIsToBeTriedNamesTheDataDirectoryIfItIsNotTheUsualOne() throws Exception {
        Configuration configuration = new ConfigurationReader()
                .flag("data.dir", "/home/you/my data", "--data")
                .finish();
        List<String> block = new StartText(report(LastStop.CRASH), configuration, 912).block(StartText.Colour.NONE);
        assertTrue(
                block.contains("    java -jar signalbox.jar subscribe --data '/home/you/my data' hello"),
                block.toString());
        String data = "  Data       /home/you/my data              12 queues, 4 031 messages, recovered in 0.2 s"
                + " (last stop: crash; 1 234 bytes torn, never confirmed, cut), 66 GiB free, fsync 1.9 ms";
        assertTrue(block.contains(data), block.toString());
    }

    @Test
    void colourIsOnlyWhereItIsWanted() {
        StartText text = new StartText(report(LastStop.NEVER_RAN), Configuration.defaults(), 1);
        assertTrue(text.block(StartText.Colour.ANSI).stream().anyMatch(line -> line.contains("\u001b[1m")));
        assertTrue(text.block(StartText.Colour.NONE).stream().noneMatch(line -> line.contains("\u001b")));
    }

    @Test
    void theLineForALogIsKeyed() {
        String line = new StartText(report(LastStop.CRASH), Configuration.defaults(), 912).line();
        assertTrue(line.startsWith("event=ready version=" + Version.current() + " pid="), line);
        assertTrue(line.contains(" amqp=127.0.0.1:5672 mqtt=127.0.0.1:1883 http=[0:0:0:0:0:0:0:1]:15672 "), line);
        assertTrue(
                line.contains(
                        " data='/home/you/my data' security=local last_stop=crash queues=12 recovered_messages=4031 cut_bytes=1234 recovery_ms=200 ms=912"),
                line);
    }

    @Test
    void whatIsServedOverTlsStandsBelowItsPlainTwin() {
        StartReport.Tls tls = new StartReport.Tls(
                new InetSocketAddress("127.0.0.1", 5671),
                new InetSocketAddress("127.0.0.1", 8883),
                new InetSocketAddress("127.0.0.1", 15671));
        StartReport plain = report(LastStop.CLEAN);
        StartReport report = new StartReport(
                plain.amqp(),
                plain.mqtt(),
                plain.http(),
                Optional.of(tls),
                plain.dataDirectory(),
                plain.lastStop(),
                plain.queues(),
                plain.recoveredMessages(),
                plain.recoveryMillis(),
                plain.freeBytes(),
                0,
                0,
                plain.security());
        StartText text = new StartText(report, Configuration.defaults(), 912);
        List<String> block = text.block(StartText.Colour.NONE);
        int mqtt = block.indexOf("  MQTT       mqtt://127.0.0.1:1883          3.1 · 3.1.1 · 5.0");
        assertEquals("             mqtts://127.0.0.1:8883", block.get(mqtt + 1), block.toString());
        assertTrue(block.contains("             amqps://127.0.0.1:5671"), block.toString());
        assertTrue(block.contains("             https://127.0.0.1:15671"), block.toString());
        assertTrue(block.stream().anyMatch(line -> line.endsWith("(last stop: clean), 66 GiB free")), block.toString());
        assertTrue(
                text.line().contains(" amqps=127.0.0.1:5671 mqtts=127.0.0.1:8883 https=127.0.0.1:15671 "), text.line());
    }
}
