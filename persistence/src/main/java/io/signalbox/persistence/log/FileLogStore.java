package io.signalbox.persistence.log;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.disk.DiskSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The log as files of one directory: {@code seg-*.log} hold batches, {@code cold-*.log} what is left of old segments, {@code
 * spare-*.log} wait to be used again, {@code checkpoint-*.idx} are published checkpoints, {@code *.damaged} were some, {@code
 * *.tmp} were never finished.
 *
 * <p>Headers are trusted, not names, with one exception that makes a damaged header tell itself from an unfinished one: a
 * header is only ever written while its file is called {@code spare-*} or {@code *.tmp}, and that name is durable by then.
 * So an unreadable header under the name of a segment is damage. Where several files have a segment, the one that was written last
 * has it: a {@code cold-*} before any other, the one with the highest number before the others.
 *
 * <p>Owners as in {@link LogStore}; the map of segments is safe for all of them. A lock keeps a file from being given away while
 * someone reads from it; the log thread never takes it.
 */
public final class FileLogStore implements LogStore {
    private static final String SEGMENT_PREFIX = "seg-";
    private static final String COLD_PREFIX = "cold-";
    private static final String SEGMENT_SUFFIX = ".log";

    private final Disk disk;
    private final Checksum checksum;
    private final UnreadableFiles unreadable;
    private final ConcurrentSkipListMap<Long, SegmentBytes> segments = new ConcurrentSkipListMap<>();
    private final ReentrantReadWriteLock reading = new ReentrantReadWriteLock();
    private final AtomicLong occupiedBytes = new AtomicLong();
    private final ColdStretches stretches = new ColdStretches();
    private final SpareFiles spares;
    private final CheckpointFiles checkpoints;
    private final Map<String, StoreException> unknown = new TreeMap<>();
    private final List<SegmentFile> withoutHeader = new ArrayList<>();
    private @Nullable SegmentFile active;
    private long appendedEnd;
    private long highestColdNumber;

    public FileLogStore(Disk disk) {
        this(disk, Checksum.CRC32C);
    }

    public FileLogStore(Disk disk, Checksum checksum) {
        this(disk, checksum, (name, others, why) -> {
            throw why;
        });
    }

    /** One that may go without some files. */
    public FileLogStore(Disk disk, Checksum checksum, UnreadableFiles unreadable) {
        this.disk = disk;
        this.checksum = checksum;
        this.unreadable = unreadable;
        this.spares = new SpareFiles(disk, occupiedBytes);
        this.checkpoints = new CheckpointFiles(disk, occupiedBytes, spares::giveUpAny);
    }

    /** Whether a file of this name only waits to be used again. */
    public static boolean isSpare(String name) {
        return name.startsWith(SpareFiles.PREFIX);
    }

    @Override
    public String describe(long lsn) {
        Map.Entry<Long, SegmentBytes> entry = segments.floorEntry(lsn);
        return (entry == null ? "LSN " + lsn : entry.getValue().describe(lsn)) + " of " + disk.description();
    }

