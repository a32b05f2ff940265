package io.signalbox.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GridTest {

    @ParameterizedTest
    @CsvSource({"1,1", "1,10", "10,1", "10,10", "100,10", "10,1000", "1000,1000", "1000,1"})
    void everySenderHasOneTakerAndEveryPlaceToo(int places, int connections) {
        Grid grid = new Grid(places, connections);
        List<Integer> taken = new ArrayList<>();
        for (int taker = 0; taker < grid.takers(); taker++) taken.addAll(grid.placesOf(taker));
        assertEquals(
                IntStream.range(0, places).boxed().toList(),
                taken.stream().sorted().toList());
        for (int sender = 0; sender < connections; sender++) {
            List<Integer> takers = new ArrayList<>();
            for (int taker = 0; taker < grid.takers(); taker++)
                if (grid.sourcesOf(taker).has(sender)) takers.add(taker);
            assertEquals(List.of(grid.takerOf(sender)), takers);
        }
    }

    @Test
    void placesAreSharedEvenly() {
        Grid grid = new Grid(100, 10);
        for (int taker = 0; taker < 10; taker++)
            assertEquals(10, grid.placesOf(taker).size());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Grid(10, 3))
                .getMessage()
                .contains("10 topics or queues"));
    }
}
