package io.signalbox.persistence.log;

import io.signalbox.persistence.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A segment in a file of its own, as it was written: an address is an offset. Thread-safe. */
record SegmentFile(SegmentHeader header, String name, DiskFile file, long bytes) implements SegmentBytes {

    @Override
    public long sharedFile() {
        return 0;
    }

    @Override
    public int read(long lsn, ByteBuffer target) throws IOException {
        int limit = target.limit();
        long left = header.endLsn() - lsn;
        if (target.remaining() > left) target.limit(target.position() + (int) left);
        int count = file.read(lsn - header.baseLsn(), target);
        target.limit(limit);
        return count;
    }

    @Override
    public String describe(long lsn) {
        return "segment " + name + " at offset " + (lsn - header.baseLsn());
    }
}
