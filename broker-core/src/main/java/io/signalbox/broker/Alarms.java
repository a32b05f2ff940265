package io.signalbox.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be woken, the first one first: a binary heap. It is asked what is due by the clock as that stands, so a clock that
 * jumps makes alarms early or late and costs nothing. Confined to its loop.
 */
final class Alarms {

    private static final int SMALLEST = 16;

    private @Nullable Alarm[] heap = new Alarm[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    /** @param atMillis since 1970; {@link Long#MAX_VALUE} = not any more */
    void set(Alarm alarm, long atMillis) {
        remove(alarm);
        if (atMillis == Long.MAX_VALUE) return;
        alarm.atMillis = atMillis;
        if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
        rise(alarm, size++);
    }

    /**
     * Rings those whose time has come.
     *
     * @param most to ring
     * @return whether there are more
     */
    boolean ring(long nowMillis, int most) {
        for (int rung = 0; rung < most; rung++) {
            if (!isDue(nowMillis)) return false;
            Alarm first = at(0);
            remove(first);
            first.ring();
        }
        return isDue(nowMillis);
    }

    private boolean isDue(long nowMillis) {
        return size > 0 && at(0).atMillis <= nowMillis;
    }

    private Alarm at(int index) {
        Alarm alarm = heap[index];
        if (alarm == null) throw new IllegalStateException("nothing stands at " + index + " of " + size);
        return alarm;
    }

    private void put(Alarm alarm, int index) {
        heap[index] = alarm;
        alarm.index = index;
    }

    private void remove(Alarm alarm) {
        int hole = alarm.index;
        if (hole == Alarm.UNSET) return;
        alarm.index = Alarm.UNSET;
        Alarm last = at(--size);
        heap[size] = null;
        if (last != alarm) sink(last, rise(last, hole));
        if (size < heap.length / 4 && heap.length > SMALLEST) heap = Arrays.copyOf(heap, heap.length / 2);
    }

    /** Puts it there or nearer to the front; where. */
    private int rise(Alarm alarm, int from) {
        int index = from;
        for (int parent = (index - 1) / 2;
                index > 0 && at(parent).atMillis > alarm.atMillis;
                parent = (index - 1) / 2) {
            put(at(parent), index);
            index = parent;
        }
        put(alarm, index);
        return index;
    }

    private void sink(Alarm alarm, int from) {
        int index = from;
        for (int child = earlierChild(index); child < size; child = earlierChild(index)) {
            if (at(child).atMillis >= alarm.atMillis) break;
            put(at(child), index);
            index = child;
        }
        put(alarm, index);
    }

    private int earlierChild(int index) {
        int left = 2 * index + 1;
        return left + 1 < size && at(left + 1).atMillis < at(left).atMillis ? left + 1 : left;
    }
}
