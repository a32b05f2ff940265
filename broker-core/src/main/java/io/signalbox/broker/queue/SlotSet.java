package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Some slots of a chunk, as bits from the first that is needed to the last. Confined to the queue. */
final class SlotSet {

    /** Heap of a set without its words, in bytes. */
    private static final int FIXED_HEAP_BYTES = 24 + 16;

    private int firstWord;
    private long[] words = new long[1];
    private int size;

    /** A set of one. */
    static SlotSet of(int slot) {
        SlotSet set = new SlotSet();
        set.add(slot);
        return set;
    }

    /** The set with one more; a new one in the place of null. */
    static SlotSet with(@Nullable SlotSet set, int slot) {
        if (set == null) return of(slot);
        set.add(slot);
        return set;
    }

    int size() {
        return size;
    }

    boolean has(int slot) {
        return (word(slot >> 6) & 1L << slot) != 0;
    }

    /** The 64 slots from {@code index} times 64 on; the lowest bit is the first. */
    long word(int index) {
        int at = index - firstWord;
        return at < 0 || at >= words.length ? 0 : words[at];
    }

    void add(int slot) {
        int index = slot >> 6;
        if (size == 0) beginAt(index);
        else if (index < firstWord || index >= firstWord + words.length) reach(index);
        long bit = 1L << slot;
        if ((words[index - firstWord] & bit) != 0) return;
        words[index - firstWord] |= bit;
        size++;
    }

    private void beginAt(int index) {
        if (words.length > 1) words = new long[1];
        words[0] = 0;
        firstWord = index;
    }

    private void reach(int index) {
        int from = firstWord;
        while (words[from - firstWord] == 0) from++; // what is empty in front is given back
        int newFirst = Math.min(from, index);
        int end = Math.max(firstWord + words.length, index + 1);
        long[] larger = new long[end - newFirst];
        System.arraycopy(words, from - firstWord, larger, from - newFirst, firstWord + words.length - from);
        words = larger;
        firstWord = newFirst;
    }

    /** Nothing happens if it is not there. */
    void remove(int slot) {
        if (!has(slot)) return;
        words[(slot >> 6) - firstWord] &= ~(1L << slot);
        size--;
    }

    /** How many lie before this slot. */
    int sizeBefore(int slot) {
        int last = slot >> 6;
        int before = Long.bitCount(word(last) & (1L << slot) - 1);
        int end = Math.min(last, firstWord + words.length);
        for (int index = firstWord; index < end; index++) before += Long.bitCount(words[index - firstWord]);
        return before;
    }

    /** A set of all that are in one of these; one of them if the other is null. */
    static @Nullable SlotSet union(@Nullable SlotSet one, @Nullable SlotSet other) {
        if (one == null || other == null) return one == null ? other : one;
        SlotSet both = new SlotSet();
        both.firstWord = Math.min(one.firstWord, other.firstWord);
        int end = Math.max(one.firstWord + one.words.length, other.firstWord + other.words.length);
        both.words = new long[end - both.firstWord];
        for (int i = 0; i < both.words.length; i++) {
            both.words[i] = one.word(both.firstWord + i) | other.word(both.firstWord + i);
            both.size += Long.bitCount(both.words[i]);
        }
        return both;
    }

    /** Gives back what it does not need; null if the set is empty. */
    static @Nullable SlotSet trimmed(@Nullable SlotSet set) {
        if (set == null || set.size == 0) return null;
        int from = 0;
        int to = set.words.length;
        while (set.words[from] == 0) from++;
        while (set.words[to - 1] == 0) to--;
        if (to - from < set.words.length) {
            set.words = Arrays.copyOfRange(set.words, from, to);
            set.firstWord += from;
        }
        return set;
    }

    static void write(DataOutputStream out, @Nullable SlotSet set) throws IOException {
        if (set == null) {
            out.writeShort(0);
            return;
        }
        out.writeShort(set.words.length);
        out.writeShort(set.firstWord);
        for (long word : set.words) out.writeLong(word);
    }

    /** @param slots as many there are at most */
    static @Nullable SlotSet read(DataInputStream in, int slots) throws IOException {
        int length = in.readUnsignedShort();
        if (length == 0) return null;
        SlotSet set = new SlotSet();
        set.firstWord = in.readUnsignedShort();
        if (set.firstWord + length > (slots + 63) >> 6) throw new IOException("a set of slots is too long");
        set.words = new long[length];
        for (int i = 0; i < length; i++) {
            set.words[i] = in.readLong();
            set.size += Long.bitCount(set.words[i]);
        }
        return set;
    }

    static int heapBytes(@Nullable SlotSet set) {
        return set == null ? 0 : FIXED_HEAP_BYTES + 8 * set.words.length;
    }
}
