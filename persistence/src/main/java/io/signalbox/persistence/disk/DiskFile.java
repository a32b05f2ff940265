package io.signalbox.persistence.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Reads may run beside writes; who writes is the caller's to order. */
public interface DiskFile extends Closeable {

    /** The length in bytes. */
    long size() throws IOException;

    /**
     * Lengthens the file to {@code bytes} with zeros that have blocks of their own, so that a later write inside cannot
     * meet a full disk, and forces it.
     *
     * @throws DiskFullException if there is no room; the file is then of no use
     */
    void preallocate(long bytes) throws IOException;

    /** Cuts the file to {@code bytes}. */
    void truncate(long bytes) throws IOException;

    /** Writes all that remains of {@code source}. */
    void write(long position, ByteBuffer source) throws IOException;

    /** Reads until {@code target} is full or the file ends; the answer is how many bytes came. */
    int read(long position, ByteBuffer target) throws IOException;

    /** Returns when every byte written before survives a crash. A failed force is never to be repeated. */
    void force() throws IOException;
}
