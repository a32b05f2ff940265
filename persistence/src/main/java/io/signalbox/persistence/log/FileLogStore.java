package io.signalbox.persistence.log;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The log as files of one directory: {@code seg-*.log} hold batches, {@code spare-*.log} wait to be used again, {@code
 * checkpoint-*.idx} are published checkpoints, {@code *.damaged} were some, {@code *.tmp} were never finished.
 *
 * <p>Headers are trusted, not names, with one exception that makes a damaged header tell itself from an unfinished one: a
 * header is only ever written while its file is called {@code spare-*} or {@code *.tmp}, and that name is durable by then.
 * So an unreadable header under the name of a segment is damage.
 *
 * <p>Owners as in {@link LogStore}; the map of segments is safe for all of them.
 */
public final class FileLogStore implements LogStore {
    private static final String SEGMENT_PREFIX = "seg-";
    private static final String SPARE_PREFIX = "spare-";
    private static final String SEGMENT_SUFFIX = ".log";
    private static final String RESERVE_SUFFIX = "-reserve" + SEGMENT_SUFFIX;
    private static final String TEMPORARY_SUFFIX = ".tmp";

    /** Spare files kept for reuse, each of another size: that of a first segment, and that of the others. */
    private static final int MOST_SPARES = 2;

    private final Disk disk;
    private final Checksum checksum;
    private final ConcurrentSkipListMap<Long, SegmentFile> segments = new ConcurrentSkipListMap<>();
    private final List<SpareFile> spares = new ArrayList<>(MOST_SPARES);
    private final AtomicLong occupiedBytes = new AtomicLong();
    private final CheckpointFiles checkpoints;
    private @Nullable SegmentFile active;
    private long appendedEnd;
    private long nextFileNumber;

    /** Size of the first segment of this life, and of the file that is kept for a full disk. */
    private long reserveBytes;

    private record SegmentFile(SegmentHeader header, String name, DiskFile file, long bytes) {}

    private record SpareFile(String name, DiskFile file, long bytes) {}

    public FileLogStore(Disk disk) {
        this(disk, Checksum.CRC32C);
    }

    public FileLogStore(Disk disk, Checksum checksum) {
        this.disk = disk;
        this.checksum = checksum;
        this.checkpoints = new CheckpointFiles(disk, occupiedBytes, () -> giveUpSpare(0));
    }

    @Override
    public String describe(long lsn) {
        Map.Entry<Long, SegmentFile> entry = segments.floorEntry(lsn);
        if (entry == null) return "LSN " + lsn + " in " + disk.description();
        SegmentFile segment = entry.getValue();
        return "segment " + segment.name + " of " + disk.description() + " at offset "
                + (lsn - segment.header.baseLsn());
    }