    @Override
    public Contents open() throws StoreException {
        disk.lock();
        try {
            // After a kill names and bytes may only be in memory: what is read from here on must not go away again.
            disk.forceDirectory();
            List<String> names = disk.list();
            openCold(names);
            for (String name : names) {
                if (SpareFiles.isTemporary(name)) disk.delete(name);
                else if (!name.endsWith(SEGMENT_SUFFIX)) checkpoints.found(name);
                else if (!name.startsWith(COLD_PREFIX)) openSegment(name);
            }
            for (Map.Entry<String, StoreException> each : unknown.entrySet())
                openUnknown(each.getKey(), each.getValue());
            return new Contents(stored(), checkpoints.open());
        } catch (IOException e) {
            throw new StoreException(
                    "Data directory " + disk.description() + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private List<StoredSegment> stored() {
        return segments.values().stream()
                .map(each -> new StoredSegment(each.header(), each.bytes(), each.sharedFile()))
                .toList();
    }

    private void openUnknown(String name, StoreException why) throws IOException, StoreException {
        List<SegmentHeader> others = new Contents(stored(), List.of()).headers();
        Optional<SegmentHeader> header = unreadable.found(name, others, why);
        if (header.isEmpty()) return;
        DiskFile file = disk.open(name);
        SegmentFile segment = new SegmentFile(header.get(), name, file, file.size());
        occupiedBytes.addAndGet(segment.bytes());
        segments.put(segment.header().baseLsn(), segment);
        withoutHeader.add(segment);
    }

    /** Writes the headers that {@link UnreadableFiles} has told, durably. */
    public void writeHeaders() throws IOException {
        for (SegmentFile segment : withoutHeader) {
            segment.file().write(0, segment.header().encode(checksum));
            segment.file().force();
        }
        withoutHeader.clear();
    }

    private void openCold(List<String> names) throws IOException, StoreException {
        List<ColdFile> files = new ArrayList<>();
        for (String name : names) {
            if (!name.startsWith(COLD_PREFIX) || !name.endsWith(SEGMENT_SUFFIX)) continue;
            DiskFile file = disk.open(name);
            file.force();
            try {
                files.add(ColdFile.open(file, name, checksum, stretches));
            } catch (ColdFile.NewerFormatException e) {
                throw newerFormat(e.format(), ColdFile.FORMAT_VERSION);
            } catch (IOException e) {
                file.close();
                unknown.put(name, damaged(name, String.valueOf(e.getMessage())));
            }
        }
        files.sort(Comparator.comparingLong(ColdFile::number).reversed());
        for (ColdFile file : files) {
            highestColdNumber = Math.max(highestColdNumber, file.number());
            occupiedBytes.addAndGet(file.bytes());
            for (ColdSegment segment : List.copyOf(file.segments())) {
                if (segments.putIfAbsent(segment.header().baseLsn(), segment) != null) dropCold(segment);
            }
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
                occupiedBytes.addAndGet(bytes);
                SegmentBytes twin = segments.putIfAbsent(segment.header().baseLsn(), segment);
                if (twin instanceof ColdSegment) spares.retire(segment);
                else if (twin != null) throw damaged(name, "it has the address of another segment");
            }
            case NEWER_FORMAT -> throw newerFormat(header.getInt(4), SegmentHeader.FORMAT_VERSION);
            case UNREADABLE -> {
                if (name.startsWith(SpareFiles.PREFIX)) {
                    occupiedBytes.addAndGet(bytes);
                    spares.found(name, file, bytes);
                } else {
                    file.close();
                    unknown.put(name, damaged(name, "its header is unreadable"));
                }
            }
        }
    }

    private StoreException newerFormat(int format, int newest) {
        return new StoreException("Data directory " + disk.description()
                + " was written by a newer Signalbox (format " + format + ", this one reads up to " + newest
                + "); start that version instead.");
    }

    private StoreException damaged(String name, String how) {
        return new StoreException(
                "The log is damaged in segment " + name + " of " + disk.description() + " at offset 0: " + how
                        + "; restore the directory from a backup, or see what `signalbox data rebuild` can bring"
                        + " back.");
    }

    @Override
    public void prepare(SegmentHeader header) throws IOException {
        SpareFiles.Spare spare = spares.take(header.sizeBytes());
        String name = SEGMENT_PREFIX + String.format("%016x", header.baseLsn()) + SEGMENT_SUFFIX;
        try {
            spare.file().write(0, header.encode(checksum));
            spare.file().force();
            disk.rename(spare.name(), name);
        } catch (DiskFullException e) {
            spares.delete(spare);
            disk.forceDirectory(); // or it comes back with that header, beside the segment that will have it
            throw e;
        }
        disk.forceDirectory();
        segments.put(header.baseLsn(), new SegmentFile(header, name, spare.file(), spare.bytes()));
        if (header.previousEndLsn() != 0) trim(header.previousBaseLsn(), header.previousEndLsn());
        spares.keepReserve(header);
    }

    @Override
    public Upkeep upkeep() {
        return spares;
    }

    private void trim(long baseLsn, long endLsn) throws IOException {
        if (!(segments.get(baseLsn) instanceof SegmentFile segment) || endLsn - baseLsn >= segment.bytes()) return;
        segment.file().truncate(endLsn - baseLsn);
        occupiedBytes.addAndGet(endLsn - baseLsn - segment.bytes());
        segments.put(baseLsn, new SegmentFile(segment.header(), segment.name(), segment.file(), endLsn - baseLsn));
    }

    @Override
    public void append(long lsn, ByteBuffer batch) throws IOException {
        if (!(segmentOf(lsn) instanceof SegmentFile segment)
                || lsn + batch.remaining() > segment.header().endLsn()) {
            throw new IOException("no segment is ready for " + batch.remaining() + " bytes at LSN " + lsn);
        }
        active = segment;
        appendedEnd = lsn + batch.remaining();
        segment.file().write(lsn - segment.header().baseLsn(), batch);
    }

    private @Nullable SegmentBytes segmentOf(long lsn) {
        Map.Entry<Long, SegmentBytes> entry = segments.floorEntry(lsn);
        if (entry == null || lsn >= entry.getValue().header().endLsn()) return null;
        return entry.getValue();
    }

    @Override
    public long force() throws IOException {
        if (active != null) active.file().force();
        return appendedEnd;
    }

    @Override
    public int read(long lsn, ByteBuffer target) throws IOException {
        reading.readLock().lock();
        try {
            SegmentBytes segment = segmentOf(lsn);
            return segment == null ? 0 : segment.read(lsn, target);
        } finally {
            reading.readLock().unlock();
        }
    }

    @Override
    public Copied copied(long fromLsn) throws IOException {
        reading.readLock().lock();
        try {
            if (segmentOf(fromLsn) instanceof ColdSegment segment) return segment.next(fromLsn, disk.description());
            throw new IOException("no segment that was copied holds LSN " + fromLsn);
        } finally {
            reading.readLock().unlock();
        }
    }

    @Override
    public Compaction compact(List<Long> baseLsns) {
        List<SegmentBytes> old = new ArrayList<>();
        for (long base : baseLsns) {
            SegmentBytes segment = segments.get(base);
            if (segment != null) old.add(segment);
        }
        return new FileCompaction(old);
    }

    private final class FileCompaction implements Compaction {
        private final List<SegmentBytes> old;
        private @Nullable ColdFileWriter writer;
        private String temporaryName = "";
        private long number;

        FileCompaction(List<SegmentBytes> old) {
            this.old = old;
        }

        @Override
        public void append(long lsn, ByteBuffer record) throws IOException {
            if (writer == null) writer = create();
            writer.append(lsn, record);
        }

        private ColdFileWriter create() throws IOException {
            temporaryName = spares.temporaryName();
            List<SegmentHeader> headers = old.stream().map(SegmentBytes::header).toList();
            DiskFile file = disk.create(temporaryName);
            number = ++highestColdNumber;
            return new ColdFileWriter(file, checksum, number, headers, spares::giveUpOne);
        }

        @Override
        public long publish() throws IOException {
            ColdFileWriter written = writer;
            if (written == null) {
                replace(List.of());
                return 0;
            }
            written.finish();
            String name = COLD_PREFIX + String.format("%016x", number) + SEGMENT_SUFFIX;
            disk.rename(temporaryName, name);
            disk.forceDirectory();
            ColdFile file = written.written(name, stretches);
            occupiedBytes.addAndGet(file.bytes());
            replace(List.copyOf(file.segments()));
            return file.number();
        }

        private void replace(List<ColdSegment> by) throws IOException {
            reading.writeLock().lock();
            try {
                for (SegmentBytes segment : old)
                    segments.remove(segment.header().baseLsn());
                for (ColdSegment segment : by) segments.put(segment.header().baseLsn(), segment);
            } finally {
                reading.writeLock().unlock();
            }
            for (SegmentBytes segment : old) {
                if (segment instanceof SegmentFile own) spares.retire(own);
                else if (segment instanceof ColdSegment shared) dropCold(shared);
            }
        }

        @Override
        public void discard() throws IOException {
            if (writer == null) return;
            writer.close();
            disk.delete(temporaryName);
        }
    }

    private void dropCold(ColdSegment segment) throws IOException {
        ColdFile file = segment.file();
        if (file.drop(segment)) return;
        file.close();
        disk.delete(file.name());
        disk.forceDirectory();
        occupiedBytes.addAndGet(-file.bytes());
    }

    @Override
    public PendingCheckpoint createCheckpoint() throws IOException {
        return checkpoints.create();
    }

    @Override
    public Room room() {
        DiskSpace space = disk.space();
        long spare = spares.waitingBytes();
        long usable = space.usableBytes() + Math.min(spare, Long.MAX_VALUE - space.usableBytes());
        long occupied = occupiedBytes.get();
        return new Room(space.totalBytes(), usable, occupied - spare, occupied);
    }

    @Override
    public void close() throws IOException {
        try {
            for (SegmentBytes segment : segments.values()) {
                if (segment instanceof SegmentFile own) own.file().close();
                else if (segment instanceof ColdSegment shared) shared.file().close();
            }
            spares.close();
            checkpoints.close();
        } finally {
            segments.clear();
            disk.close();
        }
    }
}
