package io.signalbox.persistence;

import io.signalbox.broker.store.ImageReader;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.NioDisk;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.FileLogStore;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Looks at a store that no broker has open: whether every byte is what was written, and what there is. Nothing is changed, but files
 * that were never finished are removed, as a start does. Confined to the calling thread.
 */
public final class StoreInspection implements AutoCloseable {
    private static final Checksum CHECKSUM = Checksum.CRC32C;

    private final LogStore store;
    private final LogStore.Contents contents;
    private final ImageReader images;
    private final List<Damage> damages = new ArrayList<>();
    private long records;
    private long tornBytes;
    private long testimony;
    private long bytesDone;

    /**
     * Something that is not what was written.
     *
     * @param place file and offset
     */
    public record Damage(String place, String what) {}

    /**
     * What was found.
     *
     * @param bytes of the files
     * @param records in the log, whether or not anything needs them
     * @param tornBytes at its end, of a batch that was never confirmed; a start cuts it
     */
    public record Findings(
            int segments, int checkpoints, long bytes, long records, long tornBytes, List<Damage> damages) {}

    /** Told how far the reading is. */
    public interface Progress {
        void progress(long bytesDone, long bytesTotal);
    }

    private StoreInspection(LogStore store, LogStore.Contents contents, ImageReader images) {
        this.store = store;
        this.contents = contents;
        this.images = images;
    }

    /**
     * Opens it.
     *
     * @param images for what a checkpoint has of the queues
     * @throws StoreException if there is no store, a broker has it, or a file cannot even be told to be part of it
     */
    public static StoreInspection open(Path directory, ImageReader images) throws StoreException {
        if (!Files.isDirectory(directory)) {
            throw new StoreException("There is no data directory " + directory + "; name another with --data.");
        }
        FileLogStore store = new FileLogStore(new NioDisk(directory));
        boolean opened = false;
        try {
            StoreInspection inspection = new StoreInspection(store, store.open(), images);
            opened = true;
            return inspection;
        } finally {
            if (!opened) close(store);
        }
    }

    /** Reads everything. */
    public Findings verify(Progress progress) throws StoreException {
        try {
            for (StoredCheckpoint checkpoint : contents.checkpoints()) verify(checkpoint);
            verifyLog(progress);
            verifyCold();
        } catch (IOException e) {
            throw unreadable(e);
        }
        return new Findings(
                contents.segments().size(),
                contents.checkpoints().size(),
                store.occupiedBytes(),
                records,
                tornBytes,
                List.copyOf(damages));
    }

    private static StoreException unreadable(IOException e) {
        return new StoreException("The log cannot be read (" + e.getMessage() + "). Check the disk.", e);
    }

    private void verify(StoredCheckpoint checkpoint) throws StoreException {
        try {
            CheckpointReader.Summary summary = new CheckpointReader(checkpoint, CHECKSUM).read(new Tables());
            testimony = Math.max(testimony, summary.highestLsn() + 1);
        } catch (CheckpointReader.DamagedException e) {
            damages.add(new Damage(checkpoint.description(), String.valueOf(e.getMessage())));
        }
    }

    private void verifyLog(Progress progress) throws IOException {
        List<SegmentHeader> headers = contents.headers();
        if (headers.isEmpty()) return;
        LogChain chain = new LogChain(headers, 0);
        SegmentScanner scanner = scanner(chain);
        for (int i = 0; i < headers.size(); i++) {
            SegmentHeader header = headers.get(i);
            long testified = testimony > header.baseLsn() && testimony <= header.endLsn() ? testimony : 0;
            if (i + 1 < headers.size())
                testified = Math.max(testified, testimonyOf(headers.get(i + 1), header, scanner));
            if (!isCold(i)) verify(header, chain.limitOf(header), testified, scanner);
            bytesDone += header.sizeBytes();
            progress.progress(bytesDone, (long) headers.size() * chain.largestSegmentBytes());
        }
    }

    private boolean isCold(int segment) {
        return contents.segments().get(segment).sharedFile() != 0;
    }

    /** Of what was copied out of old segments, all that the queues still have must be there. */
    private void verifyCold() throws IOException, StoreException {
        List<SegmentHeader> cold = new ArrayList<>();
        for (int i = 0; i < contents.segments().size(); i++) {
            if (isCold(i)) cold.add(contents.headers().get(i));
        }
        if (cold.isEmpty()) return;
        SegmentTable segments = new SegmentTable(new LargeBodies(body -> {}));
        for (SegmentHeader header : cold) segments.add(new Segment(header));
        RecordWindow window = new RecordWindow(store, cold.get(0).store(), CHECKSUM);
        Survivors living = new Survivors(List.copyOf(segments.all()));
        if (!tellLiving(living)) return;
        for (int i = 0; i < living.size(); i++) {
            long lsn = living.lsn(i);
            Segment segment = segments.of(lsn);
            if (segment == null) throw new IllegalStateException("no segment holds LSN " + lsn);
            records++;
            if (window.record(segment.header(), lsn, lsn) != null) continue;
            damages.add(new Damage(store.describe(lsn), "the message there is not what was written"));
        }
    }

