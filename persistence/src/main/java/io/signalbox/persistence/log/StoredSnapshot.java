package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A published snapshot of catalogue and tables. Owned by the recovering thread. */
public interface StoredSnapshot {

    /** Its contents hold every change below this LSN. */
    long coveredLsn();

    /** For messages. */
    String description();

    /** Reads until {@code target} is full or the snapshot ends; the answer is how many bytes came. */
    int read(long position, ByteBuffer target) throws IOException;
}
