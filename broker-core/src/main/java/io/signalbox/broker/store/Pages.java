package io.signalbox.broker.store;

import java.util.function.Consumer;

/**
 * Room beside the heap for what has been told a checkpoint before, for as long as the process lives: nothing of it is there at the
 * next start, and nothing is forced. Thread-safe.
 */
public interface Pages {

    /** Answer of {@link #write}: there is no room at this moment; what was to be written stays where it is. */
    long NO_ROOM = -1;

    /** Never has room. */
    Pages NONE = new Pages() {
        @Override
        public long write(byte[] page) {
            return NO_ROOM;
        }

        @Override
        public void read(long page, Consumer<byte[]> sink, Consumer<StoreException> failure) {
            throw new IllegalStateException("there is no page " + page);
        }

        @Override
        public byte[] readNow(long page) {
            throw new IllegalStateException("there is no page " + page);
        }

        @Override
        public void free(long page) {
            throw new IllegalStateException("there is no page " + page);
        }
    };

    /**
     * Takes a page, which is not changed any more; it does not wait for the disk.
     *
     * @return what names it, positive, or {@link #NO_ROOM}
     */
    long write(byte[] page);

    /**
     * Reads a page on a reader thread. What was asked of a page before it was given back is answered.
     *
     * @param sink gets it, once; it must only hand over. If it throws, the page is not what was written
     * @param failure called instead if it cannot be read: then the store has failed, and a start has all of it from the log
     */
    void read(long page, Consumer<byte[]> sink, Consumer<StoreException> failure);

    /**
     * Reads a page at once. Waits for the disk, so not on an event loop.
     *
     * @throws StoreException if it cannot be read: then the store has failed
     */
    byte[] readNow(long page) throws StoreException;

    /** Gives a page back, once. */
    void free(long page);
}
