package io.signalbox.benchmarks.load;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * What one consumer, or a group that shares what comes, got of each source: every sequence number must come once, and to each
 * member in order. Numbers that were passed over are remembered, so that a late one is told from a duplicate. Confined to the
 * generator's event loop.
 */
public final class Arrivals {

    /** So many missing numbers are remembered by name; beyond, a late one counts as a duplicate. */
    private static final int NAMED_MISSING = 100_000;

    private final Sources sources;
    private final long[] next;
    private final Set<Long> missing = new HashSet<>();
    private long unnamedMissing;
    private long received;
    private long duplicates;
    private long late;

    public Arrivals(Sources sources) {
        this.sources = sources;
        next = new long[sources.count()];
    }

    /** Whether it is meant to get what this source sends. */
    boolean isFor(int source) {
        return sources.has(source);
    }

    /** One more to whom messages come. */
    Member join() {
        return new Member();
    }

    /** A consumer, or one of those who share. */
    final class Member {
        private final long[] last = new long[next.length];

        private Member() {
            Arrays.fill(last, -1);
        }

        /** Counts a message; false if its source is none of ours, so that the body is not either. */
        boolean arrived(int source, long sequence) {
            if (!sources.has(source) || sequence < 0) return false;
            int at = source - sources.first();
            boolean isNew = count(at, sequence);
            if (isNew && sequence < last[at]) late++;
            last[at] = Math.max(last[at], sequence);
            return true;
        }
    }

    /** Whether it had not come yet. */
    private boolean count(int at, long sequence) {
        received++;
        long expected = next[at];
        if (sequence >= expected) {
            for (long passed = expected; passed < sequence; passed++) passOver(at, passed);
            next[at] = sequence + 1;
            return true;
        }
        if (missing.remove(name(at, sequence))) return true;
        duplicates++;
        return false;
    }

    private void passOver(int at, long sequence) {
        if (missing.size() < NAMED_MISSING) missing.add(name(at, sequence));
        else unnamedMissing++;
    }

    private long name(int at, long sequence) {
        return sequence * next.length + at;
    }

    /** Deliveries, duplicates included. */
    public long received() {
        return received;
    }

    /** Deliveries of a message that had been delivered. */
    public long duplicates() {
        return duplicates;
    }

    /** Deliveries to a member that already had one which the same source sent later. */
    public long late() {
        return late;
    }

    /** Messages of which nothing came, given that the source sent so many; 0 of a source that is none of ours. */
    public long missing(int source, long sent) {
        if (!sources.has(source)) return 0;
        int at = source - sources.first();
        long passedOver = missing.isEmpty()
                ? 0
                : missing.stream().filter(name -> name % next.length == at).count();
        return Math.max(0, sent - next[at]) + passedOver + (at == 0 ? unnamedMissing : 0);
    }
}
