package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A checkpoint that is being written. Owned by the housekeeper. */
public interface PendingCheckpoint {

    /** Adds bytes at the end. */
    void append(ByteBuffer bytes) throws IOException;

    /** Makes the contents survive a crash, still unseen. */
    void force() throws IOException;

    /** Makes the checkpoint the newest, durably, and removes all but the one before it. Its contents have been forced. */
    void publish() throws IOException;

    /** Removes it unseen. */
    void discard() throws IOException;
}
