package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.ImageReader;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreInspectionTest {
    private static final StoreSettings SMALL = StoreSettings.ofSegments(1 << 20);
    private static final int MESSAGES = 3000;
    private static final ImageReader LSNS = (image, visitor) -> {
        for (ByteBuffer lsns = ByteBuffer.wrap(image); lsns.hasRemaining(); ) visitor.accept(lsns.getLong());
    };

    @TempDir
    Path directory;

    private final List<Long> lsns = new ArrayList<>();

    /** Three segments and more, and a checkpoint, if a life is long enough for one. */
    private void fill() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            for (int i = 0; i < MESSAGES; i++) {
                lsns.add(life.append(new WriteBatch()
                        .message(PlainFormat.message("orders/" + i, new byte[1000]))
                        .enqueueTo(7, 0)));
            }
            life.durably(new WriteBatch()
                    .settle(7, lsns.get(0))
                    .put(life.store.table("t"), "k".getBytes(StandardCharsets.UTF_8), new byte[3]));
            for (int i = 0; i < 400 && files("checkpoint-").isEmpty(); i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private Findings verify() throws StoreException {
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            return inspection.verify((done, total) -> assertTrue(done <= total));
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int was = bytes.read();
            bytes.seek(offset);
            bytes.write(was ^ 1);
        }
    }

    @Test
    void aSoundStoreHasAllItsRecordsAndNoDamage() throws Exception {
        fill();
        Findings found = verify();
        assertEquals(List.of(), found.damages());
        assertEquals(MESSAGES + 1, found.records());
        assertTrue(found.segments() >= 3 && !found.checkpoints().isEmpty(), found.toString());
        assertTrue(found.start().checkpoint().isPresent() && !found.isDamaged(), found.toString());
        StoreLife.begin(directory, SMALL).close();
    }

    @Test
    void aChangedByteIsFoundAndWhatLiesBehindItIsStillRead() throws Exception {
        fill();
        Path oldest = files("seg-").get(0);
        flip(oldest, 100_000);
        Findings found = verify();
        assertEquals(1, found.damages().size(), found.toString());
        assertTrue(found.damages().get(0).place().contains(oldest.getFileName().toString()), found.toString());
        assertEquals(MESSAGES, found.records(), "all but the damaged one");
        Findings.Damage damage = found.damages().get(0);
        long hit = lsns.stream().filter(lsn -> lsn <= damage.fromLsn()).reduce(0L, Math::max);
        assertEquals(hit, damage.fromLsn());
        assertTrue(damage.toLsn() - hit < 1200, damage.toString());
        boolean named = damage.hits().equals(List.of(new Findings.Hit(7, List.of(hit))))
                || damage.effect() == Findings.Effect.STOPS_START
                        && damage.hits().equals(List.of(new Findings.Hit(7, List.of())));
        assertTrue(named, damage.toString());
    }

    @Test
    void aDamagedCheckpointIsFound() throws Exception {
        fill();
        Path checkpoint = files("checkpoint-").get(0);
        flip(checkpoint, Files.size(checkpoint) - 65);
        Findings found = verify();
        assertTrue(found.isDamaged());
        assertTrue(found.checkpoints().get(0).isWhole(), "a start reads only the first of the copies of the tables");
        assertTrue(found.checkpoints().get(0).damage().orElseThrow().contains("has its tables twice"));
        flip(checkpoint, 80);
        found = verify();
        assertFalse(found.checkpoints().get(0).isWhole());
        assertTrue(found.isDamaged());
        String damage = found.checkpoints().get(0).damage().orElseThrow();
        assertTrue(damage.contains(checkpoint.getFileName().toString()) && damage.contains("at offset"), damage);
    }

    @Test
    void aLostTailThatOthersTestifyForIsDamage() throws Exception {
        fill();
        List<Path> segments = files("seg-");
        try (RandomAccessFile bytes = new RandomAccessFile(segments.get(1).toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            bytes.write(new byte[(int) (bytes.length() - bytes.getFilePointer())]);
        }
        assertEquals(1, verify().damages().size());
    }

    @Test
    void recordsAreShownInTheirOrderAndNoMoreThanWanted() throws Exception {
        fill();
        List<String> lines = new ArrayList<>();
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            inspection.print(lsns.get(10), line -> lines.size() < 3 && lines.add(line));
        }
        assertEquals(
                List.of(
                        lsns.get(10) + " message orders/10, 1000 bytes, to queues 7",
                        lsns.get(11) + " message orders/11, 1000 bytes, to queues 7",
                        lsns.get(12) + " message orders/12, 1000 bytes, to queues 7"),
                lines);
        lines.clear();
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            inspection.print(lsns.get(MESSAGES - 1) + 1, lines::add);
        }
        String last = lines.get(0);
        assertTrue(last.endsWith(" settles " + lsns.get(0) + " of queue 7 puts 3 bytes into t"), last);
    }

    @Test
    void whatABrokerHasOpenAndWhatIsNotThereIsRefusedInOneSentence() throws Exception {
        StoreException missing =
                assertThrows(StoreException.class, () -> StoreInspection.open(directory.resolve("nowhere"), LSNS));
        assertTrue(missing.getMessage().startsWith("There is no data directory"), missing.getMessage());
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertTrue(life.entries.isEmpty());
            StoreException used = assertThrows(StoreException.class, () -> StoreInspection.open(directory, LSNS));
            assertTrue(used.getMessage().contains("is in use by"), used.getMessage());
        }
    }
}
