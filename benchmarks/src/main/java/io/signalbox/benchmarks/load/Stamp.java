package io.signalbox.benchmarks.load;

/**
 * What every body begins with, so that a receiver can tell messages apart: who sent it, which one of that sender it is,
 * and when it was meant to be sent. Big endian; the rest of a body is zeros.
 */
public final class Stamp {

    /** Of the sender's number, four bytes. */
    public static final int SOURCE_AT = 0;
    /** Of the sequence number, eight bytes, from 0. */
    public static final int SEQUENCE_AT = 4;
    /** Of the intended send time, eight bytes, as {@link System#nanoTime()} counts. */
    public static final int INTENDED_AT = 12;

    public static final int BYTES = 20;

    private Stamp() {}
}
