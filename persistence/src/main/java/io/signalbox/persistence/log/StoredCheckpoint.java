package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A published checkpoint. Owned by the recovering thread. */
public interface StoredCheckpoint {

    /** A later one has a higher number. */
    long number();

    /** For messages. */
    String description();

    /** How long it is. */
    long bytes() throws IOException;

    /** Reads until {@code target} is full or the checkpoint ends; the answer is how many bytes came. */
    int read(long position, ByteBuffer target) throws IOException;

    /** It is not deleted when others are published; {@link #setAside} may follow. */
    void keep();

    /** Keeps it for whoever wants to know why it is damaged; it is not found again. */
    void setAside() throws IOException;
}
