package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The snapshots of a {@link FileLogStore}: written under a temporary name, forced, renamed, the directory forced; only
 * then are older ones deleted. Owned by the housekeeper, and by the recovering thread before there is one.
 */
final class SnapshotFiles {
    private static final String PREFIX = "snapshot-";
    private static final String SUFFIX = ".snap";
    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final Disk disk;
    private final AtomicLong occupiedBytes;
    private final TreeMap<Long, Long> publishedBytes = new TreeMap<>();
    private final List<DiskFile> openFiles = new ArrayList<>();

    SnapshotFiles(Disk disk, AtomicLong occupiedBytes) {
        this.disk = disk;
        this.occupiedBytes = occupiedBytes;
    }

    /** Notes a file of the directory, if it is a snapshot. */
    void found(String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) return;
        String lsn = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        if (lsn.matches("[0-9a-f]{16}")) publishedBytes.put(Long.parseUnsignedLong(lsn, 16), 0L);
    }

    /** All that were found, oldest first. */
    List<StoredSnapshot> open() throws IOException {
        List<StoredSnapshot> snapshots = new ArrayList<>();
        for (Map.Entry<Long, Long> entry : publishedBytes.entrySet()) {
            DiskFile file = disk.open(name(entry.getKey(), SUFFIX));
            openFiles.add(file);
            entry.setValue(file.size());
            occupiedBytes.addAndGet(file.size());
            snapshots.add(new Stored(entry.getKey(), file));
        }
        snapshots.sort(Comparator.comparingLong(StoredSnapshot::coveredLsn));
        return snapshots;
    }

    private static String name(long coveredLsn, String suffix) {
        return PREFIX + String.format("%016x", coveredLsn) + suffix;
    }

    PendingSnapshot create(long coveredLsn) throws IOException {
        return new Pending(coveredLsn, disk.create(name(coveredLsn, TEMPORARY_SUFFIX)));
    }

    void close() throws IOException {
        for (DiskFile file : openFiles) file.close();
        openFiles.clear();
    }

    private final class Stored implements StoredSnapshot {
        private final long coveredLsn;
        private final DiskFile file;

        Stored(long coveredLsn, DiskFile file) {
            this.coveredLsn = coveredLsn;
            this.file = file;
        }

        @Override
        public long coveredLsn() {
            return coveredLsn;
        }

        @Override
        public String description() {
            return name(coveredLsn, SUFFIX) + " of " + disk.description();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }
    }

    private final class Pending implements PendingSnapshot {
        private final long coveredLsn;
        private final DiskFile file;
        private long length;

        Pending(long coveredLsn, DiskFile file) {
            this.coveredLsn = coveredLsn;
            this.file = file;
        }

        @Override
        public void append(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            file.write(length, bytes);
            length += count;
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void publish() throws IOException {
            file.close();
            disk.rename(name(coveredLsn, TEMPORARY_SUFFIX), name(coveredLsn, SUFFIX));
            disk.forceDirectory();
            occupiedBytes.addAndGet(length);
            for (Map.Entry<Long, Long> older :
                    publishedBytes.headMap(coveredLsn).entrySet()) {
                disk.delete(name(older.getKey(), SUFFIX));
                occupiedBytes.addAndGet(-older.getValue());
            }
            publishedBytes.headMap(coveredLsn).clear();
            publishedBytes.put(coveredLsn, length);
        }

        @Override
        public void discard() throws IOException {
            file.close();
            disk.delete(name(coveredLsn, TEMPORARY_SUFFIX));
        }
    }
}
