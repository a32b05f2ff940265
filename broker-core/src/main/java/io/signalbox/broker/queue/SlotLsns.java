package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The LSNs of a chunk's slots, coded. What has ended is left out of the code when it is written anew. Confined to the queue.
 */
final class SlotLsns extends LsnCode {

    /** Slots before it are not in the code. */
    private int codedFrom;

    /** Slots after {@link #codedFrom} that are not in the code; all have ended. */
    private @Nullable SlotSet uncoded;

    /** Receives what is in the code, slot by slot. */
    interface Visitor {
        void slot(int slot, long lsn);
    }

    /** A slot's; 0 for an entry that is only in memory. */
    long ofSlot(int slot) {
        return get(index(slot));
    }

    private int index(int slot) {
        return slot - codedFrom - (uncoded == null ? 0 : uncoded.sizeBefore(slot));
    }

    /** Whether the slot, which lies after the first in the code, is not there. */
    boolean isLeftOut(int slot) {
        return uncoded != null && uncoded.has(slot);
    }

    /** Those of 64 slots, as {@link SlotSet#word} has them, that are left out. */
    long leftOut(int word) {
        return uncoded == null ? 0 : uncoded.word(word);
    }

    /** Whether the code has the slots up to {@code to} that are not left out, and no more, and begins no later than {@code from}. */
    boolean reachesFrom(int from, int to) {
        return codedFrom <= from && size() == to - codedFrom - (uncoded == null ? 0 : uncoded.size());
    }

    /** Visits all in the code before {@code to}. */
    void forEach(int to, Visitor visitor) {
        LsnCode.Walk walk = walk();
        for (int slot = codedFrom; slot < to; slot++) {
            if (!isLeftOut(slot)) visitor.slot(slot, walk.next());
        }
    }

    /** The slot of this LSN; negative if it is not in the code. Only while the LSNs rise from slot to slot. */
    int slotOf(long lsn) {
        int index = find(lsn);
        if (index < 0) return index;
        int slot = codedFrom;
        for (int missing = index; missing > 0; missing = index - index(slot)) slot += missing;
        while (isLeftOut(slot)) slot++;
        return slot;
    }

    /** Writes the code of the slots from {@code from} to {@code to} without those that have ended. */
    void writeAnew(int from, int to, @Nullable SlotSet ended) {
        LsnCode fresh = new LsnCode();
        SlotSet[] gone = {null};
        int[] next = {from};
        forEach(to, (slot, lsn) -> {
            if (slot < from) return;
            // What was left out before stays so.
            for (int missing = next[0]; missing < slot; missing++) gone[0] = SlotSet.with(gone[0], missing);
            next[0] = slot + 1;
            if (ended != null && ended.has(slot)) gone[0] = SlotSet.with(gone[0], slot);
            else fresh.add(lsn);
        });
        for (int missing = next[0]; missing < to; missing++) gone[0] = SlotSet.with(gone[0], missing);
        codedFrom = from;
        uncoded = SlotSet.trimmed(gone[0]);
        become(fresh);
    }

    /** Begins again at this slot; keeps little memory. */
    void clear(int from) {
        clear();
        codedFrom = from;
        uncoded = null;
    }

    @Override
    int heapBytes() {
        return super.heapBytes() + SlotSet.heapBytes(uncoded);
    }

    @Override
    void write(DataOutputStream out) throws IOException {
        out.writeShort(codedFrom);
        SlotSet.write(out, uncoded);
        super.write(out);
    }

    /** @param slots as many there are at most */
    static SlotLsns read(DataInputStream in, int slots) throws IOException {
        SlotLsns read = new SlotLsns();
        read.codedFrom = in.readUnsignedShort();
        read.uncoded = SlotSet.read(in, slots);
        read.readCode(in, slots);
        return read;
    }
}
