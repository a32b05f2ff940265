package io.signalbox.benchmarks.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.goals.BrokerJvm;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.TestBroker;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.mqtt.MqttCrowd;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Few connections and small backlogs, on brokers that are processes of their own. What is measured is no matter here. */
@Execution(ExecutionMode.CONCURRENT)
class MemoryTest {

    private static final Duration MOMENT = Duration.ofMillis(50);

    @TempDir
    private Path directory;

    private final Generator generator = new Generator();
    private Workbench bench;

    @BeforeEach
    void open() throws IOException {
        Map<String, String> settings = Map.of("data.segment-size", "4MiB");
        bench = new Workbench(
                new Workbench.Setting(TestBroker.COMMAND, directory.resolve("rows"), settings, Workbench.Cache.KEPT, 0),
                generator,
                line -> {});
    }

    @AfterEach
    void stop() throws IOException {
        bench.clear();
        generator.close();
    }

    @Test
    void crowdsOfEachKindAreAcceptedAndEachOfThemCostsMoreThanNothing() throws Exception {
        try (BrokerJvm broker = bench.start()) {
            Idle idle = new Idle(generator, broker.pid(), MOMENT);
            assertTrue(idle.obstacle(500).isEmpty());
            assertTrue(idle.obstacle(Integer.MAX_VALUE).orElseThrow().contains("ulimit -n"));
            double silent = heap(idle.mqtt(broker.mqtt(), MqttVersion.V3_1_1, MqttCrowd.Wish.NOTHING, 500));
            double subscribed = heap(idle.mqtt(broker.mqtt(), MqttVersion.V5_0, MqttCrowd.Wish.SUBSCRIPTION, 500));
            double amqp = heap(idle.amqp(broker.amqp(), "%s", 200));
            for (double cost : new double[] {silent, subscribed, amqp}) {
                // More than nothing, and not what all of them cost.
                assertTrue(cost > 300 && cost < 50_000, silent + " " + subscribed + " " + amqp);
            }
            assertTrue(silent < subscribed, silent + " " + subscribed);
        }
    }

    private static double heap(Idle.Cost cost) {
        return cost.heap().orElseThrow();
    }

    @Test
    void aBrokerIsStartedWithNothingAndAfterAKillWithABacklog() throws Exception {
        Path jar = Files.write(directory.resolve("jar"), new byte[2_000_000]);
        List<Figure> figures = new Start(bench, jar, new Start.Extent(500, 1, MOMENT)).measure();
        assertEquals(2, figures.get(0).value());
        for (Figure figure : figures.subList(1, 4)) assertTrue(figure.value() > 0.1, figures::toString);
        assertTrue(figures.get(3).what().contains("500 messages"), figures::toString);
    }
}
