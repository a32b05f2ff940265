package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes a {@link ColdFile}: the records, the directory, and last the front that says what there is. Owned by the housekeeper. */
final class ColdFileWriter {
    private static final int BUFFER_BYTES = 256 << 10;

    private final DiskFile file;
    private final Checksum checksum;
    private final long number;
    private final List<SegmentHeader> headers;
    private final MakesRoom spares;
    private final ColdDirectory directory = new ColdDirectory();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /** Where the buffer's first byte belongs. */
    private long flushedTo;

    private int section = -1;

    /** @param headers of the segments, in the order of their addresses */
    ColdFileWriter(DiskFile file, Checksum checksum, long number, List<SegmentHeader> headers, MakesRoom spares) {
        this.file = file;
        this.checksum = checksum;
        this.number = number;
        this.headers = headers;
        this.spares = spares;
        flushedTo = ColdFile.frontBytes(headers.size());
    }

    private StoreId store() {
        return headers.get(0).store();
    }

    void append(long lsn, ByteBuffer record) throws IOException {
        long offset = flushedTo + buffer.position();
        if (isNextSection(lsn)) directory.add(lsn, offset);
        else directory.note(lsn, offset);
        if (buffer.remaining() < ColdFile.FRAME_BYTES) flush();
        ColdFile.putFrame(buffer, offset, lsn, record.remaining(), store(), number, checksum);
        int padding = -record.remaining() & ColdFile.FRAME_BYTES - 1;
        while (record.hasRemaining()) {
            if (!buffer.hasRemaining()) flush();
            ByteBuffer piece = record.duplicate();
            if (piece.remaining() > buffer.remaining()) piece.limit(piece.position() + buffer.remaining());
            record.position(piece.limit());
            buffer.put(piece);
        }
        if (buffer.remaining() < padding) flush();
        for (int i = 0; i < padding; i++) buffer.put((byte) 0);
    }

    private boolean isNextSection(long lsn) {
        int before = section;
        while (section + 1 < headers.size() && headers.get(section + 1).baseLsn() <= lsn) section++;
        return section > before;
    }

    private void flush() throws IOException {
        buffer.flip();
        write(flushedTo, buffer);
        flushedTo += buffer.limit();
        buffer.clear();
    }

    private void write(long offset, ByteBuffer bytes) throws IOException {
        while (true) {
            try {
                file.write(offset, bytes);
                return;
            } catch (DiskFullException e) {
                if (!spares.makeRoom()) throw e;
                bytes.rewind();
            }
        }
    }

    /** Makes it whole, and durable under the name that it has by now. */
    void finish() throws IOException {
        flush();
        directory.trim();
        write(flushedTo, ColdFile.directory(directory, store(), number, flushedTo, checksum));
        write(0, ColdFile.front(store(), number, headers, flushedTo, checksum));
        file.force();
    }

    /** What was written. */
    ColdFile written(String name, ColdStretches stretches) throws IOException {
        return new ColdFile(file, name, checksum, store(), number, headers, flushedTo, directory, stretches);
    }

    void close() throws IOException {
        file.close();
    }
}
