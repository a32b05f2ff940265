package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of places of one priority, one after the other, each in a slot: the LSNs coded, the rest as bits that cost nothing
 * while all entries are alike. What has ended is left out of the code as soon as it makes an eighth of it. Confined to the
 * queue.
 */
final class Chunk {

    /** Heap without what it refers to, in bytes. */
    private static final int FIXED_HEAP_BYTES = 56 + 48;

    /** As many of the code may belong to ended entries before it is written anew. */
    private static final int MOST_DEAD = 64;

    /** Changes after which its heap is counted again; large ones ask for it at once. */
    private static final byte CHANGES_TO_RECKON = 32;

    private static final int NONE = -1;

    /** How many chunks of as many slots lie before it. */
    final long number;

    // Numbers of slots, none of which is higher than 4096: a small queue costs little more than this.
    private final char slots;

    /** Slots that have an entry or had one: the first ones. */
    private char given;

    /** All before it have ended. */
    private char from;

    /** All from here on have ended or were not given. */
    private char to;

    /** Entries that have not ended. */
    private char live;

    private SlotLsns lsns = new SlotLsns();

    /** Whether an entry may be in it that is not in the log. */
    private boolean hasUnlogged;

    /** Slots after {@link #from} that have ended and are in the code. */
    private @Nullable SlotSet ended;

    private @Nullable SlotSet out;
    private @Nullable SlotSet aside;

    private SlotMarks marks = new SlotMarks();

    /** What of its heap the lane has counted. */
    int reckonedBytes;

    private byte changes;

    Chunk(long number, int slots) {
        this.number = number;
        this.slots = (char) slots;
    }

    /** One that goes on after slots that have ended. */
    Chunk(long number, int slots, int ended) {
        this(number, slots);
        given = (char) ended;
        reset();
    }

    /** What an earlier life left, with nobody having or having seen any of it. */
    Chunk(ChunkImage image, int slots) {
        this(image.number(), slots);
        from = (char) image.from();
        to = (char) image.to();
        given = to; // what came after it was no part of the image
        live = (char) image.living();
        lsns = image.lsns();
        ended = image.ended();
        marks = image.marks();
        marks.startWith(image.bodyBytes());
        skipEnded();
        // The log may tell anew what was left out at the end, and no LSN comes twice in a row.
        if (isMuchDead() || has(ended, to - 1)) recode();
        trim();
    }

    boolean isFull() {
        return given == slots;
    }

    /** Whether nothing is in it and nothing can come. */
    boolean isOver() {
        return live == 0 && isFull();
    }

    /** How many slots have or had an entry. */
    int given() {
        return given;
    }

    int live() {
        return live;
    }

    /** What lives stands before it. */
    int to() {
        return to;
    }

    /** @return the slot */
    int add(long lsn, int entryFlags, int bodyBytes, int expiry) {
        hasUnlogged |= lsn == 0;
        lsns.add(lsn);
        int slot = given++;
        to = given;
        marks.add(slot, live++ == 0, entryFlags, bodyBytes, expiry);
        if (isFull()) trim();
        return slot;
    }

    private void trim() {
        changes = CHANGES_TO_RECKON;
        lsns.trim();
        marks.trim(from, to);
        out = SlotSet.trimmed(out);
        aside = SlotSet.trimmed(aside);
    }

    // ---- what stands in a slot

    long lsn(int slot) {
        return lsns.ofSlot(slot);
    }

    /** What is known of the slots beside that. */
    SlotMarks marks() {
        return marks;
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
        long bits = ~(bits(ended, word) | lsns.leftOut(word));
        if (word == from >> 6) bits &= -1L << from;
        if (word == (to - 1) >> 6) bits &= -1L >>> -to;
        return bits;
    }

    private static long bits(@Nullable SlotSet set, int word) {
        return set == null ? 0 : set.word(word);
    }

    // ---- what becomes of it

    /** Someone takes a waiting one; as {@link SlotMarks#take}. */
    long take(int slot, int bodyBytes) {
        long taken = marks.take(bodyBytes, waiting());
        out = SlotSet.with(out, slot);
        if (aside != null) aside.remove(slot);
        return taken;
    }

    private int waiting() {
        return out == null ? live : live - out.size();
    }

    /** One that was taken waits again. */
    void putBack(int slot, int bodyBytes) {
        if (out != null) out.remove(slot);
        marks.putBack(slot, bodyBytes);
    }

    void setAside(int slot) {
        aside = SlotSet.with(aside, slot);
    }

    void keepDelivered(int slot) {
        marks.keepDelivered(slot);
        noteAllDelivered();
    }

    private void noteAllDelivered() {
        if (isFull() && marks.areAllDelivered(live)) changes = CHANGES_TO_RECKON;
    }

    /** One that was taken has ended. */
    void end(int slot) {
        forget(slot);
        live--;
        if (slot == from) {
            from++;
            skipEnded();
        } else {
            ended = SlotSet.with(ended, slot);
        }
        if (live == 0) reset();
        else if (isMuchDead()) recode();
    }

