package io.signalbox.broker.queue;

import org.jspecify.annotations.Nullable;

/** Entries that are objects, by their place: open addressing, linear probing. Confined to the queue. */
final class EntryMap {
    private static final int SMALLEST = 4;
    private static final @Nullable Entry[] NOTHING = {};

    private @Nullable Entry[] slots = NOTHING;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Entry get(long place) {
        return size == 0 ? null : slots[find(place)];
    }

    /** Whether one is between these places, both included. */
    boolean hasBetween(long first, long last) {
        if (size == 0) return false;
        if (last - first < slots.length) {
            for (long place = first; place <= last; place++) if (get(place) != null) return true;
            return false;
        }
        for (Entry entry : slots) if (entry != null && entry.seq >= first && entry.seq <= last) return true;
        return false;
    }

    /** Its place is free. */
    void put(Entry entry) {
        if ((size + 1) * 2 > slots.length) resize(Math.max(SMALLEST, slots.length * 2));
        slots[find(entry.seq)] = entry;
        size++;
    }

    /** False if it is not this entry that is there. */
    boolean remove(Entry entry) {
        if (size == 0) return false;
        int slot = find(entry.seq);
        if (slots[slot] != entry) return false;
        closeGap(slot);
        size--;
        if (size * 8 < slots.length && slots.length > SMALLEST) resize(slots.length / 2);
        return true;
    }

    /** Moves later members of the probe run back, so that no search stops short. */
    private void closeGap(int freed) {
        int mask = slots.length - 1;
        int gap = freed;
        slots[gap] = null;
        int at = (gap + 1) & mask;
        for (Entry next = slots[at]; next != null; next = slots[at]) {
            if (((at - home(next.seq)) & mask) >= ((at - gap) & mask)) {
                slots[gap] = next;
                slots[at] = null;
                gap = at;
            }
            at = (at + 1) & mask;
        }
    }

    private int find(long place) {
        int mask = slots.length - 1;
        int slot = home(place);
        for (Entry entry = slots[slot]; entry != null && entry.seq != place; entry = slots[slot])
            slot = (slot + 1) & mask;
        return slot;
    }

    private int home(long place) {
        return (int) ((place * 0x9E3779B97F4A7C15L) >>> 32) & (slots.length - 1);
    }

    private void resize(int capacity) {
        @Nullable Entry[] old = slots;
        slots = new Entry[capacity];
        for (Entry entry : old) {
            if (entry != null) slots[find(entry.seq)] = entry;
        }
    }

    /** Visits all, in no particular order. */
    void forEach(java.util.function.Consumer<Entry> visitor) {
        for (Entry entry : slots) {
            if (entry != null) visitor.accept(entry);
        }
    }

    void clear() {
        slots = NOTHING;
        size = 0;
    }

    long heapBytes() {
        return 4L * slots.length;
    }
}
