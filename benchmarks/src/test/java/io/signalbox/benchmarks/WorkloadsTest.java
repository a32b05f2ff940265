package io.signalbox.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.node.Node;
import io.signalbox.server.node.NodeParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every workload for a moment, against this checkout's broker in this JVM. */
@Isolated
class WorkloadsTest {

    private static final Duration MOMENT = Duration.ofMillis(100);

    @TempDir
    static Path directory;

    private static Node node;
    private static Target target;
    private static Generator generator;

    @BeforeAll
    static void start() throws Exception {
        var configuration = new ConfigurationReader()
                .flag("data.dir", directory.resolve("data").toString(), "data.dir")
                .flag("data.segment-size", "16MiB", "data.segment-size")
                .flag("mqtt.port", "0", "mqtt.port")
                .flag("amqp.port", "0", "amqp.port")
                .flag("http.port", "0", "http.port")
                .finish();
        node = Node.start(configuration, NodeParts.standard(configuration), (done, total) -> {});
        target = Target.parse("name=embedded;mqtt=mqtt://127.0.0.1:"
                + node.startReport().mqtt().getPort() + ";amqp=amqp://127.0.0.1:"
                + node.startReport().amqp().getPort());
        generator = new Generator();
    }

    @AfterAll
    static void stop() {
        generator.close();
        node.stop();
    }

    static Stream<Workload> workloads() {
        return Workloads.all().stream();
    }

    private static Repetition run(Workload workload, MqttVersion version) throws Exception {
        Measurement measurement = new Measurement(generator, version, rate -> {});
        return measurement.run(workload, target, workload.name() + version, Duration.ofMillis(30), MOMENT);
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void nothingIsMissingAndEveryFigureIsThere(Workload workload) throws Exception {
        Repetition repetition = run(workload, MqttVersion.V3_1_1);
        assertTrue(repetition.perSecond() > 0);
        assertTrue(repetition.generatorShare() > 0);
        assertEquals(workload.isTimed(), repetition.latency().p99() > 0, repetition.toString());
        assertTrue(repetition.oddity().isEmpty(), repetition.toString());
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void mqtt5IsSpokenToo(Workload workload) throws Exception {
        if (workload.protocol() != Protocol.MQTT || workload.name().contains("latency")) return;
        assertTrue(run(workload, MqttVersion.V5_0).perSecond() > 0);
    }

    @Test
    void aBrokerThatRefusesIsAFailureWithItsReason() {
        Workload workload = Workloads.matching(List.of("amqp-durable")).get(0);
        Target wrongPort = Target.parse(
                "amqp=amqp://127.0.0.1:" + node.startReport().mqtt().getPort());
        Measurement measurement = new Measurement(generator, MqttVersion.V3_1_1, rate -> {});
        var failure =
                assertThrows(Exception.class, () -> measurement.run(workload, wrongPort, "refused", MOMENT, MOMENT));
        assertTrue(String.valueOf(failure.getMessage()).length() > 10, failure.toString());
    }

    @Test
    void namesAreChosenByPattern() {
        assertEquals(
                List.of("amqp-settled-64", "amqp-settled-1k", "amqp-settled-latency"),
                Workloads.matching(List.of("amqp-settled*")).stream()
                        .map(Workload::name)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> Workloads.matching(List.of("amqp-unheard-of")));
    }
}
