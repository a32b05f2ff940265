package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Files that wait to become segments: what segments have left, and a reserve for the case that the disk is full. Owned by the
 * housekeeper, and by the recovering thread before there is one.
 */
final class SpareFiles implements Upkeep {
    static final String PREFIX = "spare-";
    private static final String SUFFIX = ".log";
    private static final String RESERVE_SUFFIX = "-reserve" + SUFFIX;
    private static final String NEXT_SUFFIX = "-next" + SUFFIX;
    private static final String TEMPORARY_SUFFIX = ".tmp";

    /** Each of another size: that of a first segment, and that of the others. */
    private static final int MOST = 2;

    /** A file system that tells its device what is free makes every force wait that comes meanwhile: 50 ms for 240 MiB. */
    private static final long MOST_FREED_BYTES = 4 << 20;

    private final Disk disk;
    private final AtomicLong occupiedBytes;
    private final List<Spare> spares = new ArrayList<>(MOST);

    /** Have no names any more, and still have room. */
    private final Deque<Spare> givenUp = new ArrayDeque<>();

    /** What is being made, as large as it is so far; null = nothing is. */
    private @Nullable Spare growing;

    /** How large that will be. */
    private long grownBytes;

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

    /** Keeps what was a segment, if it is whole and wanted, or deletes it; then its room comes back by {@link #freeSome}. */
    void retire(SegmentFile segment) throws IOException {
        long bytes = segment.bytes();
        boolean whole = bytes == segment.header().sizeBytes();
        if (whole && isWanted(bytes) && isKept(segment)) return;
        Spare old = new Spare(segment.name(), segment.file(), bytes);
        if (bytes <= MOST_FREED_BYTES) {
            delete(old);
            disk.forceDirectory();
            return;
        }
        disk.delete(old.name);
        disk.forceDirectory(); // or a crash brings it back when it is cut
        givenUp.add(old);
    }

    /** Gives back some of what deleted files have; whether there was any. */
    @Override
    public boolean freeSome() throws IOException {
        Spare next = givenUp.poll();
        if (next == null) return false;
        long left = Math.max(0, next.bytes - MOST_FREED_BYTES);
        occupiedBytes.addAndGet(left - next.bytes);
        if (left == 0) {
            next.file.close();
            return true;
        }
        givenUp.addFirst(new Spare(next.name, next.file, left));
        next.file.truncate(left);
        return true;
    }

    /** At once, since somebody has no room; whether there was any. */
    private boolean freeAll() throws IOException {
        boolean any = !givenUp.isEmpty();
        for (Spare next = givenUp.poll(); next != null; next = givenUp.poll()) {
            next.file.close();
            occupiedBytes.addAndGet(-next.bytes);
        }
        return any;
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

    /** Bytes of files that wait to be the next segment, or to be given back; the reserve is for others. */
    long waitingBytes() {
        long bytes = growing == null ? 0 : growing.bytes;
        for (Spare spare : givenUp) bytes += spare.bytes;
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

    /**
     * Makes a part of a file of this size, if there is none; whether there is more to do. Where there is no room that is for {@link #take}
     * to say.
     */
    @Override
    public boolean prepareSome(long bytes, long partBytes) throws IOException {
        if (find(bytes) != null) return false;
        try {
            if (growing == null) begin(bytes);
            if (grownBytes != bytes) return false;
            growBy(partBytes);
            return growing != null && growing.bytes < bytes;
        } catch (DiskFullException e) {
            return false;
        }
    }

    /** A segment is ready: the first of a life says how large the reserve is, each later one that it is to be there. */
    void keepReserve(SegmentHeader ready) throws IOException {
        if (reserveBytes == 0) reserveBytes = ready.sizeBytes();
        if (reserveBytes == ready.sizeBytes() || !isWanted(reserveBytes)) return;
        keep(PREFIX + String.format("%016x", ready.baseLsn()) + RESERVE_SUFFIX, reserveBytes);
    }

    /** Keeps a file to be the segment after this one, if there is none and room for it; whether it made one. */
    @Override
    public boolean reserveNext(SegmentHeader newest) throws IOException {
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
        if (freeAll()) return true;
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
        Spare unfinished = growing;
        if (unfinished != null && grownBytes != bytes) {
            growing = null;
            delete(unfinished);
        }
        if (growing == null) begin(bytes);
        Spare whole = growBy(bytes);
        growing = null;
        return whole;
    }

    private void begin(long bytes) throws IOException {
        // Found out by writing, it would take the last of the disk from others for a moment, again at each try.
        if (disk.space().usableBytes() < bytes) throw new DiskFullException("No space left for " + bytes + " bytes");
        String name = temporaryName();
        growing = new Spare(name, disk.create(name), 0);
        grownBytes = bytes;
    }

    /** Lengthens what is being made; what a full disk does not let grow is deleted. */
    private Spare growBy(long bytes) throws IOException {
        Spare begun = growing;
        if (begun == null) throw new IllegalStateException("no file is being made");
        long larger = Math.min(grownBytes, begun.bytes + bytes);
        if (larger == begun.bytes) return begun;
        try {
            begun.file.preallocate(larger);
        } catch (DiskFullException e) {
            growing = null;
            delete(begun);
            throw e;
        }
        occupiedBytes.addAndGet(larger - begun.bytes);
        Spare grown = new Spare(begun.name, begun.file, larger);
        growing = grown;
        return grown;
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
        freeAll();
        if (growing != null) growing.file.close(); // whoever opens the directory next deletes it
        growing = null;
    }
}
