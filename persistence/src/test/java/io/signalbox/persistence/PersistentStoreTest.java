package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PersistentStoreTest {
    private static final StoreSettings SMALL = new StoreSettings(1 << 20, 1 << 16, 1 << 19, 50_000_000, 10_000_000);

    @TempDir
    Path directory;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anEntryComesBackWithItsFlagsAndBodyAfterARestart() throws Exception {
        long lsn;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            WriteBatch batch = new WriteBatch()
                    .message(PlainFormat.message("a/b", utf8("hello")))
                    .enqueueTo(9, TargetFlags.ofQos(1))
                    .enqueueTo(-3, TargetFlags.ofQos(2));
            lsn = life.durably(batch);
            assertEquals(lsn, batch.enqueueLsn());
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(
                    List.of(-3L, 9L),
                    life.entries.stream().map(StoreLife.Entry::queueId).toList());
            assertEquals(TargetFlags.ofQos(2), life.entries.get(0).flags());
            Message message = life.entries.get(1).message();
            assertEquals(new Body.Stored(lsn, 5), message.body());
            assertEquals(PlainFormat.message("a/b", utf8("hello")).envelope(), message.envelope());
            Message read = life.read(lsn).get(0);
            assertEquals("hello", new String(read.content().compact().bytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSettledEntryDoesNotComeBackButItsSiblingDoes() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            long lsn = life.durably(new WriteBatch()
                    .message(PlainFormat.message("q", utf8("x")))
                    .enqueueTo(1, 0)
                    .enqueueTo(2, 0));
            life.durably(new WriteBatch().settle(1, lsn));
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(
                    List.of(2L),
                    life.entries.stream().map(StoreLife.Entry::queueId).toList());
        }
    }

    @Test
    void tablesComeBackExactly() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StateTable queues = life.store.table("queues");
            life.durably(new WriteBatch()
                    .put(queues, utf8("a"), utf8("1"))
                    .put(queues, utf8("b"), utf8("2"))
                    .put(life.store.table("sessions"), utf8("a"), new byte[0]));
            long lsn = life.append(new WriteBatch().remove(queues, utf8("b")).put(queues, utf8("a"), utf8("3")));
            assertEquals(1, queues.size(), "a change is visible when its append returns");
            life.awaitForce(lsn);
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StateTable queues = life.store.table("queues");
            assertArrayEquals(utf8("3"), queues.get(utf8("a")).orElseThrow());
            assertEquals(Optional.empty(), queues.get(utf8("b")));
            assertEquals(1, queues.size());
            assertEquals(1, life.store.table("sessions").size());
        }
    }

    /** Or the keys that came and went during one segment would fill the heap. */
    @Test
    @Timeout(60)
    void removalsAreForgottenBeforeTheirSegmentEnds() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, StoreSettings.ofSegments(32 << 20))) {
            MemoryTable sessions = (MemoryTable) life.store.table("sessions");
            life.durably(new WriteBatch().put(sessions, utf8("stays"), utf8("1")));
            for (int i = 0; i < 20_000; i++) {
                byte[] key = utf8("session " + i);
                life.append(new WriteBatch().put(sessions, key, utf8("1")).remove(sessions, key));
            }
            assertTrue(life.store.status().forces() > 0);
            while (sessions.isForgettingDue()) {
                life.durably(new WriteBatch().put(sessions, utf8("stays"), utf8("2")));
            }
            assertEquals(1, sessions.size());
        }
        try (StoreLife life = StoreLife.begin(directory, StoreSettings.ofSegments(32 << 20))) {
            assertEquals(1, life.store.table("sessions").size());
        }
    }

    @Test
    void aRestartTellsHowFarTheReadingIsWithinEachSegmentToo() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            for (int i = 0; i < 20; i++) {
                life.durably(new WriteBatch()
                        .message(PlainFormat.message("q", new byte[1000]))
                        .enqueueTo(1, 0));
            }
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertTrue(life.progress.size() > 40, "20 batches, read twice: " + life.progress);
            StoreLife.Progress last = life.progress.get(life.progress.size() - 1);
            assertEquals(last.bytesTotal(), last.bytesDone());
            assertTrue(last.bytesTotal() < 200_000, "what the segment does not hold is not counted: " + last);
            double before = 0;
            for (StoreLife.Progress step : life.progress) {
                double done = (double) step.bytesDone() / step.bytesTotal();
                assertTrue(done >= before && done <= 1, life.progress.toString());
                before = done;
            }
        }
    }

    @Test
    void aDroppedQueueTakesItsEntriesAlong() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            for (int i = 0; i < 10; i++) {
                life.append(new WriteBatch()
                        .message(PlainFormat.message("q", utf8("x")))
                        .enqueueTo(1, 0)
                        .enqueueTo(2, 0));
            }
            life.durably(new WriteBatch().dropQueue(1));
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(10, life.entries.size());
            assertTrue(life.entries.stream().allMatch(entry -> entry.queueId() == 2));
        }
    }

    @Test
    void aBatchLargerThanTheBufferIsTakenAndOneLargerThanTheLimitIsNot() throws Exception {
        byte[] large = new byte[SMALL.maxBatchBytes() - 1];
        new Random(1).nextBytes(large);
        long lsn;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            WriteBatch batch =
                    new WriteBatch().message(PlainFormat.message("q", large)).enqueueTo(1, 0);
            lsn = life.durably(batch);
            WriteBatch tooLarge = new WriteBatch()
                    .message(PlainFormat.message("q", new byte[SMALL.maxBatchBytes() + 1]))
                    .enqueueTo(1, 0);
            assertThrows(IllegalArgumentException.class, () -> life.store.append(tooLarge));
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertArrayEquals(large, life.read(lsn).get(0).content().bytes());
        }
    }

    /** Buffers begin smaller than {@link StoreSettings#bufferBytes}. */
    @Test
    @Timeout(60)
    void theFirstBatchMayBeLargerThanTheBuffersAre() throws Exception {
        StoreSettings settings = StoreSettings.ofSegments(4 << 20);
        byte[] body = new byte[settings.bufferBytes() / 2];
        new Random(1).nextBytes(body);
        try (StoreLife life = StoreLife.begin(directory, settings)) {
            WriteBatch batch =
                    new WriteBatch().message(PlainFormat.message("q", body)).enqueueTo(1, 0);
            long lsn = life.durably(batch);
            assertArrayEquals(body, life.read(lsn).get(0).content().bytes());
        }
    }

    @Test
    void whatWasConsumedIsGivenBackToTheDisk() throws Exception {
        StateTable table;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            table = life.store.table("t");
            life.durably(new WriteBatch().put(table, utf8("first"), utf8("kept")));
            Deque<Long> unsettled = new ArrayDeque<>();
            byte[] body = new byte[1000];
            for (int i = 0; i < 20_000; i++) {
                unsettled.add(life.append(
                        new WriteBatch().message(PlainFormat.message("q", body)).enqueueTo(1, 0)));
                if (unsettled.size() > 100) life.append(new WriteBatch().settle(1, unsettled.remove()));
            }
            long last = 0;
            for (long lsn : unsettled) last = life.append(new WriteBatch().settle(1, lsn));
            life.awaitForce(last);
            assertTrue(life.store.status().forcedBytes() > 20_000_000, "all of it went through the log");
            awaitGone(segmentsBefore(last));
        }
        assertTrue(directoryBytes() <= 4 * SMALL.segmentBytes(), "20 MB consumed leave " + directoryBytes());
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(List.of(), life.entries);
            assertArrayEquals(
                    utf8("kept"), life.store.table("t").get(utf8("first")).orElseThrow());
        }
    }

    /** Two checkpoints have to come first, within seconds. Until then the next segment may take more room than there will be. */
    private static void awaitGone(List<Path> files) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (files.stream().anyMatch(Files::exists)) {
            assertTrue(System.nanoTime() < deadline, () -> "still there of " + files);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** All but the one that holds an address, and those behind it. */
    private List<Path> segmentsBefore(long lsn) throws IOException {
        List<Path> before = new ArrayList<>(segments());
        before.removeIf(file -> file.getFileName().toString().compareTo(String.format("seg-%016x.log", lsn)) > 0);
        before.remove(before.size() - 1);
        return before;
    }

    private long directoryBytes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void manyRestartsDoNotFillTheDiskEvenUnderAnOldEntry() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            life.durably(new WriteBatch()
                    .message(PlainFormat.message("q", utf8("old")))
                    .enqueueTo(1, 0));
        }
        long highest = 0;
        for (int i = 0; i < 20; i++) {
            try (StoreLife life = StoreLife.begin(directory, SMALL)) {
                assertEquals(1, life.entries.size());
                StateTable table = life.store.table("t");
                long lsn = life.durably(new WriteBatch().put(table, utf8("k"), utf8("v" + i)));
                assertTrue(lsn > highest, "an LSN is never given twice");
                highest = lsn;
            }
        }
        assertTrue(directoryBytes() <= 3 * SMALL.segmentBytes(), "occupied: " + directoryBytes());
    }

    @Test
    void aSecondStoreOnTheSameDirectoryIsRefusedInOneSentence() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StoreException refusal = assertThrows(StoreException.class, () -> StoreLife.begin(directory, SMALL));
            long pid = ProcessHandle.current().pid();
            assertEquals(
                    "Data directory " + directory + " is in use by Signalbox pid " + pid + ".", refusal.getMessage());
            life.durably(new WriteBatch().put(life.store.table("t"), utf8("k"), utf8("v")));
        }
        StoreLife.begin(directory, SMALL).close();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefusedInOneSentence() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        StoreException refusal = assertThrows(StoreException.class, () -> StoreLife.begin(file.resolve("data"), SMALL));
        assertTrue(refusal.getMessage().contains("cannot be written"), refusal.getMessage());
    }

    @Test
    void aFlippedBitInTheMiddleStopsTheStartAndNamesThePlace() throws Exception {
        long lsn;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            lsn = life.durably(new WriteBatch()
                    .message(PlainFormat.message("q", utf8("hello")))
                    .enqueueTo(1, 0));
        }
        Path segment = segments().get(0);
        byte[] bytes = Files.readAllBytes(segment);
        int at = (int) (lsn - SMALL.segmentBytes()) + 70;
        bytes[at] ^= 1;
        Files.write(segment, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        StoreException damage = assertThrows(StoreException.class, () -> StoreLife.begin(directory, SMALL));
        assertTrue(damage.getMessage().contains(segment.getFileName().toString()), damage.getMessage());
        assertTrue(damage.getMessage().contains("offset 4096"), damage.getMessage());
        assertArrayEquals(bytes, Files.readAllBytes(segment), "nothing is cut");
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("seg-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anAppendToAClosedStoreFails() throws Exception {
        StoreLife life = StoreLife.begin(directory, SMALL);
        StateTable table = life.store.table("t");
        life.close();
        assertEquals(MessageStore.FAILED, life.store.append(new WriteBatch().put(table, utf8("k"), utf8("v"))));
    }

    @Test
    void aLazyBatchIsForcedSoon() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            long before = System.nanoTime();
            life.durably(new WriteBatch()
                    .put(life.store.table("t"), utf8("k"), utf8("v"))
                    .lazy());
            long millis = (System.nanoTime() - before) / 1_000_000;
            assertTrue(millis >= 40, "it waited for company, " + millis + " ms");
        }
    }

    @Test
    void aBatchThatNamesAQueueTwiceIsRefused() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            WriteBatch twice = new WriteBatch()
                    .message(PlainFormat.message("q", utf8("x")))
                    .enqueueTo(1, 0)
                    .enqueueTo(1, 0);
            assertThrows(IllegalArgumentException.class, () -> life.store.append(twice));
        }
    }
}
