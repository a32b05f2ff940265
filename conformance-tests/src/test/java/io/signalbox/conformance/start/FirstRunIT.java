package io.signalbox.conformance.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.signalbox.conformance.house.Checkout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees first: the real launcher, the packaged broker, the verbs beside it. */
@Timeout(120)
class FirstRunIT {

    private static final String LAUNCHER = Checkout.root().resolve("signalbox").toString();

    @TempDir
    private Path directory;

    private String data() {
        return directory.resolve("d").toString();
    }

    private static Map<String, String> environment() {
        Path jar = Checkout.root().resolve("server/target/signalbox.jar");
        assertTrue(Files.exists(jar), jar + " is packaged by: mvn verify");
        return Map.of("SIGNALBOX_JAR", jar.toString(), "JAVA_HOME", System.getProperty("java.home"), "NO_COLOR", "1");
    }

    private static Run signalbox(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        return Run.of(environment(), command);
    }

    private RunningBroker start() throws IOException {
        return RunningBroker.start(
                environment(),
                List.of(
                        LAUNCHER,
                        "run",
                        "--data",
                        data(),
                        "--set",
                        "amqp.port=0",
                        "--set",
                        "mqtt.port=0",
                        "--set",
                        "http.port=0"));
    }

    @Test
    void oneTerminalPrintsWhatAnotherPublishes() throws Exception {
        try (RunningBroker broker = start()) {
            RunningBroker subscriber = RunningBroker.start(
                    environment(), List.of(LAUNCHER, "subscribe", "--data", data(), "hello", "--count", "1"));
            Run published = signalbox("publish", "--data", data(), "hello", "it works");
            while (published.output().contains("nobody was subscribed")) { // the subscriber's JVM may still be starting
                published = signalbox("publish", "--data", data(), "hello", "it works");
            }
            assertEquals(new Run(0, ""), published);
            assertEquals(0, subscriber.awaitExit());
            assertEquals("it works\n", subscriber.output());
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void whatWasPublishedToAQueueIsThereAfterARestart() throws Exception {
        try (RunningBroker broker = start()) {
            assertEquals(new Run(0, ""), signalbox("queue", "add", "--data", data(), "orders"));
            assertEquals(new Run(0, ""), signalbox("queue", "bind", "--data", data(), "orders", "shop/+/order"));
            assertEquals(new Run(0, ""), signalbox("publish", "--data", data(), "shop/1/order", "one"));
            assertEquals(new Run(0, ""), signalbox("publish", "--data", data(), "--queue", "orders", "two"));
            assertEquals(0, broker.stop());
            assertTrue(broker.output().endsWith("Stopped cleanly, 2 messages safe on disk.\n"), broker.output());
        }
        try (RunningBroker broker = start()) {
            Run refused = signalbox("queue", "rm", "--data", data(), "orders");
            assertEquals(4, refused.exitCode(), refused.output());
            Run taken = signalbox("subscribe", "--data", data(), "--queue", "orders", "-v", "--count", "2");
            assertEquals(new Run(0, "shop/1/order one\norders two\n"), taken);
            assertEquals(new Run(0, ""), signalbox("queue", "rm", "--data", data(), "orders"));
            assertEquals(3, signalbox("queue", "rm", "--data", data(), "orders").exitCode());
            assertEquals(0, signalbox("status", "--data", data()).exitCode());
            assertEquals(0, broker.stop());
        }
    }

    /** As with {@code subscribe --queue orders | head -1}. */
    @Test
    void whatCannotBePrintedStaysInTheQueue() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
        try (RunningBroker broker = start()) {
            signalbox("queue", "add", "--data", data(), "orders");
            signalbox("publish", "--data", data(), "--queue", "orders", "one");
            signalbox("publish", "--data", data(), "--queue", "orders", "two");
            String take = LAUNCHER + " subscribe --queue orders --count 2 --data " + data();
            Run full = Run.of(environment(), List.of("sh", "-c", take + " >/dev/full"));
            assertOneSentence(1, full);
            assertEquals(new Run(0, "one\ntwo\n"), Run.of(environment(), List.of("sh", "-c", take)));
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void aDataDirectoryInUseIsOneSentence() throws Exception {
        try (RunningBroker broker = start()) {
            Run second = signalbox(
                    "run", "--data", data(), "--set", "amqp.port=0", "--set", "mqtt.port=0", "--set", "http.port=0");
            assertOneSentence(78, second);
            assertTrue(second.output().contains("in use"), second.output());
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void aUsedPortIsOneSentence() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = signalbox(
                    "run",
                    "--data",
                    data(),
                    "--set",
                    "amqp.port=0",
                    "--set",
                    "mqtt.port=" + other.getLocalPort(),
                    "--set",
                    "http.port=0");
            assertOneSentence(78, run);
            assertTrue(run.output().contains("--set mqtt.port="), run.output());
        }
    }

    @Test
    void aBadConfigurationIsOneSentence() throws Exception {
        Path file = Files.writeString(directory.resolve("bad.toml"), "[mqtt]\nprot = 1883\n");
        Run bad = signalbox("run", "--config", file.toString());
        assertEquals(78, bad.exitCode());
        assertTrue(bad.output().endsWith("^^^^ unknown key; did you mean \"port\"?\n"), bad.output());
        assertOneSentence(78, signalbox("run", "--data", data(), "--set", "http.host=0.0.0.0"));
        assertOneSentence(78, signalbox("run", "--data", "/proc/signalbox"));
        assertOneSentence(69, signalbox("publish", "--data", data(), "hello", "x"));
    }

    private static void assertOneSentence(int exitCode, Run run) {
        assertEquals(exitCode, run.exitCode(), run.output());
        assertEquals(1, run.output().lines().count(), run.output());
        assertFalse(run.output().contains("Exception"), run.output());
    }
}
