package io.signalbox.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Repetition.Latency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final String NAME = "mqtt-qos0-64";
    private static final String WHAT = "QoS 0, 1 → 1, 64 B";

    private static Row row(String target, double... perSecond) {
        List<Repetition> repetitions = java.util.Arrays.stream(perSecond)
                .mapToObj(rate -> new Repetition(
                        rate, 1e6 / rate, 10, Latency.NOT_TIMED, 0.5, 0, Optional.of("2 deliveries were odd")))
                .toList();
        return new Row(NAME, WHAT, Target.parse("mqtt=mqtt://h;name=" + target), repetitions, Optional.empty());
    }

    @Test
    void aRowHasMediansSpreadAndTheRatioToTheBestOther() {
        String table = Table.of(List.of(row("slow", 900, 1000, 1100), row("fast", 2000), row("middle", 1500)));
        List<String> lines = table.lines().toList();
        assertTrue(lines.get(2).contains("| slow | 1,000 ±10 % | 0.50 | 1000.00 ±10 % | 2.00 | 10 |"), lines.get(2));
        assertTrue(lines.get(3).contains("| fast | 2,000 ±0 % | 1.33 | 500.00 ±0 % | 0.75 |"), lines.get(3));
        assertTrue(table.contains("- mqtt-qos0-64, slow: 2 deliveries were odd"), table);
    }

    @Test
    void aFailureStandsWhereTheFiguresWouldAndCountsInNoRatio() {
        Row failed =
                new Row(NAME, WHAT, Target.parse("mqtt=mqtt://h;name=bad"), List.of(), Optional.of("3 are missing"));
        List<String> lines = Table.of(List.of(failed, row("good", 10))).lines().toList();
        assertTrue(lines.get(2).contains("| bad | FAILED: 3 are missing |"), lines.get(2));
        assertTrue(lines.get(3).contains("| good | 10 ±0 % | – |"), lines.get(3));
    }

    @Test
    void everyLineOfATableHasAsManyColumns() {
        Row failed = new Row(NAME, WHAT, Target.parse("mqtt=mqtt://h;name=bad"), List.of(), Optional.of("no"));
        List<Long> columns = Table.of(List.of(failed, row("good", 10)))
                .lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> line.chars().filter(c -> c == '|').count())
                .distinct()
                .toList();
        assertEquals(1, columns.size(), columns.toString());
    }
}
