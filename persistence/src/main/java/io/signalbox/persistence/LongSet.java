package io.signalbox.persistence;

/** A set of longs without boxes: open addressing, linear probing, deletion without tombstones. Not thread-safe. */
final class LongSet {
    private static final int SMALLEST = 8;
    private static final long EMPTY = 0;

    private long[] slots = new long[SMALLEST];
    private int size;
    private boolean hasZero;

    int size() {
        return size + (hasZero ? 1 : 0);
    }

    boolean contains(long value) {
        return value == EMPTY ? hasZero : slots[find(value)] == value;
    }

    /** Whether the value was not there yet. */
    boolean add(long value) {
        if (value == EMPTY) {
            boolean added = !hasZero;
            hasZero = true;
            return added;
        }
        int slot = find(value);
        if (slots[slot] == value) return false;
        slots[slot] = value;
        if (++size * 3L > slots.length * 2L) resize(slots.length * 2);
        return true;
    }

    /** Whether the value was there. */
    boolean remove(long value) {
        if (value == EMPTY) {
            boolean removed = hasZero;
            hasZero = false;
            return removed;
        }
        int slot = find(value);
        if (slots[slot] != value) return false;
        closeGap(slot);
        if (--size * 8L < slots.length && slots.length > SMALLEST) resize(slots.length / 2);
        return true;
    }

    /** Moves later members of the probe run back, so that no search stops short. */
    private void closeGap(int freed) {
        int mask = slots.length - 1;
        int gap = freed;
        for (int i = (gap + 1) & mask; slots[i] != EMPTY; i = (i + 1) & mask) {
            int home = home(slots[i], mask);
            if (((i - home) & mask) >= ((i - gap) & mask)) {
                slots[gap] = slots[i];
                gap = i;
            }
        }
        slots[gap] = EMPTY;
    }

    private int find(long value) {
        int mask = slots.length - 1;
        int slot = home(value, mask);
        while (slots[slot] != EMPTY && slots[slot] != value) slot = (slot + 1) & mask;
        return slot;
    }

    private static int home(long value, int mask) {
        long mixed = value * 0x9E3779B97F4A7C15L;
        return (int) (mixed ^ (mixed >>> 32)) & mask;
    }

    private void resize(int capacity) {
        long[] old = slots;
        slots = new long[capacity];
        for (long value : old) {
            if (value != EMPTY) slots[find(value)] = value;
        }
    }
}
