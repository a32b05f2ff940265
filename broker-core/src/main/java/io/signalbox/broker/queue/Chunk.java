package io.signalbox.broker.queue;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of places of one priority, one after the other, each in a slot: the LSNs coded, the rest as bits that cost nothing
 * while all entries are alike. What has ended is left out of the code as soon as it makes an eighth of it. Confined to the
 * queue.
 */
final class Chunk {

    /** Heap without what it refers to, in bytes. */
    private static final int FIXED_HEAP_BYTES = 96;

    /** Slots that share a bound of the size of their bodies. */
    private static final int SIZE_GROUP_SHIFT = 6;

    /** As many of the code may belong to ended entries before it is written anew. */
    private static final int MOST_DEAD = 64;

    /** Changes after which its heap is counted again; large ones ask for it at once. */
    private static final byte CHANGES_TO_RECKON = 32;

    private static final int NONE = -1;

    /** How many chunks of as many slots lie before it. */
    final long number;

    private final int slots;

    /** Slots that have an entry or had one: the first ones. */
    private int given;

    /** All before it have ended. */
    private int from;

    /** All from here on have ended or were not given. */
    private int to;

    /** Entries that have not ended. */
    private int live;

    private LsnCode code = new LsnCode();

    /** Slots before it are not in the code. */
    private int codedFrom;

    /** Slots after {@link #codedFrom} that are not in the code; all have ended. */
    private @Nullable SlotSet uncoded;

    /** Slots after {@link #from} that have ended and are in the code. */
    private @Nullable SlotSet ended;

    private @Nullable SlotSet out;
    private @Nullable SlotSet aside;
    private @Nullable SlotSet delivered;

    /** In place of the set, when nothing new can come. */
    private boolean allDelivered;

    private @Nullable SlotSet expiring;

    /** The flags of most, and how those of others differ. */
    private byte flags;

    private @Nullable SlotBytes otherFlags;
    private @Nullable SlotBytes failures;

    /** For each group of slots the bits of the longest body's length. */
    private @Nullable SlotBytes sizes;

    /** What of its heap the lane has counted. */
    int reckonedBytes;

    private byte changes;

    /** What {@link #next} looks for. */
    enum Standing {
        /** Not ended. */
        LIVE,
        /** Not ended and with nobody. */
        WAITING,
        /** Waiting, and not set aside. */
        IN_FRONT,
        /** Waiting and set aside. */
        ASIDE
    }

    Chunk(long number, int slots) {
        this.number = number;
        this.slots = slots;
    }

    boolean isFull() {
        return given == slots;
    }

    /** Whether nothing is in it and nothing can come. */
    boolean isOver() {
        return live == 0 && isFull();
    }

    int live() {
        return live;
    }