    @Override
    public Contents open() throws StoreException {
        disk.lock();
        try {
            // After a kill names and bytes may only be in memory: what is read from here on must not go away again.
            disk.forceDirectory();
            for (String name : disk.list()) {
                if (name.endsWith(TEMPORARY_SUFFIX)) {
                    disk.delete(name);
                } else if (name.endsWith(SEGMENT_SUFFIX)) {
                    openSegment(name);
                } else {
                    checkpoints.found(name);
                }
            }
            List<SegmentHeader> headers = new ArrayList<>();
            for (SegmentFile segment : segments.values()) headers.add(segment.header);
            return new Contents(headers, checkpoints.open());
        } catch (IOException e) {
            throw new StoreException(
                    "Data directory " + disk.description() + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private void openSegment(String name) throws IOException, StoreException {
        DiskFile file = disk.open(name);
        file.force();
        long bytes = file.size();
        ByteBuffer header = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.read(0, header);
        switch (SegmentHeader.kindOf(header.flip(), checksum)) {
            case SEGMENT -> {
                SegmentFile segment = new SegmentFile(SegmentHeader.decode(header), name, file, bytes);
                SegmentFile twin = segments.put(segment.header.baseLsn(), segment);
                if (twin != null) throw damaged(name, "it has the address of " + twin.name);
                occupiedBytes.addAndGet(bytes);
            }
            case NEWER_FORMAT ->
                throw new StoreException("Data directory " + disk.description()
                        + " was written by a newer Signalbox (format " + header.getInt(4) + ", this one reads up to "
                        + SegmentHeader.FORMAT_VERSION + "); start that version instead.");
            case UNREADABLE -> {
                if (!name.startsWith(SPARE_PREFIX)) throw damaged(name, "its header is unreadable");
                occupiedBytes.addAndGet(bytes);
                SpareFile spare = new SpareFile(name, file, bytes);
                if (isSpareWanted(bytes)) spares.add(spare);
                else delete(spare);
            }
        }
    }

    private StoreException damaged(String name, String how) {
        return new StoreException("The log is damaged in segment " + name + " of " + disk.description()
                + " at offset 0: " + how + "; restore the directory from a backup.");
    }

    @Override
    public void prepare(SegmentHeader header) throws IOException {
        SpareFile spare = takeSpare(header.sizeBytes());
        if (spare == null) spare = createFile(header.sizeBytes());
        spare.file.write(0, header.encode(checksum));
        spare.file.force();
        String name = SEGMENT_PREFIX + String.format("%016x", header.baseLsn()) + SEGMENT_SUFFIX;
        disk.rename(spare.name, name);
        disk.forceDirectory();
        segments.put(header.baseLsn(), new SegmentFile(header, name, spare.file, spare.bytes));
        if (reserveBytes == 0) reserveBytes = header.sizeBytes();
        else if (reserveBytes != header.sizeBytes()) keepReserve(header.baseLsn());
    }

    /** The next start's first segment, if it comes to that; the room of a checkpoint, should the disk be full before. */
    private void keepReserve(long uniqueLsn) throws IOException {
        if (!isSpareWanted(reserveBytes)) return;
        SpareFile fresh;
        try {
            fresh = createFileBesideSpares(reserveBytes);
        } catch (DiskFullException e) {
            return;
        }
        String name = SPARE_PREFIX + String.format("%016x", uniqueLsn) + RESERVE_SUFFIX;
        disk.rename(fresh.name, name);
        spares.add(new SpareFile(name, fresh.file, fresh.bytes));
    }

    private @Nullable SpareFile takeSpare(long bytes) {
        for (SpareFile spare : spares) {
            if (spare.bytes != bytes) continue;
            spares.remove(spare);
            return spare;
        }
        return null;
    }

    private boolean isSpareWanted(long bytes) {
        return spares.size() < MOST_SPARES && spares.stream().noneMatch(spare -> spare.bytes == bytes);
    }

    private SpareFile createFile(long bytes) throws IOException {
        while (true) {
            try {
                return createFileBesideSpares(bytes);
            } catch (DiskFullException e) {
                if (!giveUpSpare(bytes == reserveBytes ? 0 : reserveBytes)) throw e;
            }
        }
    }

    /** @param kept size of the spare that stays */
    private boolean giveUpSpare(long kept) throws IOException {
        for (SpareFile spare : spares) {
            if (spare.bytes == kept) continue;
            spares.remove(spare);
            delete(spare);
            return true;
        }
        return false;
    }

    private SpareFile createFileBesideSpares(long bytes) throws IOException {
        String name = "fresh-" + nextFileNumber++ + TEMPORARY_SUFFIX;
        DiskFile file = disk.create(name);
        try {
            file.preallocate(bytes);
        } catch (DiskFullException e) {
            file.close();
            disk.delete(name);
            throw e;
        }
        occupiedBytes.addAndGet(bytes);
        return new SpareFile(name, file, bytes);
    }

    @Override
    public void append(long lsn, ByteBuffer batch) throws IOException {
        SegmentFile segment = segmentOf(lsn);
        if (segment == null || lsn + batch.remaining() > segment.header.endLsn()) {
            throw new IOException("no segment is ready for " + batch.remaining() + " bytes at LSN " + lsn);
        }
        active = segment;
        appendedEnd = lsn + batch.remaining();
        segment.file.write(lsn - segment.header.baseLsn(), batch);
    }

    private @Nullable SegmentFile segmentOf(long lsn) {
        Map.Entry<Long, SegmentFile> entry = segments.floorEntry(lsn);
        if (entry == null || lsn >= entry.getValue().header.endLsn()) return null;
        return entry.getValue();
    }

    @Override
    public long force() throws IOException {
        if (active != null) active.file.force();
        return appendedEnd;
    }

    @Override
    public int read(long lsn, ByteBuffer target) throws IOException {
        SegmentFile segment = segmentOf(lsn);
        if (segment == null) return 0;
        int limit = target.limit();
        long left = segment.header.endLsn() - lsn;
        if (target.remaining() > left) target.limit(target.position() + (int) left);
        int count = segment.file.read(lsn - segment.header.baseLsn(), target);
        target.limit(limit);
        return count;
    }

    @Override
    public void release(long baseLsn, long endLsn) throws IOException {
        SegmentFile segment = segments.get(baseLsn);
        if (segment == null) return;
        if (endLsn > baseLsn) {
            trim(segment, endLsn - baseLsn);
            return;
        }
        segments.remove(baseLsn);
        if (segment.bytes == segment.header.sizeBytes() && isSpareWanted(segment.bytes)) {
            retire(segment);
        } else {
            delete(new SpareFile(segment.name, segment.file, segment.bytes));
            disk.forceDirectory();
        }
    }

    private void trim(SegmentFile segment, long bytes) throws IOException {
        if (bytes >= segment.bytes) return;
        segment.file.truncate(bytes);
        occupiedBytes.addAndGet(bytes - segment.bytes);
        segments.put(segment.header.baseLsn(), new SegmentFile(segment.header, segment.name, segment.file, bytes));
    }

    private void retire(SegmentFile segment) throws IOException {
        String name = segment.name;
        if (!name.startsWith(SPARE_PREFIX)) {
            name = SPARE_PREFIX + String.format("%016x", segment.header.baseLsn()) + SEGMENT_SUFFIX;
            disk.rename(segment.name, name);
            disk.forceDirectory();
        }
        spares.add(new SpareFile(name, segment.file, segment.bytes));
    }

    private void delete(SpareFile spare) throws IOException {
        spare.file.close();
        disk.delete(spare.name);
        occupiedBytes.addAndGet(-spare.bytes);
    }

    @Override
    public PendingCheckpoint createCheckpoint() throws IOException {
        return checkpoints.create();
    }

    @Override
    public long occupiedBytes() {
        return occupiedBytes.get();
    }

    @Override
    public void close() throws IOException {
        try {
            for (SegmentFile segment : segments.values()) segment.file.close();
            for (SpareFile spare : spares) spare.file.close();
            checkpoints.close();
        } finally {
            segments.clear();
            spares.clear();
            disk.close();
        }
    }
}
