package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The heads of the records of a {@link ColdFile}, one after the other. Confined to one reading. */
final class ColdFrames {
    private static final int BUFFER_BYTES = 64 << 10;
    /** Read or not as a whole. */
    private static final int SECTOR_BYTES = 512;

    private final DiskFile file;
    private final Checksum checksum;
    private final StoreId store;
    private final long number;
    private final long endOfRecords;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /** Where the buffer's first byte lies. */
    private long bufferFrom;

    private int buffered;

    /** Of the frame that was found. */
    private long offset;

    private long lsn;
    private int length;

    ColdFrames(DiskFile file, Checksum checksum, StoreId store, long number, long endOfRecords) {
        this.file = file;
        this.checksum = checksum;
        this.store = store;
        this.number = number;
        this.endOfRecords = endOfRecords;
    }

    /** Goes to the first frame from here on that is whole; what is not is passed over. */
    private boolean seek(long from, long to) throws IOException {
        for (offset = from; offset < to && reach(offset); offset += ColdFile.FRAME_BYTES) {
            int at = (int) (offset - bufferFrom);
            int crc = checksum.of(store, number, offset, buffer.slice(at, ColdFile.FRAME_SEALED_BYTES));
            lsn = buffer.getLong(at);
            length = buffer.getInt(at + Long.BYTES);
            boolean intact = crc == buffer.getInt(at + ColdFile.FRAME_SEALED_BYTES);
            if (intact && length > 0 && nextOffset() <= endOfRecords) return true;
        }
        return false;
    }

    private boolean reach(long wanted) throws IOException {
        if (wanted >= bufferFrom && wanted + ColdFile.FRAME_BYTES <= bufferFrom + buffered) return true;
        bufferFrom = wanted;
        try {
            buffered = file.read(wanted, buffer.clear().limit((int) Math.min(BUFFER_BYTES, endOfRecords - wanted)));
        } catch (IOException e) {
            buffered = readSector(wanted);
        }
        buffer.clear();
        return buffered >= ColdFile.FRAME_BYTES;
    }

    /** Where not all can be read: what lies in one sector with a frame; if that cannot be either, no frame is there. */
    private int readSector(long wanted) {
        int left = (int) Math.min(SECTOR_BYTES - wanted % SECTOR_BYTES, endOfRecords - wanted);
        try {
            return file.read(wanted, buffer.clear().limit(left));
        } catch (IOException e) {
            buffer.clear();
            for (int i = 0; i < left; i++) buffer.put(i, (byte) 0);
            return left;
        }
    }

    private long nextOffset() {
        return offset + ColdFile.bytesOf(length);
    }

    /** What lies between these offsets. */
    ColdStretch stretch(long from, long to) throws IOException {
        ColdStretch.Builder stretch = new ColdStretch.Builder(from);
        for (boolean there = seek(from, to); there; there = seek(nextOffset(), to)) stretch.add(lsn, offset, length);
        return stretch.build(to);
    }

    /** Makes the directory anew. */
    ColdDirectory directory(long from) throws IOException {
        ColdDirectory made = new ColdDirectory();
        for (boolean there = seek(from, endOfRecords); there; there = seek(nextOffset(), endOfRecords)) {
            made.note(lsn, offset);
        }
        made.trim();
        return made;
    }
}