    /** @return the slot */
    int add(long lsn, int entryFlags, int bodyBytes, boolean expires) {
        code.add(lsn);
        int slot = given++;
        to = given;
        if (live++ == 0) flags = (byte) entryFlags;
        else if (flags != (byte) entryFlags) otherFlags = put(otherFlags, slot, entryFlags ^ flags);
        if (expires) expiring = with(expiring, slot);
        int group = slot >> SIZE_GROUP_SHIFT;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bodyBytes);
        if (sizes == null || bits > sizes.get(group)) sizes = put(sizes, group, bits);
        if (isFull()) trim();
        return slot;
    }

    private void trim() {
        changes = CHANGES_TO_RECKON;
        code.trim();
        otherFlags = SlotBytes.trimmed(otherFlags, from, to);
        failures = SlotBytes.trimmed(failures, from, to);
        sizes = SlotBytes.trimmed(sizes, from >> SIZE_GROUP_SHIFT, ((to - 1) >> SIZE_GROUP_SHIFT) + 1);
        out = SlotSet.trimmed(out);
        aside = SlotSet.trimmed(aside);
        delivered = SlotSet.trimmed(delivered);
        expiring = SlotSet.trimmed(expiring);
    }

    // ---- what stands in a slot

    long lsn(int slot) {
        return code.get(codeIndex(slot));
    }

    private int codeIndex(int slot) {
        return slot - codedFrom - (uncoded == null ? 0 : uncoded.sizeBefore(slot));
    }

    int flags(int slot) {
        return (otherFlags == null ? flags : flags ^ otherFlags.get(slot)) & 0xFF;
    }

    /** A body there has at most so many bytes. */
    int bodyBytesBound(int slot) {
        int bits = sizes == null ? 0 : sizes.get(slot >> SIZE_GROUP_SHIFT);
        return (int) Math.min(Integer.MAX_VALUE, (1L << bits) - 1);
    }

    boolean isDelivered(int slot) {
        return allDelivered || has(delivered, slot);
    }

    int failures(int slot) {
        return failures == null ? 0 : failures.get(slot) & 0xFF;
    }

    boolean mayExpire(int slot) {
        return has(expiring, slot);
    }

    boolean isAside(int slot) {
        return has(aside, slot);
    }

    private static boolean has(@Nullable SlotSet set, int slot) {
        return set != null && set.has(slot);
    }

    /** Whether so much has changed that its heap should be counted again. */
    boolean isToBeReckoned() {
        if (++changes < CHANGES_TO_RECKON) return false;
        changes = 0;
        return true;
    }

    /** The first slot of this standing from here on; negative if there is none. */
    int next(Standing standing, int slot) {
        if (standing == Standing.ASIDE && (aside == null || aside.size() == 0)) return NONE;
        int begin = Math.max(slot, from);
        if (begin >= to) return NONE;
        int last = (to - 1) >> 6;
        long bits = bits(standing, begin >> 6) & -1L << begin;
        for (int word = begin >> 6; ; bits = bits(standing, word)) {
            if (bits != 0) return (word << 6) + Long.numberOfTrailingZeros(bits);
            if (++word > last) return NONE;
        }
    }

    private long bits(Standing standing, int word) {
        return switch (standing) {
            case LIVE -> liveBits(word);
            case WAITING -> liveBits(word) & ~bits(out, word);
            case IN_FRONT -> liveBits(word) & ~bits(out, word) & ~bits(aside, word);
            case ASIDE -> bits(aside, word);
        };
    }

    private long liveBits(int word) {
        long bits = ~(bits(ended, word) | bits(uncoded, word));
        if (word == from >> 6) bits &= -1L << from;
        if (word == (to - 1) >> 6) bits &= -1L >>> -to;
        return bits;
    }

    private static long bits(@Nullable SlotSet set, int word) {
        return set == null ? 0 : set.word(word);
    }

    // ---- what becomes of it

    /** Someone takes a waiting one. */
    void take(int slot) {
        out = with(out, slot);
        if (aside != null) aside.remove(slot);
    }

    /** One that was taken waits again. */
    void putBack(int slot) {
        if (out != null) out.remove(slot);
    }

    void setAside(int slot) {
        aside = with(aside, slot);
    }

    void keepDelivered(int slot) {
        if (allDelivered) return;
        delivered = with(delivered, slot);
        noteAllDelivered();
    }

    private void noteAllDelivered() {
        if (delivered == null || delivered.size() < live || !isFull()) return;
        allDelivered = true;
        changes = CHANGES_TO_RECKON;
        delivered = null;
    }

    void keepFailures(int slot, int count) {
        failures = put(failures, slot, count);
    }

    /** One that was taken has ended. */
    void end(int slot) {
        forget(slot);
        live--;
        if (slot == from) {
            from++;
            skipEnded();
        } else {
            ended = with(ended, slot);
        }
        if (live == 0) reset();
        else if (isMuchDead()) recode();
    }

    private boolean isMuchDead() {
        int dead = code.size() - live;
        if (isFull() && live <= MOST_DEAD / 2 && Integer.bitCount(live) == 1)
            return true; // the last few shall cost little
        return dead >= Math.min(MOST_DEAD, slots / 4) && dead >= code.size() / 8;
    }

    private void forget(int slot) {
        if (out != null) out.remove(slot);
        if (delivered != null) delivered.remove(slot);
        if (expiring != null) expiring.remove(slot);
        if (otherFlags != null) otherFlags.put(slot, (byte) 0);
        if (failures != null) failures.put(slot, (byte) 0);
    }

    private void skipEnded() {
        while (from < to) {
            if (ended != null && ended.has(from)) ended.remove(from);
            else if (!has(uncoded, from)) return;
            from++;
        }
    }

    private void reset() {
        if (given > CHANGES_TO_RECKON && code.size() > CHANGES_TO_RECKON) changes = CHANGES_TO_RECKON;
        from = given;
        to = given;
        codedFrom = given;
        uncoded = null;
        ended = null;
        aside = null;
        out = small(out);
        delivered = null;
        expiring = null;
        otherFlags = null;
        failures = null;
        sizes = null;
        code.clear();
    }

    /** An empty set that costs little may stay: the next entry that is taken needs it. */
    private static @Nullable SlotSet small(@Nullable SlotSet set) {
        return SlotSet.heapBytes(set) > SlotSet.heapBytes(SMALL) ? null : set;
    }

    private static final SlotSet SMALL = SlotSet.of(0);

    /** Writes the code of those that have not ended. */
    private void recode() {
        LsnCode.Walk walk = code.walk();
        LsnCode fresh = new LsnCode();
        SlotSet gone = null;
        if (isFull()) to = lastLive() + 1;
        for (int slot = codedFrom; slot < to; slot++) {
            if (has(uncoded, slot)) {
                if (slot > from) gone = with(gone, slot);
                continue;
            }
            long lsn = walk.next();
            if (slot < from) continue;
            if (has(ended, slot)) gone = with(gone, slot);
            else fresh.add(lsn);
        }
        codedFrom = from;
        uncoded = SlotSet.trimmed(gone);
        ended = null;
        code = fresh;
        noteAllDelivered();
        if (isFull()) trim();
    }

    private int lastLive() {
        int word = (to - 1) >> 6;
        while (liveBits(word) == 0) word--;
        return (word << 6) + 63 - Long.numberOfLeadingZeros(liveBits(word));
    }

    private static SlotSet with(@Nullable SlotSet set, int slot) {
        if (set == null) return SlotSet.of(slot);
        set.add(slot);
        return set;
    }

    private static SlotBytes put(@Nullable SlotBytes values, int place, int value) {
        SlotBytes bytes = values == null ? new SlotBytes() : values;
        bytes.put(place, (byte) value);
        return bytes;
    }

    // ---- by LSN

    /** The slot of this LSN; negative if it is not there. Only while the LSNs rise from slot to slot. */
    int find(long lsn) {
        int index = code.find(lsn);
        if (index < 0) return NONE;
        int slot = codedFrom;
        for (int missing = index; missing > 0; missing = index - codeIndex(slot)) slot += missing;
        while (has(uncoded, slot)) slot++;
        return slot < from || has(ended, slot) ? NONE : slot;
    }

    /** The lowest LSN, while they rise and one has not ended. */
    long firstLsn() {
        return code.get(0);
    }

    /** The LSNs of those that have not ended and are in the log. */
    void forEachLsn(LongConsumer visitor) {
        LsnCode.Walk walk = code.walk();
        for (int slot = codedFrom; slot < to; slot++) {
            if (has(uncoded, slot)) continue;
            long lsn = walk.next();
            if (slot >= from && !has(ended, slot) && lsn != 0) visitor.accept(lsn);
        }
    }

    int heapBytes() {
        return FIXED_HEAP_BYTES
                + code.heapBytes()
                + SlotSet.heapBytes(uncoded)
                + SlotSet.heapBytes(ended)
                + SlotSet.heapBytes(out)
                + SlotSet.heapBytes(aside)
                + SlotSet.heapBytes(delivered)
                + SlotSet.heapBytes(expiring)
                + SlotBytes.heapBytes(otherFlags)
                + SlotBytes.heapBytes(failures)
                + SlotBytes.heapBytes(sizes);
    }
}
