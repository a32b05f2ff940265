package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The checkpoints of a {@link FileLogStore}: written under a temporary name, forced, renamed, the directory forced; only
 * then are older ones deleted, but for the one before. Owned by the housekeeper, and by the recovering thread before there is
 * one.
 */
final class CheckpointFiles {
    private static final String PREFIX = "checkpoint-";
    private static final String SUFFIX = ".idx";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    private static final String DAMAGED_SUFFIX = ".damaged";

    /** The newest, and the one before should that be damaged. */
    private static final int KEPT = 2;

    private final Disk disk;
    private final AtomicLong occupiedBytes;
    private final MakesRoom reserve;
    private final TreeMap<Long, Long> publishedBytes = new TreeMap<>();
    private long highestNumber;
    /** Of those that were found, by number: a start reads them. */
    private final Map<Long, DiskFile> openFiles = new HashMap<>();

    CheckpointFiles(Disk disk, AtomicLong occupiedBytes, MakesRoom reserve) {
        this.disk = disk;
        this.occupiedBytes = occupiedBytes;
        this.reserve = reserve;
    }

    /** Notes a file of the directory, if it is a checkpoint. */
    void found(String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) return;
        String number = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        if (!number.matches("[0-9a-f]{16}")) return;
        publishedBytes.put(Long.parseUnsignedLong(number, 16), 0L);
        highestNumber = Math.max(highestNumber, publishedBytes.lastKey());
    }

    /** All that were found, oldest first. */
    List<StoredCheckpoint> open() throws IOException {
        List<StoredCheckpoint> checkpoints = new ArrayList<>();
        for (Map.Entry<Long, Long> entry : publishedBytes.entrySet()) {
            DiskFile file = disk.open(name(entry.getKey(), SUFFIX));
            openFiles.put(entry.getKey(), file);
            entry.setValue(file.size());
            occupiedBytes.addAndGet(file.size());
            checkpoints.add(new Stored(entry.getKey(), file));
        }
        return checkpoints;
    }

    private static String name(long number, String suffix) {
        return PREFIX + String.format("%016x", number) + suffix;
    }

    PendingCheckpoint create() throws IOException {
        long number = ++highestNumber;
        return new Pending(number, disk.create(name(number, TEMPORARY_SUFFIX)));
    }

    void close() throws IOException {
        for (DiskFile file : openFiles.values()) file.close();
        openFiles.clear();
    }

    private final class Stored implements StoredCheckpoint {
        private final long number;
        private final DiskFile file;

        Stored(long number, DiskFile file) {
            this.number = number;
            this.file = file;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public String description() {
            return name(number, SUFFIX) + " of " + disk.description();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public long bytes() throws IOException {
            return file.size();
        }

        @Override
        public void keep() {
            publishedBytes.remove(number);
        }

        @Override
        public void setAside() throws IOException {
            disk.rename(name(number, SUFFIX), name(number, DAMAGED_SUFFIX));
            disk.forceDirectory();
            publishedBytes.remove(number);
        }
    }

    private final class Pending implements PendingCheckpoint {
        private final long number;
        private final DiskFile file;
        private long length;

        Pending(long number, DiskFile file) {
            this.number = number;
            this.file = file;
        }

        @Override
        public void append(ByteBuffer bytes) throws IOException {
            int start = bytes.position();
            while (true) {
                try {
                    file.write(length, bytes);
                    length += bytes.position() - start;
                    return;
                } catch (DiskFullException e) {
                    if (!reserve.makeRoom()) throw e;
                    bytes.position(start);
                }
            }
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void publish() throws IOException {
            file.close();
            disk.rename(name(number, TEMPORARY_SUFFIX), name(number, SUFFIX));
            disk.forceDirectory();
            occupiedBytes.addAndGet(length);
            publishedBytes.put(number, length);
            while (publishedBytes.size() > KEPT) {
                Map.Entry<Long, Long> oldest = publishedBytes.firstEntry();
                disk.delete(name(oldest.getKey(), SUFFIX));
                DiskFile open = openFiles.remove(oldest.getKey());
                if (open != null) open.close(); // while it is open the disk has its bytes
                occupiedBytes.addAndGet(-oldest.getValue());
                publishedBytes.remove(oldest.getKey());
            }
        }

        @Override
        public void discard() throws IOException {
            file.close();
            disk.delete(name(number, TEMPORARY_SUFFIX));
        }
    }
}
