package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

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

    /** Chunks below this number came from an image. */
    private long imagedUpTo;

    /** Of them; made when the first is looked for. */
    private @Nullable LsnBounds bounds;

    /** The chunks that are in pages; made when the first is. */
    private @Nullable Stubs stubs;

    /** @param slotBits the slots of a chunk, as a power of 2 */
    Lane(int slotBits) {
        this.slotBits = slotBits;
    }

    /** @return the entry's number */
    long add(long lsn, int flags, int bodyBytes, int expiry) {
        Chunk chunk = size == 0 || chunks[size - 1].isFull() ? begin() : chunks[size - 1];
        chunk.add(lsn, flags, bodyBytes, expiry);
        reckon(chunk);
        return arrivals++;
    }

    private Chunk begin() {
        Chunk chunk = new Chunk(arrivals >> slotBits, 1 << slotBits);
        insert(size, chunk);
        return chunk;
    }

    private void insert(int index, Chunk chunk) {
        if (size == chunks.length) chunks = Arrays.copyOf(chunks, size + (size >> 1) + 1);
        System.arraycopy(chunks, index, chunks, index + 1, size++ - index);
        chunks[index] = chunk;
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

    /** Entries below this number are in chunks of images to which the log has not added. */
    long imagedEnd() {
        return Math.max(0, imagedUpTo - 1) << slotBits;
    }

    /** Takes in a chunk of an image, behind the others. */
    void restore(Chunk chunk) {
        long last = (arrivals - 1) >> slotBits;
        if (last >= chunk.number) throw new IllegalStateException("chunk " + chunk.number + " comes after " + last);
        if (size > 0) close(chunks[size - 1]);
        insert(size, chunk);
        imagedUpTo = chunk.number + 1;
        arrivals = (chunk.number << slotBits) + chunk.given();
        restored = arrivals;
        reckonAll(chunk, 0);
    }

    private void close(Chunk chunk) {
        if (chunk.isFull()) return;
        chunk.close();
        reckonAll(chunk, chunk.reckonedBytes);
    }

    private void reckonAll(Chunk chunk, int before) {
        chunk.reckonedBytes = chunk.heapBytes();
        chunkBytes += chunk.reckonedBytes - before;
    }

    /** Nothing is looked for by its LSN any more. */
    void endRestoring() {
        bounds = null;
    }

    /** The first chunk from this number on; null if there is none. */
    @Nullable
    Chunk chunkFrom(long number) {
        int index = indexFrom(number);
        return index < size ? chunks[index] : null;
    }

    /** The number of the next entry. */
    long arrivals() {
        return arrivals;
    }

    /** How many slots of a chunk are of entries below this number; 0 or less if none is. */
    long slotsBelow(Chunk chunk, long arrival) {
        return Math.min(1L << slotBits, arrival - (chunk.number << slotBits));
    }

    // ---- chunks that are in pages

    /** The first of those from this number on; null if there is none. */
    @Nullable
    Stub stubFrom(long number) {
        return stubs == null ? null : stubs.from(number);
    }

    /** That with this entry; null if its chunk is in memory, or it has ended. */
    @Nullable
    Stub stubOf(long arrival) {
        return stubs == null ? null : stubs.get(arrival >> slotBits);
    }

    /** The last chunk in memory with a number below this one; null if there is none. */
    @Nullable
    Chunk chunkBefore(long number) {
        int index = indexFrom(number);
        return index == 0 ? null : chunks[index - 1];
    }

    /** The chunk is in a page from now on. */
    void leave(Chunk chunk, Stub stub) {
        remove(chunk);
        Stubs known = stubs;
        if (known == null) stubs = known = new Stubs(slotBits);
        known.add(stub);
    }

    /** The chunk is in memory again. */
    void comeBack(Stub stub, Chunk chunk) {
        if (stubs != null) stubs.remove(stub);
        insert(indexFrom(chunk.number), chunk);
        reckonAll(chunk, 0);
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

    /** False also for one that has ended. Of one whose chunk is in a page it is not known. */
    boolean isAside(long arrival) {
        int index = indexFrom(arrival >> slotBits);
        if (index < size && chunks[index].number == arrival >> slotBits) return chunks[index].isAside(slot(arrival));
        Stub stub = stubOf(arrival);
        return stub != null && stub.next(Standing.ASIDE, slot(arrival)) == slot(arrival);
    }

    /** The first entry in front. */
    long firstInFront() {
        if (frontFrom == arrivals) return NONE;
        long first = next(Standing.IN_FRONT, frontFrom);
        frontFrom = first == NONE ? arrivals : first;
        return first;
    }

    /**
     * The first entry of this standing from this number on. In a chunk that is in a page it may not be that: whoever asks has the
     * chunk come, and asks again.
     */
    long next(Standing standing, long arrival) {
        long found = nextInMemory(standing, arrival);
        if (stubs == null) return found;
        long away = stubs.next(standing, arrival);
        return away == NONE || (found != NONE && found < away) ? found : away;
    }

    private long nextInMemory(Standing standing, long arrival) {
        int slot = slot(arrival);
        for (int index = indexFrom(arrival >> slotBits); index < size; index++) {
            Chunk chunk = chunks[index];
            int found = chunk.next(standing, chunk.number == arrival >> slotBits ? slot : 0);
            if (found >= 0) return (chunk.number << slotBits) + found;
        }
        return NONE;
    }

    /** The entry with this LSN. Only while what an earlier life left is all there is. */
    long find(long lsn, Function<Stub, Chunk> pages) {
        int imaged = indexFrom(imagedUpTo);
        int low = imaged; // what comes from the log itself stands in its order, also what was ahead of its commit
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunks[middle].live() > 0 && chunks[middle].firstLsn() <= lsn) low = middle + 1;
            else high = middle;
        }
        long found = low == imaged ? NONE : find(chunks[low - 1], lsn);
        return found == NONE ? findInImages(lsn, pages) : found;
    }

    private long find(Chunk chunk, long lsn) {
        int slot = chunk.live() == 0 ? -1 : chunk.find(lsn);
        return slot < 0 ? NONE : (chunk.number << slotBits) + slot;
    }

    /** In chunks of images the entries stand in the order in which they came, and with several producers LSNs cross. */
    private long findInImages(long lsn, Function<Stub, Chunk> pages) {
        LsnBounds known = bounds;
        if (known == null) bounds = known = LsnBounds.of(chunks, size, stubs, imagedUpTo - 1);
        int end = known.lastFor(lsn);
        for (int i = known.firstFor(lsn); i <= end; i++) {
            long found = findInImage(known.number(i), lsn, pages);
            if (found != NONE) return found;
        }
        return findInImage(imagedUpTo - 1, lsn, pages); // to which the log has added, so that no bound holds
    }

    private long findInImage(long number, long lsn, Function<Stub, Chunk> pages) {
        Stub stub = stubs == null ? null : stubs.get(number);
        if (stub != null) {
            if (!stub.mayHave(lsn)) return NONE;
            comeBack(stub, pages.apply(stub));
        }
        int index = indexFrom(number);
        if (index == size || chunks[index].number != number) return NONE;
        if (!chunks[index].rises()) {
            Chunk sorted = SortedChunk.of(chunks[index], 1 << slotBits);
            reckonAll(sorted, chunks[index].reckonedBytes);
            chunks[index] = sorted;
        }
        return find(chunks[index], lsn);
    }

    /** Of the bodies of those that wait, as far as it is known. */
    long waitingBytes() {
        long bytes = 0;
        for (int index = 0; index < size; index++)
            bytes += chunks[index].marks().waitingBytes();
        return stubs == null ? bytes : bytes + stubs.waitingBytes();
    }

    // ---- by time

    /** No entry that waits and may expire does so before this second. */
    int earliestExpiry() {
        int earliest = SlotTimes.NEVER;
        for (int index = 0; index < size; index++) {
            earliest = Math.min(earliest, chunks[index].marks().earliestExpiry());
        }
        return earliest;
    }

    /** An entry whose time had come waits on. */
    void keepDue(long arrival) {
        chunk(arrival).marks().keepDue(slot(arrival));
    }

    /**
     * As {@link SlotTimes#due}; one that is with a consumer may not go.
     *
     * @param beginning the place of the first entry there ever was
     * @param mayGo told a place
     */
    int due(int now, LongPredicate mayGo, long beginning, long[] places, int found) {
        int taken = found;
        for (int index = 0; index < size && taken < places.length; index++) {
            Chunk chunk = chunks[index];
            long first = beginning + (chunk.number << slotBits);
            IntPredicate may = slot -> chunk.waits(slot) && mayGo.test(first + slot);
            taken = chunk.marks().due(now, may, first, places, taken);
        }
        return taken;
    }

    // ---- what becomes of an entry

    /** As {@link Chunk#take}. */
    long take(long arrival, int bodyBytes) {
        Chunk chunk = chunk(arrival);
        long taken = chunk.take(slot(arrival), bodyBytes);
        reckon(chunk);
        return taken;
    }

    void putBack(long arrival, int bodyBytes) {
        chunk(arrival).putBack(slot(arrival), bodyBytes);
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
        if (failures > 0) chunk.marks().keepFailures(slot(arrival), failures);
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

    /** The entries that wait and have one of these LSNs; looks at all. */
    List<Long> waiting(LongPredicate lsns) {
        List<Long> found = new ArrayList<>();
        for (int index = 0; index < size; index++) {
            Chunk chunk = chunks[index];
            chunk.forEachLiving((slot, lsn) -> {
                if (lsns.test(lsn) && chunk.waits(slot)) found.add((chunk.number << slotBits) + slot);
            });
        }
        return found;
    }

    void forEachLsn(LongConsumer visitor) {
        for (int index = 0; index < size; index++) chunks[index].forEachLsn(visitor);
    }

    long heapBytes() {
        return stubs == null ? chunkBytes : chunkBytes + stubs.heapBytes();
    }
}
