package io.signalbox.broker.queue;

import io.signalbox.broker.queue.Chunk.Standing;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The entries of one priority in the order of arrival, numbered without gaps, so that a number names its chunk and its slot
 * there. A chunk whose entries have all ended is gone. Confined to the queue.
 */
final class Lane {

    /** No such entry. */
    static final long NONE = -1;

    private static final Chunk[] NO_CHUNKS = {};

    private final int slotBits;

    /** By number, the first {@link #size} of them. */
    private Chunk[] chunks = NO_CHUNKS;

    private int size;
    private int lastFound;

    /** The number of the next entry. */
    private long arrivals;

    /** Entries below it are from an earlier life. */
    private long restored;

    /** No entry below it is in front. */
    private long frontFrom;

    private long chunkBytes;

    /** @param slotBits the slots of a chunk, as a power of 2 */
    Lane(int slotBits) {
        this.slotBits = slotBits;
    }

    /** @return the entry's number */
    long add(long lsn, int flags, int bodyBytes, boolean expires) {
        Chunk chunk = size == 0 || chunks[size - 1].isFull() ? begin() : chunks[size - 1];
        chunk.add(lsn, flags, bodyBytes, expires);
        reckon(chunk);
        return arrivals++;
    }

    private Chunk begin() {
        if (size == chunks.length) chunks = Arrays.copyOf(chunks, size + (size >> 1) + 1);
        Chunk chunk = new Chunk(arrivals >> slotBits, 1 << slotBits);
        chunks[size++] = chunk;
        return chunk;
    }

    private void reckon(Chunk chunk) {
        if (!chunk.isToBeReckoned()) return;
        int bytes = chunk.heapBytes();
        chunkBytes += bytes - chunk.reckonedBytes;
        chunk.reckonedBytes = bytes;
    }

    /** All that is here now was left by an earlier life. */
    void markRestored() {
        restored = arrivals;
    }

    boolean isRestored(long arrival) {
        return arrival < restored;
    }

    // ---- where

    int slot(long arrival) {
        return (int) (arrival & (1L << slotBits) - 1);
    }

    /** The chunk of an entry that has not ended. */
    Chunk chunk(long arrival) {
        int index = indexFrom(arrival >> slotBits);
        if (index == size || chunks[index].number != arrival >> slotBits) {
            throw new IllegalStateException("entry " + arrival + " of " + arrivals + " has ended");
        }
        return chunks[index];
    }

    /** The index of the first chunk from this number on. */
    private int indexFrom(long number) {
        if (size == 0 || number <= chunks[0].number) return 0;
        if (lastFound < size && chunks[lastFound].number == number) return lastFound;
        int low = 1;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunks[middle].number < number) low = middle + 1;
            else high = middle;
        }
        lastFound = low;
        return low;
    }

    /** False also for one that has ended. */
    boolean isAside(long arrival) {
        int index = indexFrom(arrival >> slotBits);
        return index < size && chunks[index].number == arrival >> slotBits && chunks[index].isAside(slot(arrival));
    }

    /** The first entry in front. */
    long firstInFront() {
        if (frontFrom == arrivals) return NONE;
        long first = next(Standing.IN_FRONT, frontFrom);
        frontFrom = first == NONE ? arrivals : first;
        return first;
    }

    /** The first entry of this standing from this number on. */
    long next(Standing standing, long arrival) {
        int slot = slot(arrival);
        for (int index = indexFrom(arrival >> slotBits); index < size; index++) {
            Chunk chunk = chunks[index];
            int found = chunk.next(standing, chunk.number == arrival >> slotBits ? slot : 0);
            if (found >= 0) return (chunk.number << slotBits) + found;
        }
        return NONE;
    }

    /** The entry with this LSN. Only while what an earlier life left is all there is: it stands in the order of the log. */
    long find(long lsn) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunks[middle].live() > 0 && chunks[middle].firstLsn() <= lsn) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return NONE;
        int slot = chunks[low - 1].find(lsn);
        return slot < 0 ? NONE : (chunks[low - 1].number << slotBits) + slot;
    }

    // ---- what becomes of an entry

    void take(long arrival) {
        Chunk chunk = chunk(arrival);
        chunk.take(slot(arrival));
        reckon(chunk);
    }

    void putBack(long arrival) {
        chunk(arrival).putBack(slot(arrival));
        frontFrom = Math.min(frontFrom, arrival);
    }

    void setAside(long arrival) {
        Chunk chunk = chunk(arrival);
        chunk.setAside(slot(arrival));
        reckon(chunk);
    }

    /** Remembers what an object knew that is given up. */
    void keep(long arrival, boolean delivered, int failures) {
        Chunk chunk = chunk(arrival);
        if (delivered && !isRestored(arrival)) chunk.keepDelivered(slot(arrival));
        if (failures > 0) chunk.keepFailures(slot(arrival), failures);
        reckon(chunk);
    }

    void end(long arrival) {
        Chunk chunk = chunk(arrival);
        chunk.end(slot(arrival));
        if (chunk.isOver()) remove(chunk);
        else reckon(chunk);
    }

    private void remove(Chunk chunk) {
        chunkBytes -= chunk.reckonedBytes;
        int index = indexFrom(chunk.number);
        System.arraycopy(chunks, index + 1, chunks, index, --size - index);
        chunks[size] = null;
        if (size < chunks.length / 4) chunks = Arrays.copyOf(chunks, size * 2);
    }

    void forEachLsn(LongConsumer visitor) {
        for (int index = 0; index < size; index++) chunks[index].forEachLsn(visitor);
    }

    long heapBytes() {
        return chunkBytes;
    }
}
