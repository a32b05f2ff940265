package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A chunk of an image, in which LSNs of several producers cross, in their order, so that they are found. */
final class SortedChunk {

    private SortedChunk() {}

    /** The same entries in the last of the slots that were given; nobody has any of them. */
    static Chunk of(Chunk chunk, int slots) {
        int given = chunk.given();
        long[] bySlot = new long[given];
        List<Integer> order = new ArrayList<>(chunk.live());
        chunk.forEachLiving((slot, lsn) -> {
            bySlot[slot] = lsn;
            order.add(slot);
        });
        order.sort(Comparator.comparingLong(slot -> bySlot[slot])); // nearly so already, which costs little
        Chunk sorted = new Chunk(chunk.number, slots, given - order.size());
        SlotMarks marks = chunk.marks();
        for (int slot : order) {
            int own = sorted.add(bySlot[slot], marks.flags(slot), marks.bodyBytesBound(slot), marks.expiry(slot));
            if (marks.failures(slot) > 0) sorted.marks().keepFailures(own, marks.failures(slot));
        }
        sorted.marks().startWith(marks.waitingBytes());
        return sorted;
    }
}
