package io.signalbox.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.Measurement.Extent;
import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
    private static final long BACKLOG = 3000;

    @TempDir
    static Path directory;

    private static EmbeddedBroker broker;
    private static Target target;
    private static Generator generator;

    @BeforeAll
    static void start() throws Exception {
        broker = new EmbeddedBroker(directory.resolve("data"));
        target = broker.target();
        generator = new Generator();
    }

    @AfterAll
    static void stop() {
        generator.close();
        broker.close();
    }

    static Stream<Workload> workloads() {
        return Workloads.all().stream();
    }

    private static List<Repetition> run(Workload workload, MqttVersion version) throws Exception {
        Measurement measurement = new Measurement(generator, version, rate -> {});
        return measurement.run(
                workload instanceof Workload.Half half ? half.at(5000) : workload,
                target,
                workload.name() + version,
                new Extent(Duration.ofMillis(30), MOMENT, BACKLOG));
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void nothingIsMissingAndEveryFigureIsThere(Workload workload) throws Exception {
        List<Repetition> parts = run(workload, MqttVersion.V3_1_1);
        assertEquals(Math.max(1, workload.parts().size()), parts.size());
        for (Repetition repetition : parts) {
            assertTrue(repetition.perSecond() > 0);
            assertTrue(repetition.generatorShare() > 0);
            assertEquals(workload.isTimed(), repetition.latency().p99() > 0, repetition.toString());
            assertTrue(repetition.oddity().isEmpty(), repetition.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void mqtt5IsSpokenToo(Workload workload) throws Exception {
        if (workload.protocol() != Protocol.MQTT || workload.name().contains("latency")) return;
        for (Repetition part : run(workload, MqttVersion.V5_0)) assertTrue(part.perSecond() > 0);
    }

    @Test
    void aBrokerThatRefusesIsAFailureWithItsReason() {
        Workload workload = Workloads.matching(List.of("amqp-durable")).get(0);
        Target wrongPort = Target.parse("amqp=amqp://127.0.0.1:" + broker.mqttPort());
        Measurement measurement = new Measurement(generator, MqttVersion.V3_1_1, rate -> {});
        Extent extent = new Extent(MOMENT, MOMENT, BACKLOG);
        var failure = assertThrows(Exception.class, () -> measurement.run(workload, wrongPort, "refused", extent));
        assertTrue(String.valueOf(failure.getMessage()).length() > 10, failure.toString());
    }

    @Test
    void halfIsOfTheBestPeersRateAndOfNoneOfOurs() {
        Runs runs = runs("signalbox", "peer", "other");
        runs.measure(Workloads.matching(List.of("mqtt-qos1-half")).get(0));
        List<Row> rows = runs.rows();
        assertEquals(
                List.of(
                        "mqtt-qos1-64",
                        "mqtt-qos1-64",
                        "mqtt-qos1-64",
                        "mqtt-qos1-half",
                        "mqtt-qos1-half",
                        "mqtt-qos1-half"),
                rows.stream().map(Row::name).toList());
        double best = Math.max(rate(rows.get(1)), rate(rows.get(2)));
        for (Row row : rows.subList(3, 6)) {
            String what = String.format(Locale.ROOT, "QoS 1, 1 → 1, 64 B, %,.0f/s", Math.rint(best / 2));
            assertEquals(what, row.what());
            assertTrue(row.repetitions().get(0).latency().p999() > 0, row.toString());
        }
    }

    @Test
    void whatWasMeasuredInTheRunIsNotMeasuredAgainForItsHalf() {
        Runs runs = runs("signalbox");
        Workloads.matching(List.of("amqp-durable", "amqp-durable-half")).forEach(runs::measure);
        assertEquals(
                List.of("amqp-durable", "amqp-durable-half"),
                runs.rows().stream().map(Row::name).toList());
    }

    private static double rate(Row row) {
        return row.spread(Repetition::perSecond).orElseThrow().median();
    }

    /** The same broker under several names. */
    private static Runs runs(String... names) {
        List<Target> targets = Stream.of(names).map(broker::target).toList();
        Runs.Setting setting = new Runs.Setting(1, 0.1, 0.03, MqttVersion.V3_1_1, BACKLOG);
        return new Runs(targets, setting, generator, line -> {});
    }

    @Test
    void namesAreChosenByPattern() {
        assertEquals(
                List.of("amqp-settled-64", "amqp-settled-1k", "amqp-settled-latency", "amqp-settled-half"),
                Workloads.matching(List.of("amqp-settled*")).stream()
                        .map(Workload::name)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> Workloads.matching(List.of("amqp-unheard-of")));
    }
}
