package io.signalbox.persistence;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * Records of transactions of which the images of a checkpoint may not tell: they lie below it, and were committed above or are not
 * yet. The cleaner asks here whether they live. Thread-safe.
 */
final class OpenParts {

    private final Set<PartList> open = ConcurrentHashMap.newKeySet();

    /** Before the first of them is in the log. */
    void add(PartList parts) {
        open.add(parts);
    }

    /** They will never be committed. */
    void abandoned(PartList parts) {
        open.remove(parts);
    }

    /** Forgets those that were committed below {@code replayLsn}, now that a checkpoint begins there: its images tell of them. */
    void forgetBelow(long replayLsn) {
        open.removeIf(parts -> parts.commitLsn() != 0 && parts.commitLsn() < replayLsn);
    }

    /** Visits the records. */
    void forEach(LongConsumer visitor) {
        for (PartList parts : open) parts.forEach(visitor);
    }
}
