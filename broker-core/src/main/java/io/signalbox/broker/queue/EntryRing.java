package io.signalbox.broker.queue;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Entries in the order of arrival; one can be looked for by its place in that order. Confined to the queue. */
final class EntryRing {

    private @Nullable Entry[] slots = new Entry[4];
    private int head;
    private int size;

    void add(Entry entry) {
        if (size == slots.length) grow();
        slots[slot(size++)] = entry;
    }

    private void grow() {
        @Nullable Entry[] larger = new Entry[size * 2];
        for (int i = 0; i < size; i++) larger[i] = slots[slot(i)];
        slots = larger;
        head = 0;
    }

    @Nullable
    Entry first() {
        return slots[head];
    }

    Entry removeFirst() {
        Entry first = get(0);
        slots[head] = null;
        head = slot(1);
        size--;
        return first;
    }

    /** The first entry after this place. */
    @Nullable
    Entry higher(long seq) {
        int index = indexAfter(seq);
        return index == size ? null : get(index);
    }

    /** The entries after this place, in order. */
    Iterable<Entry> after(long seq) {
        return () -> new Walk(indexAfter(seq));
    }

    private int indexAfter(long seq) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).seq <= seq) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** Takes one out, if it is there; takes as long as there are entries behind it. */
    boolean remove(Entry entry) {
        int index = indexAfter(entry.seq) - 1;
        if (index < 0 || get(index) != entry) return false;
        for (int i = index; i < size - 1; i++) slots[slot(i)] = slots[slot(i + 1)];
        slots[slot(--size)] = null;
        return true;
    }

    void clear() {
        slots = new Entry[4];
        head = 0;
        size = 0;
    }

    private Entry get(int index) {
        Entry entry = slots[slot(index)];
        if (entry == null) throw new IllegalStateException("no entry at " + index + " of " + size);
        return entry;
    }

    /** The capacity is a power of two. */
    private int slot(int index) {
        return (head + index) & (slots.length - 1);
    }

    private final class Walk implements Iterator<Entry> {
        private int at;

        Walk(int from) {
            this.at = from;
        }

        @Override
        public boolean hasNext() {
            return at < size;
        }

        @Override
        public Entry next() {
            if (!hasNext()) throw new NoSuchElementException();
            return get(at++);
        }
    }
}