    /** By the newest checkpoint that is whole; false if there is none. */
    private boolean tellLiving(Survivors living) throws StoreException {
        for (int i = contents.checkpoints().size() - 1; i >= 0; i--) {
            if (tellLiving(new CheckpointReader(contents.checkpoints().get(i), CHECKSUM), living)) return true;
        }
        return false;
    }

    private boolean tellLiving(CheckpointReader checkpoint, Survivors living) throws StoreException {
        try {
            Map<Long, long[]> large = new HashMap<>();
            checkpoint.forEachImage(
                    (base, totals) -> {},
                    large::put,
                    (queueId, image) -> images.living(image, lsn -> {
                        living.accept(lsn);
                        long[] pieces = large.remove(lsn);
                        if (pieces != null) for (long piece : pieces) living.accept(piece);
                    }));
            living.sort();
            return true;
        } catch (CheckpointReader.DamagedException e) {
            return false; // it has been reported
        }
    }

    /** What the next segment knows of the end of one, if it followed in the same life and nothing between them is gone. */
    private static long testimonyOf(SegmentHeader next, SegmentHeader header, SegmentScanner scanner)
            throws IOException {
        boolean follows = next.previousBaseLsn() == header.baseLsn() && next.epoch() == header.epoch();
        return follows ? scanner.firstDurableLsn(next) : 0;
    }

    private SegmentScanner scanner(LogChain chain) {
        StoreId id = contents.headers().get(0).store();
        return new SegmentScanner(store, id, CHECKSUM, chain.largestSegmentBytes());
    }

    /** @param testified what others know to have been durable below */
    private void verify(SegmentHeader header, long limitLsn, long testified, SegmentScanner scanner)
            throws IOException {
        boolean isCut = limitLsn < header.endLsn();
        long from = header.firstBatchLsn();
        while (from < limitLsn) {
            long bad = scanner.scan(header, from, limitLsn, new Counting());
            if (bad >= limitLsn) return;
            long durable = isCut ? limitLsn : Math.max(testified, scanner.testimonyAfter(header, bad));
            if (durable <= bad) {
                tornBytes += scanner.tornBytesAt(header, bad);
                return;
            }
            long next = scanner.nextBatch(header, bad, limitLsn);
            long lost = Math.min(next, Math.min(durable, header.endLsn())) - bad;
            damages.add(new Damage(
                    store.describe(bad), "what was written to " + lost + " bytes from there is not what is there"));
            from = next;
        }
    }

    private final class Counting implements SegmentScanner.Visitor<IOException> {
        @Override
        public void batch(BatchHeader header) {}

        @Override
        public void record(LogRecord record) {
            records++;
        }
    }

    /**
     * Tells the records of the log in its order, each in a line, as long as {@code wanted} says so.
     *
     * @param fromLsn those from there on
     */
    public void print(long fromLsn, Predicate<String> wanted) throws StoreException {
        if (contents.segments().isEmpty()) return;
        LogChain chain = new LogChain(contents.headers(), 0);
        SegmentScanner scanner = scanner(chain);
        try {
            for (SegmentHeader header : contents.headers()) {
                if (header.endLsn() <= fromLsn) continue;
                scanner.scan(header, header.firstBatchLsn(), chain.limitOf(header), new Printing(fromLsn, wanted));
            }
        } catch (Enough e) {
            return;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** No more is wanted. */
    private static final class Enough extends Exception {
        private static final long serialVersionUID = 1;
    }

    private record Printing(long fromLsn, Predicate<String> wanted) implements SegmentScanner.Visitor<Enough> {
        @Override
        public void batch(BatchHeader header) {}

        @Override
        public void record(LogRecord record) throws Enough {
            if (record.lsn() >= fromLsn && !wanted.test(record.lsn() + record.inWords())) throw new Enough();
        }
    }

    @Override
    public void close() throws StoreException {
        close(store);
    }

    private static void close(LogStore store) throws StoreException {
        try {
            store.close();
        } catch (IOException e) {
            throw new StoreException("The data directory cannot be released (" + e.getMessage() + ").", e);
        }
    }
}
