package io.signalbox.persistence;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The records of some segments in which an entry lives, as a checkpoint tells of entries, in any order and a record once for each of
 * its queues. Confined to the housekeeper.
 */
final class Survivors implements LongConsumer {
    private final long[] bases;
    private final long[] ends;
    private final long[] living;
    private long[] lsns = new long[256];
    private int size;
    private int lastFound;

    /** @param segments in the order of their addresses */
    Survivors(List<Segment> segments) {
        bases = segments.stream().mapToLong(each -> each.header().baseLsn()).toArray();
        ends = segments.stream().mapToLong(each -> each.header().endLsn()).toArray();
        living = new long[bases.length];
    }

    /** An entry lives whose record is there; nothing happens if that is not in one of the segments. */
    @Override
    public void accept(long lsn) {
        int segment = find(lsn);
        if (segment < 0) return;
        living[segment]++;
        if (size > 0 && lsns[size - 1] == lsn) return;
        if (size == lsns.length) makeRoom();
        lsns[size++] = lsn;
    }

    private int find(long lsn) {
        if (lsn >= bases[lastFound] && lsn < ends[lastFound]) return lastFound;
        if (lsn < bases[0] || lsn >= ends[ends.length - 1]) return -1;
        int found = Arrays.binarySearch(bases, lsn);
        int segment = found >= 0 ? found : -found - 2;
        if (lsn >= ends[segment]) return -1;
        lastFound = segment;
        return segment;
    }

    /** A record of many queues is there many times until then. */
    private void makeRoom() {
        sort();
        if (size > lsns.length / 2) lsns = Arrays.copyOf(lsns, lsns.length * 2);
    }

    /** Orders them by address, each once. */
    void sort() {
        Arrays.sort(lsns, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || lsns[kept - 1] != lsns[i]) lsns[kept++] = lsns[i];
        }
        size = kept;
    }

    /** How many records; exact after {@link #sort}. */
    int size() {
        return size;
    }

    long lsn(int index) {
        return lsns[index];
    }

    /** How many entries of a segment were told, by its place among the segments. */
    long living(int segment) {
        return living[segment];
    }
}
