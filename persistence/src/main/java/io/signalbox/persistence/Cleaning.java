package io.signalbox.persistence;

import java.util.concurrent.TimeUnit;

/** How a store is cleaned. */
enum Cleaning {
    /** Beside a broker: of what is mostly dead, a little at a time. */
    ONLINE(TimeUnit.MILLISECONDS.toNanos(4)) {
        @Override
        boolean isWorthIt(long bytes, long livingBytes, long records) {
            return 2 * livingBytes < bytes;
        }
    },
    /** Nobody waits: of all that becomes smaller by a tenth. */
    OFFLINE(0) {
        @Override
        boolean isWorthIt(long bytes, long livingBytes, long records) {
            return 10 * (livingBytes + records * HEAD_BYTES) < 9 * bytes;
        }
    };

    /** What a copied record has in front of it. */
    private static final int HEAD_BYTES = 32;

    private final long pauseNanos;

    Cleaning(long pauseNanos) {
        this.pauseNanos = pauseNanos;
    }

    /** After each step of a copy. */
    long pauseNanos() {
        return pauseNanos;
    }

    /**
     * Whether what lives in a file is to be copied out of it.
     *
     * @param bytes of the file
     * @param records that live in it, or more
     */
    abstract boolean isWorthIt(long bytes, long livingBytes, long records);
}
