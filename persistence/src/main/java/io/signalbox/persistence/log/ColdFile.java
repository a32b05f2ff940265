package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is left of segments that were mostly dead: records by their addresses, in one file.
 *
 * <pre>
 *  front      magic, format version, CRC, sections; store: 16; number, end of the records
 *             of each section: epoch, base, size, previous base, previous end; up to a multiple of 4 KiB
 *  records    of each: address: 8, length, CRC of these and the place, 16 zeros; the record as it lay in the log, up to a multiple of 32
 *  directory  CRC, entries; of each: an address and where it lies
 * </pre>
 *
 * The front says what the file has and cannot be done without; a directory that is damaged is made again from the records. Each of
 * those has the checksum that it had in the log. Reading is thread-safe, {@link #drop} belongs to the housekeeper.
 */
final class ColdFile {
    static final int FORMAT_VERSION = 1;
    static final int FRAME_BYTES = 32;
    private static final int MAGIC = 0x53424344; // SBCD
    private static final int CRC_AT = 8;
    private static final int FIXED_BYTES = 64;
    private static final int SECTION_BYTES = 40;
    private static final int PAGE_BYTES = 4096;
    static final int FRAME_SEALED_BYTES = 12;
    private static final int DIRECTORY_HEAD_BYTES = 8;
    private static final int DIRECTORY_ENTRY_BYTES = 16;
    private static final StoreId NO_STORE = new StoreId(0, 0);

    private final DiskFile file;
    private final String name;
    private final Checksum checksum;
    private final StoreId store;
    private final long number;
    private final long endOfRecords;
    private final ColdDirectory directory;
    private final List<ColdSegment> segments = new ArrayList<>();
    private final ColdStretches stretches;
    private long bytes;

    /** The last one on the way from record to record. */
    private volatile ColdStretch walked = ColdStretch.NONE;

    /** A front says that a newer Signalbox wrote the file. */
    static final class NewerFormatException extends IOException {
        private static final long serialVersionUID = 1;
        private final int format;

        NewerFormatException(int format) {
            super("its format is " + format);
            this.format = format;
        }

        int format() {
            return format;
        }
    }

    /** What was written, by whoever wrote it. */
    ColdFile(
            DiskFile file,
            String name,
            Checksum checksum,
            StoreId store,
            long number,
            List<SegmentHeader> headers,
            long endOfRecords,
            ColdDirectory directory,
            ColdStretches stretches)
            throws IOException {
        this.file = file;
        this.name = name;
        this.checksum = checksum;
        this.store = store;
        this.number = number;
        this.endOfRecords = endOfRecords;
        this.directory = directory;
        this.stretches = stretches;
        bytes = file.size();
        for (SegmentHeader header : headers) {
            long from = directory.offsetFrom(header.baseLsn(), endOfRecords);
            long to = directory.offsetFrom(header.endLsn(), endOfRecords);
            segments.add(new ColdSegment(this, header, to - from));
        }
    }

    /** Where the first record lies in a file with so many sections. */
    static int frontBytes(int sections) {
        return (FIXED_BYTES + sections * SECTION_BYTES + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    static ByteBuffer front(
            StoreId store, long number, List<SegmentHeader> headers, long endOfRecords, Checksum checksum) {
        ByteBuffer front = ByteBuffer.allocate(frontBytes(headers.size()));
        front.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(headers.size());
        front.putLong(store.high()).putLong(store.low()).putLong(number).putLong(endOfRecords);
        front.position(FIXED_BYTES);
        for (SegmentHeader header : headers) {
            front.putLong(header.epoch()).putLong(header.baseLsn()).putLong(header.sizeBytes());
            front.putLong(header.previousBaseLsn()).putLong(header.previousEndLsn());
        }
        front.clear();
        return front.putInt(CRC_AT, checksum.of(NO_STORE, 0, 0, front.duplicate()));
    }

    static void putFrame(
            ByteBuffer target, long offset, long lsn, int length, StoreId store, long number, Checksum checksum) {
        int at = target.position();
        target.putLong(lsn).putInt(length);
        int crc = checksum.of(store, number, offset, target.slice(at, FRAME_SEALED_BYTES));
        target.putInt(crc).putLong(0).putLong(0);
    }

    static ByteBuffer directory(ColdDirectory directory, StoreId store, long number, long offset, Checksum checksum) {
        ByteBuffer bytes = ByteBuffer.allocate(DIRECTORY_HEAD_BYTES + directory.size() * DIRECTORY_ENTRY_BYTES);
        bytes.putInt(0).putInt(directory.size());
        for (int i = 0; i < directory.size(); i++)
            bytes.putLong(directory.lsn(i)).putLong(directory.offset(i));
        bytes.flip();
        return bytes.putInt(0, checksum.of(store, number, offset, bytes.slice(4, bytes.limit() - 4)));
    }

    /** How many bytes a record takes. */
    static long bytesOf(int length) {
        return FRAME_BYTES + (((long) length + FRAME_BYTES - 1) & -FRAME_BYTES);
    }

    /**
     * Opens one that was found.
     *
     * @throws NewerFormatException if it is of a newer format
     * @throws IOException if its front is damaged
     */
    static ColdFile open(DiskFile file, String name, Checksum checksum, ColdStretches stretches) throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(FIXED_BYTES);
        file.read(0, fixed);
        int sections = fixed.getInt(12);
        boolean possible = fixed.getInt(0) == MAGIC && sections > 0 && frontBytesFit(sections, file.size());
        if (!possible) throw new IOException("its header is unreadable");
        ByteBuffer front = ByteBuffer.allocate(frontBytes(sections));
        file.read(0, front);
        int crc = front.getInt(CRC_AT);
        front.clear().putInt(CRC_AT, 0);
        if (checksum.of(NO_STORE, 0, 0, front.duplicate()) != crc) throw new IOException("its header is unreadable");
        if (front.getInt(4) > FORMAT_VERSION) throw new NewerFormatException(front.getInt(4));
        StoreId store = new StoreId(front.getLong(16), front.getLong(24));
        long number = front.getLong(32);
        long endOfRecords = front.getLong(40);
        List<SegmentHeader> headers = new ArrayList<>();
        for (int i = 0; i < sections; i++) {
            int at = FIXED_BYTES + i * SECTION_BYTES;
            headers.add(new SegmentHeader(
                    store,
                    front.getLong(at),
                    front.getLong(at + 8),
                    front.getLong(at + 16),
                    front.getLong(at + 24),
                    front.getLong(at + 32)));
        }
        ColdDirectory directory = readDirectory(file, checksum, store, number, endOfRecords);
        if (directory == null) {
            directory = new ColdFrames(file, checksum, store, number, endOfRecords).directory(frontBytes(sections));
        }
        return new ColdFile(file, name, checksum, store, number, headers, endOfRecords, directory, stretches);
    }

    private static boolean frontBytesFit(int sections, long fileBytes) {
        return FIXED_BYTES + (long) sections * SECTION_BYTES <= Math.min(fileBytes, Integer.MAX_VALUE / 2);
    }

    private static @Nullable ColdDirectory readDirectory(
            DiskFile file, Checksum checksum, StoreId store, long number, long offset) throws IOException {
        long there = file.size() - offset;
        if (there < DIRECTORY_HEAD_BYTES) return null; // the file was cut off
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(Integer.MAX_VALUE / 2, there));
        int count = read(file, offset, bytes);
        bytes.flip();
        if (count < DIRECTORY_HEAD_BYTES) return null;
        int entries = bytes.getInt(4);
        if (count != DIRECTORY_HEAD_BYTES + (long) entries * DIRECTORY_ENTRY_BYTES) return null;
        if (checksum.of(store, number, offset, bytes.slice(4, count - 4)) != bytes.getInt(0)) return null;
        ColdDirectory directory = new ColdDirectory();
        bytes.position(DIRECTORY_HEAD_BYTES);
        for (int i = 0; i < entries; i++) directory.add(bytes.getLong(), bytes.getLong());
        directory.trim();
        return directory;
    }

    /** What there is; what cannot be read is not. */
    private static int read(DiskFile file, long offset, ByteBuffer target) {
        try {
            return file.read(offset, target);
        } catch (IOException e) {
            return 0;
        }
    }

    long number() {
        return number;
    }

    String name() {
        return name;
    }

    /** On the disk, in bytes. */
    long bytes() {
        return bytes;
    }

    /** Those that were not dropped. */
    List<ColdSegment> segments() {
        return segments;
    }

    /** A segment is not wanted any more, or lies elsewhere by now; whether the file still has others. */
    boolean drop(ColdSegment segment) {
        segments.remove(segment);
        return !segments.isEmpty();
    }

    void close() throws IOException {
        file.close();
    }

    /** Reads the record at this address, or its beginning; 0 = it is not here. */
    int read(long lsn, ByteBuffer target) throws IOException {
        ColdStretch stretch = stretch(lsn);
        if (stretch == null) return 0;
        int index = stretch.indexOf(lsn);
        if (index < 0) return 0;
        int limit = target.limit();
        int length = stretch.recordLength(index);
        if (target.remaining() > length) target.limit(target.position() + length);
        int count = file.read(stretch.recordOffset(index), target);
        target.limit(limit);
        return count;
    }

    /** Where this address is to be found, if it is here. */
    private @Nullable ColdStretch stretch(long lsn) throws IOException {
        int entry = directory.floor(lsn);
        if (entry < 0) return null;
        ColdStretch known = stretches.get(number, directory.offset(entry));
        if (known != null) return known;
        ColdStretch read = read(entry);
        if (read.isWhole()) stretches.put(number, read);
        return read;
    }

    private ColdStretch read(int entry) throws IOException {
        long to = entry + 1 < directory.size() ? directory.offset(entry + 1) : endOfRecords;
        return new ColdFrames(file, checksum, store, number, endOfRecords).stretch(directory.offset(entry), to);
    }

    /**
     * The first record from an address on that lies below another, as {@link LogStore#copied} says it. Who goes from one to the next
     * reads each stretch once, and from the disk.
     */
    LogStore.Copied next(long lsn, long endLsn, String place) throws IOException {
        Optional<String> damage = Optional.empty();
        for (int entry = Math.max(0, directory.floor(lsn)); entry < directory.size(); entry++) {
            ColdStretch stretch = walked;
            if (stretch.from() != directory.offset(entry) || stretch.isBeginning(lsn)) walked = stretch = read(entry);
            int index = stretch.ceiling(lsn);
            long gap = stretch.gapBefore(index);
            if (damage.isEmpty() && gap >= 0)
                damage = Optional.of("segment " + name + " at offset " + gap + " of " + place);
            if (index == stretch.size()) continue;
            if (stretch.lsn(index) >= endLsn) break;
            return new LogStore.Copied(stretch.lsn(index), stretch.recordLength(index), damage);
        }
        return new LogStore.Copied(LogStore.Copied.NONE, 0, damage);
    }

    /** Where in the file an address lies, or where it is looked for. */
    long offsetOf(long lsn) {
        try {
            ColdStretch stretch = stretch(lsn);
            if (stretch == null) return lookedForFrom(lsn);
            int index = stretch.indexOf(lsn);
            return index < 0 ? lookedForFrom(lsn) : stretch.recordOffset(index);
        } catch (IOException e) {
            return lookedForFrom(lsn);
        }
    }

    private long lookedForFrom(long lsn) {
        int entry = directory.floor(lsn);
        return entry < 0 ? 0 : directory.offset(entry);
    }
}
