package io.signalbox.persistence;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says again what a segment's header has said that cannot be read. Where it begins its name says, and that this is so, and to which
 * life it belongs, any batch that is whole: its checksum holds for this store, life and address only. Used once, by the opening thread.
 */
final class LostHeader {
    private static final Pattern SEGMENT_NAME = Pattern.compile("seg-([0-9a-f]{16})\\.log");
    private static final int BYTES_PER_READ = 1 << 20;

    /** No segment begins there, so that nothing is taken for complete. */
    private static final long NOT_KNOWN = 1;

    private final Disk disk;
    private final Checksum checksum;

    LostHeader(Disk disk, Checksum checksum) {
        this.disk = disk;
        this.checksum = checksum;
    }

    /** Where a segment of this name begins; 0 = it is none. */
    static long baseOf(String name) {
        Matcher matcher = SEGMENT_NAME.matcher(name);
        return matcher.matches() ? Long.parseUnsignedLong(matcher.group(1), 16) : 0;
    }

    /**
     * The header of a file.
     *
     * @param others of the files that have theirs
     * @return empty if it is no segment, has been copied, or has no batch that is whole
     */
    Optional<SegmentHeader> of(String name, List<SegmentHeader> others) throws IOException {
        long base = baseOf(name);
        if (base == 0 || others.isEmpty()) return Optional.empty();
        long limit = Long.MAX_VALUE;
        long previous = NOT_KNOWN;
        for (SegmentHeader other : others) {
            if (other.baseLsn() <= base && base < other.endLsn()) return Optional.empty();
            if (other.baseLsn() > base) limit = Math.min(limit, other.baseLsn());
            if (other.endLsn() == base) previous = other.baseLsn();
        }
        StoreId store = others.get(0).store();
        try (DiskFile file = disk.open(name)) {
            long size = Math.min(file.size(), limit - base);
            BatchHeader batch = firstBatch(file, base, size, store);
            if (batch == null) return Optional.empty();
            return Optional.of(new SegmentHeader(store, batch.epoch(), base, size, previous, 0));
        }
    }

    private @Nullable BatchHeader firstBatch(DiskFile file, long base, long size, StoreId store) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_PER_READ);
        for (long from = SegmentHeader.BYTES; from < size; from += BYTES_PER_READ) {
            int count = file.read(from, bytes.clear());
            for (int at = 0; at + BatchHeader.SECTOR_BYTES <= count; at += BatchHeader.SECTOR_BYTES) {
                long epoch = BatchHeader.epochAt(bytes, at);
                long room = size - from - at;
                BatchHeader batch = BatchHeader.read(bytes, at, store, checksum, epoch, base + from + at, room);
                if (batch != null) return batch;
            }
        }
        return null;
    }
}
