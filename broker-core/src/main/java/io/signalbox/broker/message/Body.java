package io.signalbox.broker.message;

import java.util.Arrays;

/** A message's content in the encoding it was published in: here in memory, or named in the log. Immutable. */
public sealed interface Body {

    /** Size of the encoded content in bytes, wherever it is. */
    int size();

    /**
     * Content in memory: a range of an array that is never changed after construction and may be shared by a whole read
     * burst.
     */
    final class Inline implements Body {

        private final byte[] bytes;
        private final int from;
        private final int to;

        /** The bytes from {@code from}, inclusive, to {@code to}, exclusive; the array now belongs to the message. */
        public Inline(byte[] bytes, int from, int to) {
            if (from < 0 || to < from || to > bytes.length) {
                throw new IllegalArgumentException("range " + from + ".." + to + " of " + bytes.length + " bytes");
            }
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        public static Inline of(byte[] bytes) {
            return new Inline(bytes, 0, bytes.length);
        }

        /** The array that holds the content; not to be changed. */
        public byte[] bytes() {
            return bytes;
        }

        /** Index of the first byte in {@link #bytes}. */
        public int from() {
            return from;
        }

        /** Index after the last byte in {@link #bytes}. */
        public int to() {
            return to;
        }

        @Override
        public int size() {
            return to - from;
        }

        /** The same content, alone in an array of its own size. */
        public Inline compact() {
            return size() == bytes.length ? this : of(Arrays.copyOfRange(bytes, from, to));
        }
    }

    /** Content that is only in the log, in the enqueue record at {@code lsn}. */
    record Stored(long lsn, int size) implements Body {}
}
