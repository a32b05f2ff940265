package io.signalbox.benchmarks.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void aGoalIsHeldOrMissedAndTheLineSaysSo() {
        assertEquals(
                "| row | bytes | 16 | ≤ 16 | held |",
                Figure.atMost("bytes", 16, 16).line("row"));
        assertEquals(
                "| row | bytes | 16.01 | ≤ 16 | MISSED |",
                Figure.atMost("bytes", 16.01, 16).line("row"));
        assertEquals(
                "| row | share | 0.90 | ≥ 0.90 | held |",
                Figure.atLeast("share", 0.9, 0.9).line("row"));
        assertEquals(
                "| row | share | 0.89 | ≥ 0.90 | MISSED |",
                Figure.atLeast("share", 0.89, 0.9).line("row"));
        assertEquals(
                "| row | a second | 1,000 |  |  |", Figure.of("a second", 1000).line("row"));
    }
}
