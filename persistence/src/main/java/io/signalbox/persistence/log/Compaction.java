package io.signalbox.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Some segments that are being written anew, with what is still needed of them and nothing else. Addresses stay what they were.
 * Owned by the housekeeper.
 */
public interface Compaction {

    /**
     * Adds a record that is still needed.
     *
     * @param lsn its address, in one of the segments; addresses rise from call to call
     * @throws io.signalbox.persistence.disk.DiskFullException if there is no room; the compaction is to be discarded
     */
    void append(long lsn, ByteBuffer record) throws IOException;

    /**
     * Puts what was added in the place of the segments, durably, and gives back what they occupied. From then on an address of theirs
     * that was not added cannot be read. If nothing was added, the segments are gone.
     *
     * @return the number of the file in which they are now; 0 = they are gone
     */
    long publish() throws IOException;

    /** Everything stays as it was. */
    void discard() throws IOException;
}
