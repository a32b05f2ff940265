package io.signalbox.persistence.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.NioDisk;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLogStoreTest {
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final SegmentHeader HEADER =
            new SegmentHeader(new StoreId(1, 2), 3, SEGMENT_BYTES, SEGMENT_BYTES, 0, 0);

    @TempDir
    Path directory;

    private FileLogStore store;

    private FileLogStore newStore() {
        store = new FileLogStore(new NioDisk(directory));
        return store;
    }

    @AfterEach
    void release() throws Exception {
        store.close();
    }

    private void prepareAndClose() throws Exception {
        newStore().open();
        store.prepare(HEADER);
        store.close();
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    @Test
    void aHeaderComesBackAsItWasWritten() throws Exception {
        prepareAndClose();
        assertEquals(List.of(HEADER), newStore().open().headers());
        assertEquals(SEGMENT_BYTES, store.room().occupiedBytes());
    }

    @Test
    void aNewerFormatIsRefusedInOneSentence() throws Exception {
        prepareAndClose();
        Path segment = file("seg-0000000000010000.log");
        byte[] bytes = Files.readAllBytes(segment);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(4, SegmentHeader.FORMAT_VERSION + 1).putInt(8, 0);
        header.putInt(8, Checksum.CRC32C.of(new StoreId(0, 0), 0, 0, ByteBuffer.wrap(bytes, 0, 512)));
        Files.write(segment, bytes);
        StoreException refusal =
                assertThrows(StoreException.class, () -> newStore().open());
        assertEquals(
                "Data directory " + directory + " was written by a newer Signalbox (format 4, this one reads up to 3);"
                        + " start that version instead.",
                refusal.getMessage());
    }

    @Test
    void anUnreadableHeaderIsDamageUnderASegmentsNameAndNothingUnderASpares() throws Exception {
        prepareAndClose();
        byte[] bytes = Files.readAllBytes(file("seg-0000000000010000.log"));
        bytes[20] ^= 1;
        Files.write(file("spare-1.log"), bytes);
        assertEquals(List.of(HEADER), newStore().open().headers());
        store.close();
        Files.write(file("seg-0000000000010000.log"), bytes);
        StoreException damage =
                assertThrows(StoreException.class, () -> newStore().open());
        assertTrue(damage.getMessage().contains("seg-0000000000010000.log"), damage.getMessage());
    }

    @Test
    void aReleasedSegmentIsUsedAgainAndUnfinishedFilesGo() throws Exception {
        Files.write(file("fresh-9.tmp"), new byte[100]);
        newStore().open();
        store.prepare(HEADER);
        Object inode = Files.getAttribute(file("seg-0000000000010000.log"), "unix:ino");
        store.compact(List.of(HEADER.baseLsn())).publish();
        long base = 4 * SEGMENT_BYTES;
        store.prepare(new SegmentHeader(HEADER.store(), 3, base, SEGMENT_BYTES, HEADER.baseLsn(), 0));
        assertEquals(inode, Files.getAttribute(file("seg-0000000000040000.log"), "unix:ino"));
        assertEquals(SEGMENT_BYTES, store.room().occupiedBytes());
        assertTrue(Files.notExists(file("fresh-9.tmp")));
    }

    @Test
    void aReadStopsAtTheEndOfTheSegment() throws Exception {
        newStore().open();
        store.prepare(HEADER);
        store.append(HEADER.firstBatchLsn(), ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertEquals(HEADER.firstBatchLsn() + 3, store.force());
        ByteBuffer target = ByteBuffer.allocate(2 * SEGMENT_BYTES);
        assertEquals(SEGMENT_BYTES - SegmentHeader.BYTES, store.read(HEADER.firstBatchLsn(), target));
        assertEquals(3, target.get(2));
        assertEquals(0, store.read(HEADER.endLsn(), target.clear()));
    }

    private static ByteBuffer record(int bytes, int content) {
        byte[] record = new byte[bytes];
        Arrays.fill(record, (byte) content);
        return ByteBuffer.wrap(record);
    }

    /** What is missing is found when it is looked for; the rest is still there. */
    @Test
    void aCopyThatWasCutOffIsOpened() throws Exception {
        newStore().open();
        store.prepare(HEADER);
        Compaction compaction = store.compact(List.of(HEADER.baseLsn()));
        long first = HEADER.firstBatchLsn();
        compaction.append(first, record(1000, 1));
        compaction.append(first + 1024, record(20_000, 2));
        compaction.publish();
        store.close();
        try (RandomAccessFile cold =
                new RandomAccessFile(file("cold-0000000000000001.log").toFile(), "rw")) {
            cold.setLength(cold.length() - 10_000);
        }
        assertEquals(List.of(HEADER), newStore().open().headers());
        ByteBuffer target = ByteBuffer.allocate(1000);
        assertEquals(1000, store.read(first, target));
        assertEquals(record(1000, 1), target.flip());
        assertTrue(store.read(first + 1024, ByteBuffer.allocate(20_000)) < 20_000);
    }
}
