package io.signalbox.conformance.strace;

/**
 * One system call of a trace. Immutable.
 *
 * <p>Entry and exit are places in the trace. strace stops a thread at both and sees the stops one after the other, so a call
 * whose exit stands before another call's entry had ended before the other began.
 *
 * @param entry line at which the call was entered
 * @param exit line at which it had returned
 * @param file path or connection behind the file descriptor
 * @param data the bytes that a write was given
 * @param result what it returned
 */
record SystemCall(int entry, int exit, String name, String file, byte[] data, long result) {

    boolean isForce() {
        return (name.equals("fdatasync") || name.equals("fsync")) && result == 0;
    }

    /** How many of the bytes were taken. */
    int written() {
        return (int) Math.max(0, Math.min(result, data.length));
    }
}
