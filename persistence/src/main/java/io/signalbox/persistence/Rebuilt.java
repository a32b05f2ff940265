package io.signalbox.persistence;

import java.util.List;
import java.util.Optional;

/**
 * What a rebuild of a store comes to. Immutable.
 *
 * @param checkpoint that was whole and is the base, with the log behind it; empty if the log is all there is
 * @param tables where the tables are from: queues, bindings, users, sessions, retained messages
 * @param entries messages that queues have, counted once for each
 * @param mayReturn how many of them may have been settled, as what said so is gone
 * @param lost messages that the checkpoint has and no segment
 * @param unreadableBytes of the log
 * @param newHeaders segments whose headers are written anew
 * @param setAside files that are renamed and kept
 */
public record Rebuilt(
        Optional<String> checkpoint,
        TableSource tables,
        long entries,
        long mayReturn,
        long lost,
        long unreadableBytes,
        List<String> newHeaders,
        List<String> setAside) {

    /** Where tables are from. */
    public enum TableSource {
        /** They are what they were. */
        WHOLE,
        /** They are what the log and parts of checkpoints still say: what was removed may be back, and what changed have an old value. */
        LEFTOVERS
    }
}
