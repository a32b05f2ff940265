package io.signalbox.broker.queue;

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

    /** Of the chunks with numbers below {@code endNumber}, which are the first. */
    static LsnBounds of(Chunk[] chunks, int size, long endNumber) {
        int count = 0;
        while (count < size && chunks[count].number < endNumber) count++;
        LsnBounds bounds = new LsnBounds(count);
        long highest = 0;
        for (int i = 0; i < count; i++) {
            bounds.numbers[i] = chunks[i].number;
            bounds.lowestFrom[i] = Long.MAX_VALUE;
            bounds.note(i, chunks[i]);
            bounds.highestUpTo[i] = highest = Math.max(highest, bounds.highestUpTo[i]);
        }
        long lowest = Long.MAX_VALUE;
        for (int i = count - 1; i >= 0; i--) {
            bounds.lowestFrom[i] = lowest = Math.min(lowest, bounds.lowestFrom[i]);
        }
        return bounds;
    }

    private void note(int index, Chunk chunk) {
        chunk.forEachLsn(lsn -> {
            highestUpTo[index] = Math.max(highestUpTo[index], lsn);
            lowestFrom[index] = Math.min(lowestFrom[index], lsn);
        });
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
