package io.signalbox.broker.queue;

import org.jspecify.annotations.Nullable;

/**
 * Which of a row of chunks an LSN may be in. Their entries came nearly in the order of their LSNs, but for those that different
 * producers appended at the same time. Immutable.
 */
final class LsnBounds {
    private final long[] numbers;

    /** The highest LSN in a chunk and those before it. */
    private final long[] highestUpTo;

    /** The lowest LSN in a chunk and those after it. */
    private final long[] lowestFrom;

    private LsnBounds(int size) {
        numbers = new long[size];
        highestUpTo = new long[size];
        lowestFrom = new long[size];
    }

    /**
     * Of chunks with numbers below {@code endNumber}, which are the first ones of both kinds.
     *
     * @param size of {@code chunks} as many are
     * @param stubs of those that are in pages, null if none is
     */
    static LsnBounds of(Chunk[] chunks, int size, @Nullable Stubs stubs, long endNumber) {
        int away = stubs == null ? 0 : stubs.size();
        int count = 0;
        while (count < size && chunks[count].number < endNumber) count++;
        LsnBounds bounds = new LsnBounds(count + away);
        int chunk = 0;
        for (int i = 0; i < count + away; i++) {
            Stub stub = stubs == null || i - chunk == away ? null : stubs.at(i - chunk);
            if (stub != null && (chunk == count || stub.number < chunks[chunk].number)) {
                bounds.note(i, stub.number, stub.lowestLsn, stub.highestLsn);
            } else {
                LsnRange lsns = LsnRange.of(chunks[chunk]);
                bounds.note(i, chunks[chunk++].number, lsns.lowest(), lsns.highest());
            }
        }
        bounds.accumulate();
        return bounds;
    }

    private void note(int index, long number, long lowest, long highest) {
        numbers[index] = number;
        lowestFrom[index] = lowest;
        highestUpTo[index] = highest;
    }

    private void accumulate() {
        long highest = 0;
        for (int i = 0; i < numbers.length; i++) highestUpTo[i] = highest = Math.max(highest, highestUpTo[i]);
        long lowest = Long.MAX_VALUE;
        for (int i = numbers.length - 1; i >= 0; i--) lowestFrom[i] = lowest = Math.min(lowest, lowestFrom[i]);
    }

    long number(int index) {
        return numbers[index];
    }

    /** The index of the first chunk that may have this LSN; as many as there are if none has. */
    int firstFor(long lsn) {
        int low = 0;
        int high = numbers.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (highestUpTo[middle] < lsn) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** The index of the last chunk that may have this LSN; -1 if none has. */
    int lastFor(long lsn) {
        int low = 0;
        int high = numbers.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lowestFrom[middle] <= lsn) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
