package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was written before there were transactions and moves differs in nothing but the numbers of its formats. */
class OlderFormatTest {
    private static final StoreSettings SMALL = StoreSettings.ofSegments(1 << 20);
    private static final int SEGMENT_FORMAT = 2;
    private static final int SEGMENT_SEALED_BYTES = 512;
    private static final int CHECKPOINT_FORMAT = 3;
    private static final int CHECKPOINT_SEALED_BYTES = 64;

    @TempDir
    Path directory;

    private int rewrite(String prefix, int format, int sealedBytes) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer header = ByteBuffer.allocate(sealedBytes);
                channel.read(header, 0);
                header.putInt(4, format).putInt(8, 0).clear();
                header.putInt(8, Checksum.CRC32C.of(new StoreId(0, 0), 0, 0, header.duplicate()));
                channel.write(header, 0);
            }
        }
        return files.size();
    }

    @Test
    void aStoreOfTheFormatsBeforeIsReadAndGoesOn() throws Exception {
        byte[] body = "before".getBytes(StandardCharsets.UTF_8);
        long lsn;
        long later;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            lsn = life.durably(
                    new WriteBatch().message(PlainFormat.message("a", body)).enqueueTo(1, 0));
            later = life.durably(
                    new WriteBatch().message(PlainFormat.message("a", body)).enqueueTo(2, 0));
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            life.durably(new WriteBatch().settle(2, later));
        }
        assertTrue(rewrite("seg-", SEGMENT_FORMAT, SEGMENT_SEALED_BYTES) > 0);
        assertTrue(rewrite("checkpoint-", CHECKPOINT_FORMAT, CHECKPOINT_SEALED_BYTES) > 0);
        for (int start = 0; start < 2; start++) {
            try (StoreLife life = StoreLife.begin(directory, SMALL)) {
                assertEquals(
                        List.of(lsn),
                        life.entries.stream().map(StoreLife.Entry::lsn).toList());
                assertArrayEquals(
                        body, life.read(lsn).get(0).content().compact().bytes());
            }
        }
    }
}
