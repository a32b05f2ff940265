package io.signalbox.benchmarks.load;

import java.util.HashSet;
import java.util.Set;

/**
 * What one consumer got of each source: every sequence number must come once and in order. Numbers that were passed over are
 * remembered, so that a late one is told from a duplicate. Confined to the generator's event loop.
 */
public final class Arrivals {

    /** So many missing numbers are remembered by name; beyond, a late one counts as a duplicate. */
    private static final int NAMED_MISSING = 100_000;

    private final long[] next;
    private final Set<Long> missing = new HashSet<>();
    private long unnamedMissing;
    private long received;
    private long duplicates;
    private long late;

    public Arrivals(int sources) {
        next = new long[sources];
    }

    /** Counts a message; false if its source does not exist, so that the body is none of ours. */
    boolean arrived(int source, long sequence) {
        if (source < 0 || source >= next.length || sequence < 0) return false;
        received++;
        long expected = next[source];
        if (sequence == expected) {
            next[source] = sequence + 1;
        } else if (sequence > expected) {
            for (long passed = expected; passed < sequence; passed++) passOver(source, passed);
            next[source] = sequence + 1;
        } else if (missing.remove(name(source, sequence))) {
            late++;
        } else {
            duplicates++;
        }
        return true;
    }

    private void passOver(int source, long sequence) {
        if (missing.size() < NAMED_MISSING) missing.add(name(source, sequence));
        else unnamedMissing++;
    }

    private long name(int source, long sequence) {
        return sequence * next.length + source;
    }

    /** Deliveries, duplicates included. */
    public long received() {
        return received;
    }

    /** Deliveries of a message that had been delivered. */
    public long duplicates() {
        return duplicates;
    }

    /** Deliveries that came after one that was sent later by the same source. */
    public long late() {
        return late;
    }

    /** Messages of which nothing came, given that the source sent so many. */
    public long missing(int source, long sent) {
        long passedOver =
                missing.stream().filter(name -> name % next.length == source).count();
        return Math.max(0, sent - next[source]) + passedOver + (source == 0 ? unnamedMissing : 0);
    }
}
