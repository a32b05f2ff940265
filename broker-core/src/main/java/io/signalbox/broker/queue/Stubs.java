package io.signalbox.broker.queue;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The chunks of a lane that are in pages, in their order. Confined to the queue. */
final class Stubs {

    private static final int SMALLEST = 4;

    private final int slotBits;

    /** By number, the first {@link #size} of them. */
    private @Nullable Stub[] stubs = new Stub[SMALLEST];

    private int size;

    Stubs(int slotBits) {
        this.slotBits = slotBits;
    }

    int size() {
        return size;
    }

    void add(Stub stub) {
        if (size == stubs.length) stubs = Arrays.copyOf(stubs, size + (size >> 3) + SMALLEST);
        int index = indexFrom(stub.number);
        System.arraycopy(stubs, index, stubs, index + 1, size++ - index);
        stubs[index] = stub;
    }

    void remove(Stub stub) {
        int index = indexFrom(stub.number);
        System.arraycopy(stubs, index + 1, stubs, index, --size - index);
        stubs[size] = null;
        if (size < stubs.length / 4) stubs = Arrays.copyOf(stubs, Math.max(SMALLEST, size * 2));
    }

    Stub at(int index) {
        Stub stub = stubs[index];
        if (stub == null) throw new IllegalStateException("there is no stub " + index + " of " + size);
        return stub;
    }

    /** That of this number; null if there is none. */
    @Nullable
    Stub get(long number) {
        Stub stub = from(number);
        return stub == null || stub.number != number ? null : stub;
    }

    /** The first from this number on; null if there is none. */
    @Nullable
    Stub from(long number) {
        int index = indexFrom(number);
        return index == size ? null : stubs[index];
    }

    private int indexFrom(long number) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).number < number) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** As {@link Lane#next}, but what is named may not be of this standing, see {@link Stub#next}. */
    long next(Standing standing, long arrival) {
        long number = arrival >> slotBits;
        int slot = (int) (arrival & (1L << slotBits) - 1);
        for (int index = indexFrom(number); index < size; index++) {
            Stub stub = at(index);
            int found = stub.next(standing, stub.number == number ? slot : 0);
            if (found >= 0) return (stub.number << slotBits) + found;
        }
        return Lane.NONE;
    }

    /** Of the bodies. */
    long waitingBytes() {
        long bytes = 0;
        for (int index = 0; index < size; index++) bytes += at(index).waitingBytes;
        return bytes;
    }

    long heapBytes() {
        return (long) size * Stub.HEAP_BYTES;
    }
}
