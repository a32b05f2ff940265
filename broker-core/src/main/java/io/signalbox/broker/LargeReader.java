package io.signalbox.broker;

import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pieces of a large body one after the other, some of them ahead, as fast as its consumer takes them. Confined to
 * its event loop. The consumer holds the body until it has {@linkplain #close closed} this.
 */
public final class LargeReader {

    /** Bytes in memory, with those on their way. */
    private static final int MOST_AHEAD_BYTES = 1 << 20;

    private final Loop loop;
    private final MessageStore store;
    private final Pieces pieces;
    private final Listener listener;
    private final ArrayDeque<byte[]> ahead = new ArrayDeque<>(4);
    private int aheadBytes;
    private int next;
    private boolean reading;
    private boolean closed;

    /** The consumer. Called on the loop. */
    public interface Listener {

        /** There is a piece where there was none. */
        void onReadable();

        /** There will be none any more, since the store cannot read it. */
        void onUnreadable(StoreException cause);
    }

    /** Begins to read. */
    public LargeReader(Loop loop, MessageStore store, Pieces pieces, Listener listener) {
        this.loop = loop;
        this.store = store;
        this.pieces = pieces;
        this.listener = listener;
        readAhead();
    }

    /** The first piece that has not been {@linkplain #taken}; null if it is not there yet. Not to be changed. */
    public byte @Nullable [] piece() {
        return ahead.peek();
    }

    /** The first piece is needed no more. */
    public void taken() {
        aheadBytes -= ahead.remove().length;
        readAhead();
    }

    private void readAhead() {
        if (reading || closed || next == pieces.count()) return;
        if (aheadBytes > 0 && aheadBytes + pieces.bytes(next) > MOST_AHEAD_BYTES) return;
        reading = true;
        store.readPiece(
                pieces.lsn(next++),
                piece -> loop.execute(() -> arrived(piece)),
                failure -> loop.execute(() -> failed(failure)));
    }

    private void arrived(byte[] piece) {
        reading = false;
        if (closed) return;
        aheadBytes += piece.length;
        ahead.add(piece);
        readAhead();
        if (ahead.size() == 1) listener.onReadable();
    }

    private void failed(StoreException cause) {
        if (!closed) listener.onUnreadable(cause);
    }

    /** Nothing more is wanted. */
    public void close() {
        closed = true;
        ahead.clear();
    }
}
