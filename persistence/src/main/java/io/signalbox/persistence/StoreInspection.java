package io.signalbox.persistence;

import io.signalbox.broker.store.ImageReader;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.NioDisk;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.FileLogStore;
import io.signalbox.persistence.log.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    private final List<String> unreadable;
    private Tables tables = new Tables();

    /** Told how far the reading is. */
    public interface Progress {
        void progress(long bytesDone, long bytesTotal);
    }

    private StoreInspection(LogStore store, LogStore.Contents contents, ImageReader images, List<String> unreadable) {
        this.store = store;
        this.contents = contents;
        this.images = images;
        this.unreadable = unreadable;
    }

    /**
     * Opens it.
     *
     * @param images for what a checkpoint has of the queues
     * @throws StoreException if there is no store, or a broker has it
     */
    public static StoreInspection open(Path directory, ImageReader images) throws StoreException {
        if (!Files.isDirectory(directory)) {
            throw new StoreException("There is no data directory " + directory + "; name another with --data.");
        }
        return open(new NioDisk(directory), images);
    }

    /** The same over any disk. */
    public static StoreInspection open(Disk disk, ImageReader images) throws StoreException {
        List<String> unreadable = new ArrayList<>();
        FileLogStore store = new FileLogStore(disk, CHECKSUM, (name, others, why) -> {
            unreadable.add(String.valueOf(why.getMessage()));
            return Optional.empty();
        });
        boolean opened = false;
        try {
            StoreInspection inspection = new StoreInspection(store, store.open(), images, unreadable);
            opened = true;
            return inspection;
        } finally {
            if (!opened) close(store);
        }
    }

    /** Reads everything. */
    public Findings verify(Progress progress) throws StoreException {
        try {
            LogVerification verification = new LogVerification(store, contents, images, CHECKSUM, progress);
            Findings found = verification.run();
            tables = verification.tables();
            return found;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Files of the log that cannot even be told to be part of it, each with what is wrong with it, in a sentence. */
    public List<String> unreadableFiles() {
        return unreadable;
    }

    /** A table as the next start will have it, as far as {@link #verify} could read. */
    public StateTable table(String name) {
        return tables.table(name);
    }

    private static StoreException unreadable(IOException e) {
        return new StoreException("The log cannot be read (" + e.getMessage() + "). Check the disk.", e);
    }

    /**
     * Tells the records of the log in its order, each in a line, as long as {@code wanted} says so; those in copies too.
     *
     * @param fromLsn those from there on
     */
    public void print(long fromLsn, Predicate<String> wanted) throws StoreException {
        if (contents.segments().isEmpty()) return;
        LogChain chain = new LogChain(contents.headers(), 0);
        LogWalk walk = new LogWalk(store, contents, chain, 0, CHECKSUM);
        try {
            for (int i = 0; i < contents.segments().size(); i++) {
                if (contents.headers().get(i).endLsn() <= fromLsn) continue;
                boolean isCopy = contents.segments().get(i).sharedFile() != 0;
                // A batch may begin before what is wanted of it.
                walk.segment(i, isCopy ? fromLsn : 0, new Printing(fromLsn, isCopy ? " (copied)" : "", wanted));
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

    private record Printing(long fromLsn, String remark, Predicate<String> wanted) implements LogWalk.Visitor<Enough> {
        @Override
        public void record(LogRecord record) throws Enough {
            tell(record.lsn(), record.inWords() + remark);
        }

        @Override
        public void gap(long gapFrom, long gapTo, Set<Long> named) throws Enough {
            tell(gapFrom, " not what was written there");
        }

        void tell(long lsn, String words) throws Enough {
            if (lsn >= fromLsn && !wanted.test(lsn + words)) throw new Enough();
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
