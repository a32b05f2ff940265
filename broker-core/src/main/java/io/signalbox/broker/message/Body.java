package io.signalbox.broker.message;

import java.util.Arrays;

/** A message's content in the encoding it was published in: here in memory, named in the log, or large. Immutable. */
public sealed interface Body {

    /** Bytes of memory that the content takes while its message is resident: all of it, unless it is {@link Large}. */
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

    /**
     * Content that never is in memory as a whole: its head is, the rest lies in the log in pieces.
     *
     * @param head what precedes the payload, in the format's encoding
     * @param payloadBytes how many bytes another protocol finds in the pieces as the payload; {@link #UNREADABLE} if none
     *     can find it without having all of it in memory
     */
    record Large(Inline head, Pieces pieces, long payloadBytes) implements Body {

        /** Only the protocol it came by knows what to do with the pieces. */
        public static final long UNREADABLE = -1;

        @Override
        public int size() {
            return head.size() + pieces.memoryBytes();
        }

        /** All of the encoded content, in bytes. */
        public long contentBytes() {
            return head.size() + pieces.totalBytes();
        }
    }
}
