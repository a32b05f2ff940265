package io.signalbox.persistence.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A full disk is told by words alone, and those are in the language of whoever started the process. */
class DiskFullExceptionTest {

    private static final String GERMAN = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";

    @Test
    void aFullDiskIsKnownInTheLanguageOfTheSystem() {
        IOException ofWrite = new IOException(GERMAN);
        IOException ofRename = new IOException("/data/fresh-0.tmp -> /data/seg-1.log: " + GERMAN);
        assertInstanceOf(DiskFullException.class, DiskFullException.orSame(ofWrite, Optional.of(GERMAN)));
        assertInstanceOf(DiskFullException.class, DiskFullException.orSame(ofRename, Optional.of(GERMAN)));
        IOException other = new IOException("Eingabe-/Ausgabefehler");
        assertSame(other, DiskFullException.orSame(other, Optional.of(GERMAN)));
        assertSame(ofWrite, DiskFullException.orSame(ofWrite, Optional.empty()));
    }

    @Test
    void theSystemIsAskedForItsWords() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        String words = DiskFullException.systemWords().orElseThrow();
        try (DiskFile full = new NioDisk(Path.of("/dev")).open("full")) {
            IOException told = assertThrows(DiskFullException.class, () -> full.write(0, ByteBuffer.allocate(1)));
            assertEquals(words, told.getMessage());
        }
    }
}