    private boolean isMuchDead() {
        int dead = lsns.size() - live;
        if (isFull() && live <= MOST_DEAD / 2 && Integer.bitCount(live) == 1)
            return true; // the last few shall cost little
        return dead >= Math.min(MOST_DEAD, slots / 4) && dead >= lsns.size() / 8;
    }

    private void forget(int slot) {
        if (out != null) out.remove(slot);
        marks.forget(slot);
    }

    private void skipEnded() {
        while (from < to) {
            if (ended != null && ended.has(from)) ended.remove(from);
            else if (!lsns.isLeftOut(from)) return;
            from++;
        }
    }

    private void reset() {
        if (given > CHANGES_TO_RECKON && lsns.size() > CHANGES_TO_RECKON) changes = CHANGES_TO_RECKON;
        from = given;
        to = given;
        lsns.clear(given);
        hasUnlogged = false;
        ended = null;
        aside = null;
        out = small(out);
        marks.clear();
    }

    /** An empty set that costs little may stay: the next entry that is taken needs it. */
    private static @Nullable SlotSet small(@Nullable SlotSet set) {
        return SlotSet.heapBytes(set) > SlotSet.heapBytes(SMALL) ? null : set;
    }

    private static final SlotSet SMALL = SlotSet.of(0);

    /** Writes the code of those that have not ended. */
    private void recode() {
        if (isFull()) to = (char) (lastLive() + 1);
        lsns.writeAnew(from, to, ended);
        ended = null;
        noteAllDelivered();
        if (isFull()) trim();
    }

    private int lastLive() {
        int word = (to - 1) >> 6;
        while (liveBits(word) == 0) word--;
        return (word << 6) + 63 - Long.numberOfLeadingZeros(liveBits(word));
    }

    /** Whether an entry is there and with nobody. */
    boolean waits(int slot) {
        return slot >= from && slot < to && (bits(Standing.WAITING, slot >> 6) >>> slot & 1) != 0;
    }

    // ---- by LSN

    /** The slot of this LSN; negative if it is not there. Only while it {@linkplain #rises rises}. */
    int find(long lsn) {
        int slot = lsns.slotOf(lsn);
        return slot < from || has(ended, slot) ? NONE : slot;
    }

    /** The first LSN in the code: the lowest, while they rise. */
    long firstLsn() {
        return lsns.get(0);
    }

    boolean rises() {
        return lsns.rises();
    }

    /** Visits the slots of those that have not ended. */
    void forEachLiving(SlotLsns.Visitor visitor) {
        lsns.forEach(to, (slot, lsn) -> {
            if (slot >= from && !has(ended, slot)) visitor.slot(slot, lsn);
        });
    }

    /** The LSNs of those that have not ended and are in the log. */
    void forEachLsn(LongConsumer visitor) {
        forEachLiving((slot, lsn) -> {
            if (lsn != 0) visitor.accept(lsn);
        });
    }

    /** Nothing more comes in. */
    void close() {
        given = slots;
        trim();
    }

    // ---- its image

    /** Whether all that is in it lies in the log below this LSN, as far as is known without a look at each. */
    boolean isWhollyBelow(long lsn) {
        return !hasUnlogged && lsns.rises() && lsns.last() < lsn;
    }

    /** What lies in the log below this LSN, in slots before {@code endSlot}, and has not ended. */
    ChunkImage image(long belowLsn, int endSlot) {
        SlotSet[] leftOut = {null};
        int[] living = {live};
        if (!isWhollyBelow(belowLsn) || endSlot < given) {
            forEachLiving((slot, lsn) -> {
                if (slot < endSlot && lsn != 0 && lsn < belowLsn) return;
                leftOut[0] = SlotSet.with(leftOut[0], slot);
                living[0]--;
            });
        }
        // Those that consumers have are taken for as large as the others.
        long bodyBytes = marks.waitingBytes() / Math.max(1, waiting()) * living[0];
        return new ChunkImage(number, from, to, living[0], bodyBytes, lsns, SlotSet.union(ended, leftOut[0]), marks);
    }

    // ---- its page

    /** Whether it may be long until somebody needs it: nothing comes in, nobody has any of it, and nothing expires. */
    boolean isQuiet() {
        return isFull() && live > 0 && waiting() == live && marks.expiring() == 0;
    }

    /** Writes what a page has beside the image. */
    void writeStandings(DataOutputStream out) throws IOException {
        SlotSet.write(out, aside);
        marks.writeDelivered(out);
    }

    /** Reads what was written, for a chunk from that image; it is as it was. */
    void readStandings(DataInputStream in, long waitingBytes) throws IOException {
        aside = SlotSet.read(in, slots);
        marks.readDelivered(in, slots);
        marks.startWith(waitingBytes);
        close();
    }

    int heapBytes() {
        return FIXED_HEAP_BYTES
                + lsns.heapBytes()
                + SlotSet.heapBytes(ended)
                + SlotSet.heapBytes(out)
                + SlotSet.heapBytes(aside)
                + marks.heapBytes();
    }
}
