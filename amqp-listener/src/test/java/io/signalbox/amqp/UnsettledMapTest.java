package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.signalbox.testkit.Clause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnsettledMapTest {

    @Test
    void aRangeTakesOutWhatIsThereInOrder() {
        UnsettledMap<String> map = new UnsettledMap<>();
        for (int id = 10; id < 20; id += 2) map.add(id, "d" + id);
        assertEquals(List.of("d12", "d14"), map.remove(11, 15));
        assertEquals(List.of(), map.remove(11, 15));
        assertEquals("d16", map.remove(16));
        assertNull(map.remove(16));
        assertEquals(List.of("d10", "d18"), map.remove(0, 1000));
        assertEquals(0, map.size());
    }

    @Test
    void rangesOverAllIdsCostNoMoreThanWhatIsUnsettled() {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            UnsettledMap<String> map = new UnsettledMap<>();
            map.add(5, "d5");
            for (int i = 0; i < 1_000_000; i++) map.remove(6, Integer.MAX_VALUE);
            for (int i = 0; i < 1_000_000; i++) map.remove(6, 5);
            assertEquals(1, map.size());
            assertEquals(List.of("d5"), map.remove(0, Integer.MAX_VALUE));
        });
    }

    @Clause("AMQP-2.8.10-1")
    @Test
    void idsWrap() {
        UnsettledMap<String> map = new UnsettledMap<>();
        for (int i = 0; i < 6; i++) map.add(-3 + i, "d" + i);
        assertEquals(List.of("d2", "d3", "d4"), map.remove(-1, 1));
        assertEquals("d5", map.remove(2));
    }

    @Test
    void anIdThatIsNotAheadIsOurMistake() {
        UnsettledMap<String> map = new UnsettledMap<>();
        map.add(7, "d7");
        assertThrows(IllegalStateException.class, () -> map.add(7, "again"));
    }

    @Test
    void itDoesWhatASortedMapWouldDo() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        UnsettledMap<Integer> map = new UnsettledMap<>();
        TreeMap<Integer, Integer> model = new TreeMap<>();
        int next = 0;
        for (int step = 0; step < 200_000; step++) {
            int low = next - random.nextInt(300);
            int high = low + random.nextInt(20);
            switch (random.nextInt(10)) {
                case 0 -> {
                    List<Integer> expected =
                            new ArrayList<>(model.subMap(low, true, high, true).values());
                    model.subMap(low, true, high, true).clear();
                    assertEquals(expected, map.remove(low, high), "seed " + seed);
                }
                case 1, 2, 3, 4 -> assertEquals(model.remove(low), map.remove(low), "seed " + seed);
                case 5 -> {
                    if (random.nextInt(200) != 0) break;
                    int third = random.nextInt(3);
                    List<Integer> expected = new ArrayList<>(model.values());
                    expected.removeIf(id -> id % 3 != third);
                    model.values().removeIf(id -> id % 3 == third);
                    assertEquals(expected, map.removeIf(id -> id % 3 == third), "seed " + seed);
                }
                default -> {
                    next += 1 + random.nextInt(3);
                    map.add(next, next);
                    model.put(next, next);
                }
            }
            assertEquals(model.size(), map.size(), "seed " + seed);
        }
    }
}
