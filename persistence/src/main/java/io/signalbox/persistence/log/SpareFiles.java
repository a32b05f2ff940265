package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Files that wait to become segments: what segments have left, and a reserve for the case that the disk is full. Owned by the
 * housekeeper, and by the recovering thread before there is one.
 */
final class SpareFiles {
    static final String PREFIX = "spare-";
    private static final String SUFFIX = ".log";
    private static final String RESERVE_SUFFIX = "-reserve" + SUFFIX;
    private static final String NEXT_SUFFIX = "-next" + SUFFIX;
    private static final String TEMPORARY_SUFFIX = ".tmp";

    /** Each of another size: that of a first segment, and that of the others. */
    private static final int MOST = 2;

    private final Disk disk;
    private final AtomicLong occupiedBytes;
    private final List<Spare> spares = new ArrayList<>(MOST);
    private long nextFileNumber;

    /** Size of the first segment of this life, and of the file that is kept for a full disk. */
    private long reserveBytes;

    /** A file whose blocks are its own. */
    record Spare(String name, DiskFile file, long bytes) {}

    SpareFiles(Disk disk, AtomicLong occupiedBytes) {
        this.disk = disk;
        this.occupiedBytes = occupiedBytes;
    }

    /** A name for a file that is not finished. */
    String temporaryName() {
        return "fresh-" + nextFileNumber++ + TEMPORARY_SUFFIX;
    }

    static boolean isTemporary(String name) {
        return name.endsWith(TEMPORARY_SUFFIX);
    }

    /** Keeps a file that was found, or deletes it. */
    void found(String name, DiskFile file, long bytes) throws IOException {
        Spare spare = new Spare(name, file, bytes);
        if (isWanted(bytes)) spares.add(spare);
        else delete(spare);
    }

    /** Keeps what was a segment, if it is whole and wanted, or deletes it. */
    void retire(SegmentFile segment) throws IOException {
        long bytes = segment.bytes();
        boolean whole = bytes == segment.header().sizeBytes();
        if (whole && isWanted(bytes) && isKept(segment)) return;
        delete(new Spare(segment.name(), segment.file(), bytes));
        disk.forceDirectory();
    }

    /** False if there is no room for another name. */
    private boolean isKept(SegmentFile segment) throws IOException {
        String name = segment.name();
        if (!name.startsWith(PREFIX)) {
            name = PREFIX + String.format("%016x", segment.header().baseLsn()) + SUFFIX;
            try {
                disk.rename(segment.name(), name);
            } catch (DiskFullException e) {
                return false;
            }
            disk.forceDirectory();
        }
        spares.add(new Spare(name, segment.file(), segment.bytes()));
        return true;
    }

    /** Bytes of files that wait to be the next segment; the reserve is for others. */
    long nextSegmentBytes() {
        long bytes = 0;
        for (Spare spare : spares) if (spare.bytes != reserveBytes) bytes += spare.bytes;
        return bytes;
    }

    /**
     * A file of this size.
     *
     * @throws DiskFullException if there is none, and no room for one even when others are given up
     */
    Spare take(long bytes) throws IOException {
        Spare spare = find(bytes);
        if (spare != null) {
            spares.remove(spare);
            return spare;
        }
        while (true) {
            try {
                return create(bytes);
            } catch (DiskFullException e) {
                if (!giveUp(bytes == reserveBytes ? 0 : reserveBytes)) throw e;
            }
        }
    }

    /** A segment is ready: the first of a life says how large the reserve is, each later one that it is to be there. */
    void keepReserve(SegmentHeader ready) throws IOException {
        if (reserveBytes == 0) reserveBytes = ready.sizeBytes();
        if (reserveBytes == ready.sizeBytes() || !isWanted(reserveBytes)) return;
        keep(PREFIX + String.format("%016x", ready.baseLsn()) + RESERVE_SUFFIX, reserveBytes);
    }

    /** Keeps a file to be the segment after this one, if there is none and room for it; whether it made one. */
    boolean keepNext(SegmentHeader newest) throws IOException {
        long bytes = newest.sizeBytes();
        if (bytes == reserveBytes || !isWanted(bytes)) return false;
        return keep(PREFIX + String.format("%016x", newest.baseLsn()) + NEXT_SUFFIX, bytes);
    }

    /** Whether there was room. */
    private boolean keep(String name, long bytes) throws IOException {
        Spare fresh = null;
        try {
            fresh = create(bytes);
            disk.rename(fresh.name, name);
        } catch (DiskFullException e) {
            if (fresh != null) delete(fresh);
            return false;
        }
        spares.add(new Spare(name, fresh.file, fresh.bytes));
        return true;
    }

    /** Deletes one that is not the reserve; whether there was one. */
    boolean giveUpOne() throws IOException {
        return giveUp(reserveBytes);
    }

    /** Deletes any one, the reserve too; whether there was one. */
    boolean giveUpAny() throws IOException {
        return giveUp(0);
    }

    /**
     * Deletes the smallest that may go: the reserve before what may be the next segment.
     *
     * @param kept size of the spare that stays
     */
    private boolean giveUp(long kept) throws IOException {
        Spare found = null;
        for (Spare spare : spares) {
            if (spare.bytes != kept && (found == null || spare.bytes < found.bytes)) found = spare;
        }
        if (found == null) return false;
        spares.remove(found);
        delete(found);
        return true;
    }

    private boolean isWanted(long bytes) {
        return spares.size() < MOST && find(bytes) == null;
    }

    private @Nullable Spare find(long bytes) {
        for (Spare spare : spares) if (spare.bytes == bytes) return spare;
        return null;
    }

    private Spare create(long bytes) throws IOException {
        // Found out by writing, it would take the last of the disk from others for a moment, again at each try.
        if (disk.space().usableBytes() < bytes) throw new DiskFullException("No space left for " + bytes + " bytes");
        String name = temporaryName();
        DiskFile file = disk.create(name);
        try {
            file.preallocate(bytes);
        } catch (DiskFullException e) {
            file.close();
            disk.delete(name);
            throw e;
        }
        occupiedBytes.addAndGet(bytes);
        return new Spare(name, file, bytes);
    }

    /** Gives up a file that was taken. */
    void delete(Spare spare) throws IOException {
        spare.file.close();
        disk.delete(spare.name);
        occupiedBytes.addAndGet(-spare.bytes);
    }

    void close() throws IOException {
        for (Spare spare : spares) spare.file.close();
        spares.clear();
    }
}
