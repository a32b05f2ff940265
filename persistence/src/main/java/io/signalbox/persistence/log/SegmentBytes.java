package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the bytes of a segment lie on a {@link FileLogStore}. Thread-safe. */
interface SegmentBytes {

    SegmentHeader header();

    /** How many they are, on the disk. */
    long bytes();

    /** The file's number if it holds what is left of several segments; 0 = the segment has a file of its own. */
    long sharedFile();

    /** Reads from an address until {@code target} is full or what follows is not there; the answer is how many bytes came. */
    int read(long lsn, ByteBuffer target) throws IOException;

    /** For messages: file and offset. */
    String describe(long lsn);
}
