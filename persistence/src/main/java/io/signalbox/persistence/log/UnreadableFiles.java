package io.signalbox.persistence.log;

import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Decides about files of the log that do not even tell which part they are. Asked by the thread that opens the log. */
public interface UnreadableFiles {
    /**
     * Told when all other files are open.
     *
     * @param others what those are
     * @return which segment the file is; empty = it is passed over
     */
    Optional<SegmentHeader> found(String name, List<SegmentHeader> others, StoreException why)
            throws StoreException, IOException;
}
