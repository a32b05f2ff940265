package io.signalbox.persistence;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * Which enqueue records name the body that another record holds: a set of pairs, each of which counts as one living entry where the
 * body lies. A checkpoint has it, and a start finds the same pair there and in the log, which is then still one. Thread-safe; the
 * methods named for restoring belong to the opening thread.
 */
final class MovedBodies {

    private final ConcurrentHashMap<Long, Pair> byNaming = new ConcurrentHashMap<>();

    /** @param entries of the naming record, that have not ended */
    private record Pair(long holderLsn, int entries) {
        Pair with(int more) {
            return new Pair(holderLsn, entries + more);
        }
    }

    /** Receives what a checkpoint has to know. */
    interface Visitor<E extends Exception> {
        void moved(long lsn, long holderLsn) throws E;
    }

    /** The enqueue record at {@code lsn} names the body at {@code holderLsn}. Before anybody can end one of its entries. */
    void named(long lsn, long holderLsn, int entries) {
        byNaming.put(lsn, new Pair(holderLsn, entries));
    }

    /** Whose body the record at {@code lsn} names; 0 if it has its own, or none of its entries lives. */
    long holderOf(long lsn) {
        Pair pair = byNaming.isEmpty() ? null : byNaming.get(lsn);
        return pair == null ? 0 : pair.holderLsn;
    }

    /**
     * An entry of the enqueue record at {@code lsn} has ended, durably.
     *
     * @return the record that holds its body, if it was the last entry that named it there; else 0
     */
    long ended(long lsn) {
        if (byNaming.isEmpty()) return 0;
        Pair pair = byNaming.get(lsn);
        if (pair == null) return 0;
        Pair left = byNaming.computeIfPresent(lsn, (same, now) -> now.entries == 1 ? null : now.with(-1));
        return left == null ? pair.holderLsn : 0;
    }

    /** Visits the records that hold bodies. */
    void forEachHolder(LongConsumer visitor) {
        for (Pair pair : byNaming.values()) visitor.accept(pair.holderLsn);
    }

    /** Visits what enqueue records below {@code belowLsn} name. */
    <E extends Exception> void forEachBelow(long belowLsn, Visitor<E> visitor) throws E {
        for (Map.Entry<Long, Pair> each : byNaming.entrySet()) {
            if (each.getKey() < belowLsn) visitor.moved(each.getKey(), each.getValue().holderLsn);
        }
    }

    /** A checkpoint, or the log, has this pair; the entries come one by one. */
    void restore(long lsn, long holderLsn) {
        byNaming.putIfAbsent(lsn, new Pair(holderLsn, 0));
    }

    /** An entry of the record has come. */
    void restoredEntry(long lsn) {
        byNaming.computeIfPresent(lsn, (same, pair) -> pair.with(1));
    }

    /** An entry of the record has ended. */
    void restoredEnd(long lsn) {
        byNaming.computeIfPresent(lsn, (same, pair) -> pair.with(-1));
    }

    /**
     * All has come: counts what is left in its segments.
     *
     * @return how many bodies lie in none
     */
    long restored(SegmentTable segments) {
        byNaming.values().removeIf(pair -> pair.entries == 0);
        long homeless = 0;
        for (Pair pair : byNaming.values()) {
            Segment segment = segments.of(pair.holderLsn);
            if (segment == null) homeless++;
            else segment.kept();
        }
        return homeless;
    }
}
