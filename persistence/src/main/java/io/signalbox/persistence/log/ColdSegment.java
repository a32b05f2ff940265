package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What is left of a segment in a {@link ColdFile}. Thread-safe. */
record ColdSegment(ColdFile file, SegmentHeader header, long bytes) implements SegmentBytes {

    @Override
    public long sharedFile() {
        return file.number();
    }

    @Override
    public int read(long lsn, ByteBuffer target) throws IOException {
        return file.read(lsn, target);
    }

    /** The first record at an address or behind it; {@code place} is where the files are. */
    LogStore.Copied next(long lsn, String place) throws IOException {
        return file.next(lsn, header.endLsn(), place);
    }

    @Override
    public String describe(long lsn) {
        return "segment " + file.name() + " at offset " + file.offsetOf(lsn);
    }

    /** Each is one of its own. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
