package io.signalbox.benchmarks.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.TestBroker;
import io.signalbox.benchmarks.goals.Workbench;
import io.signalbox.benchmarks.storage.StorageRow.Sizes;
import io.signalbox.benchmarks.wire.Generator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every row with small sizes, on brokers of this checkout that are processes of their own. What is measured is no matter here. */
@Execution(ExecutionMode.CONCURRENT)
class StorageRowsTest {

    @TempDir
    private Path directory;

    private final Generator generator = new Generator();
    private final List<String> said = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        generator.close();
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    private List<Figure> measure(StorageRow row, Sizes sizes) throws Exception {
        Map<String, String> settings = Map.of("data.segment-size", "4MiB");
        Workbench bench = new Workbench(
                new Workbench.Setting(TestBroker.COMMAND, directory, settings, Workbench.Cache.KEPT, 1 << 20),
                generator,
                said::add);
        try {
            List<Figure> figures = row.measure(bench, sizes);
            for (Figure figure : figures) assertTrue(Double.isFinite(figure.value()), figures::toString);
            return figures;
        } finally {
            bench.clear();
        }
    }

    @Test
    void aQueueMoreCostsLittleOfTheLogAndAMessageThatIsStoredOnceIsThereForAllAfterAKill() throws Exception {
        List<Figure> figures = measure(new FanOutRow(), new Sizes(500, 1024, 20, 1));
        assertTrue(figures.get(0).holds() && figures.get(0).value() > 1, figures::toString);
        assertEquals(3, figures.size());
    }

    @Test
    void theSlowOneStaysBehindAndAllOfTheOthersArrives() throws Exception {
        List<Figure> figures = measure(new SlowConsumerRow(), new Sizes(5000, 64, 3, 0.5));
        assertTrue(figures.get(0).value() > 0, figures::toString);
        Figure behind = figures.get(3);
        assertTrue(behind.value() > 4000 && behind.value() < 6000, figures::toString);
    }

    @Test
    void theOldMessageIsThereAfterTheSettlementsAndAKill() throws Exception {
        List<Figure> figures = measure(new SettlementsRow(), new Sizes(5000, 64, 1, 1));
        assertTrue(figures.get(0).value() > 0, figures::toString);
        assertTrue(figures.get(1).value() > 0.1, figures::toString);
    }

    @Test
    void aKillLeavesALongLogAndADamagedCheckpointIsDoneWithout() throws Exception {
        List<Figure> figures = measure(new RestartRow(), new Sizes(10_000, 256, 1, 1));
        assertTrue(figures.get(0).holds(), figures::toString);
        assertEquals(3, figures.size());
        for (Figure start : figures.subList(1, figures.size())) assertTrue(start.value() > 0.1, figures::toString);
    }
}
