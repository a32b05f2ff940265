package io.signalbox.broker.store;

import io.signalbox.broker.message.Pieces;

/**
 * A large body on its way into the log, piece by piece, between the messages of others. Nobody finds the pieces before an
 * enqueue record names them, and none does after a crash: then they are nothing. Confined to the loop of its publisher.
 */
public interface LargeUpload {

    /**
     * Appends the next piece. It is durable when the enqueue record that names it is.
     *
     * @param count at most {@link MessageStore#pieceBytes}
     * @return its LSN, {@link MessageStore#FULL} or {@link MessageStore#FAILED} as {@link MessageStore#append} does
     */
    long append(byte[] bytes, int from, int count);

    /** All pieces, to be named in a message; the caller has one hold of them. Nothing can be appended any more. */
    Pieces complete();

    /** Lets go of the pieces. To be called in place of {@link #complete}. */
    void abandon();
}
