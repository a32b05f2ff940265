package io.signalbox.benchmarks.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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

    @Test
    void sizesThatMeasureNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new StorageRow.Sizes(0, 20, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new StorageRow.Sizes(1, 19, 1, 1));
    }

    @Test
    void aRowThatIsNoneIsSaid() {
        StringWriter said = new StringWriter();
        int exitCode = new CommandLine(new StorageCommand())
                .setErr(new PrintWriter(said))
                .execute("fan-in");
        assertEquals(2, exitCode);
        assertTrue(said.toString().startsWith("There is no row fan-in."), said.toString());
    }
}
