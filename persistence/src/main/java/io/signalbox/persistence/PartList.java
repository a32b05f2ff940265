package io.signalbox.persistence;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The records that a transaction has in the log ahead of the one that commits it. Filled by its thread, read by any.
 */
final class PartList {

    private volatile long[] lsns = new long[2];
    private int[] entries = new int[2];

    /** How many of {@link #lsns} there are; written after what it counts. */
    private volatile int count;

    private volatile long commitLsn;

    /** One more is in the log, with so many entries. */
    void add(long lsn, int itsEntries) {
        int next = count;
        long[] present = lsns;
        if (next == present.length) {
            lsns = present = Arrays.copyOf(present, 2 * next);
            entries = Arrays.copyOf(entries, 2 * next);
        }
        present[next] = lsn;
        entries[next] = itsEntries;
        count = next + 1;
    }

    int count() {
        return count;
    }

    long lsn(int index) {
        return lsns[index];
    }

    void forEach(LongConsumer visitor) {
        int complete = count;
        long[] present = lsns;
        for (int i = 0; i < complete; i++) visitor.accept(present[i]);
    }

    /** Visits each once for every entry. By the transaction, which adds nothing any more. */
    void forEachEntry(LongConsumer visitor) {
        for (int i = 0; i < count; i++) {
            for (int entry = 0; entry < entries[i]; entry++) visitor.accept(lsns[i]);
        }
    }

    /** The record that commits them is there. Before anybody may find one of them. */
    void committed(long lsn) {
        commitLsn = lsn;
    }

    /** Where they are committed; 0 = they are not. */
    long commitLsn() {
        return commitLsn;
    }
}
