package io.signalbox.benchmarks.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class StorageCommandTest {

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
