package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * When the entries of a chunk expire: a slot and a whole second for each that does, in the order of the slots, so 6 bytes each
 * and nothing for others. A second is a number that is the higher the later, {@link #NEVER} for what is too far away to be told.
 * Confined to the queue.
 */
final class SlotTimes {

    /** The second of what does not expire, and of what does after the year 2105. */
    static final int NEVER = Integer.MAX_VALUE;

    private static final long MILLIS_PER_SECOND = 1000;

    /** Seconds since 1970 that the number 0 stands for: numbers begin with 1970 and end in 2106. */
    private static final long MIDDLE = 1L << 31;

    /** Heap without slots and seconds, in bytes. */
    private static final int FIXED_HEAP_BYTES = 32 + 2 * 16;

    private static final int SMALLEST = 2;

    /** Of a slot and a second in an image. */
    private static final int MOST_BYTES = 2 + 5;

    private char[] slots = new char[SMALLEST];

    /** {@link #NEVER} where the entry has ended. */
    private int[] seconds = new int[SMALLEST];

    private char size;
    private char ended;

    /** None of those that may go expires before it. */
    private int earliest = NEVER;

    // ---- seconds

    /** The first whole second at which it has expired. */
    static int second(long expiresAtMillis) {
        if (expiresAtMillis == Envelope.NEVER) return NEVER;
        if (expiresAtMillis <= 0) return Integer.MIN_VALUE;
        return number((expiresAtMillis - 1) / MILLIS_PER_SECOND + 1);
    }

    /** The last whole second that has begun. */
    static int now(long nowMillis) {
        return number(Math.max(0, nowMillis / MILLIS_PER_SECOND));
    }

    private static int number(long secondsSince1970) {
        return (int) Math.min(NEVER, secondsSince1970 - MIDDLE);
    }

    /** When a second begins, in milliseconds since 1970. */
    static long millis(int second) {
        return second == NEVER ? Envelope.NEVER : (second + MIDDLE) * MILLIS_PER_SECOND;
    }

    // ---- slots

    /** Adds an entry that expires, in a slot after all others. */
    static SlotTimes with(@Nullable SlotTimes times, int slot, int second) {
        SlotTimes grown = times == null ? new SlotTimes() : times;
        grown.add(slot, second);
        return grown;
    }

    private void add(int slot, int second) {
        if (size == slots.length) resize(size + (size >> 2) + SMALLEST);
        slots[size] = (char) slot;
        seconds[size++] = second;
        earliest = Math.min(earliest, second);
    }

    private void resize(int capacity) {
        slots = Arrays.copyOf(slots, capacity);
        seconds = Arrays.copyOf(seconds, capacity);
    }

    int of(int slot) {
        int index = Arrays.binarySearch(slots, 0, size, (char) slot);
        return index < 0 ? NEVER : seconds[index];
    }

    /** The entry has ended. */
    void forget(int slot) {
        int index = Arrays.binarySearch(slots, 0, size, (char) slot);
        if (index < 0 || seconds[index] == NEVER) return;
        seconds[index] = NEVER;
        if (++ended > size / 2) leaveOutEnded();
    }

    private void leaveOutEnded() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (seconds[i] == NEVER) continue;
            slots[kept] = slots[i];
            seconds[kept++] = seconds[i];
        }
        size = (char) kept;
        ended = 0;
        if (kept < slots.length / 4) resize(Math.max(SMALLEST, kept));
    }

    // ---- time

    /** See {@link #due}. */
    int earliest() {
        return earliest;
    }

    /** The entry may go again when its time comes. */
    void wake(int slot) {
        earliest = Math.min(earliest, of(slot));
    }

    /**
     * Finds those whose time has come, and notes when the next one's will; if there are more than fit, that is still now.
     *
     * @param mayGo whether an entry may go now or later; one that may not is not thought of before {@link #wake}
     * @param places gets {@code first} plus the slot of each
     * @param found so many places are taken already
     * @return how many are taken then
     */
    int due(int now, IntPredicate mayGo, long first, long[] places, int found) {
        int next = NEVER;
        int taken = found;
        for (int i = 0; i < size; i++) {
            if (seconds[i] >= next) continue;
            if (!mayGo.test(slots[i])) continue;
            if (seconds[i] > now) next = seconds[i];
            else if (taken == places.length) return taken;
            else places[taken++] = first + slots[i];
        }
        earliest = next;
        return taken;
    }

    int size() {
        return size;
    }

    // ---- its keep

    /** Gives back what is not needed; null if nothing is left. */
    static @Nullable SlotTimes trimmed(@Nullable SlotTimes times) {
        if (times == null) return null;
        times.leaveOutEnded();
        if (times.size == 0) return null;
        times.resize(times.size);
        return times;
    }

    static int heapBytes(@Nullable SlotTimes times) {
        return times == null ? 0 : FIXED_HEAP_BYTES + (Character.BYTES + Integer.BYTES) * times.slots.length;
    }

    /** Writes differences to the one before, 7 bits a byte. */
    static void write(DataOutputStream out, @Nullable SlotTimes times) throws IOException {
        if (times == null) {
            out.writeShort(0);
            return;
        }
        byte[] code = new byte[times.size * MOST_BYTES];
        int used = 0;
        int slot = 0;
        int second = 0;
        for (int i = 0; i < times.size; i++) {
            if (times.seconds[i] == NEVER) continue;
            int difference = times.seconds[i] - second;
            used = put(code, used, times.slots[i] - slot);
            used = put(code, used, difference << 1 ^ difference >> 31);
            slot = times.slots[i];
            second = times.seconds[i];
        }
        out.writeShort(times.size - times.ended);
        out.write(code, 0, used);
    }

    private static int put(byte[] code, int at, int number) {
        int end = at;
        int rest = number;
        for (; (rest & ~0x7F) != 0; rest >>>= 7) code[end++] = (byte) (rest | 0x80);
        code[end++] = (byte) rest;
        return end;
    }

    /** @param slots as many there are at most */
    static @Nullable SlotTimes read(DataInputStream in, int slots) throws IOException {
        int count = in.readUnsignedShort();
        if (count == 0) return null;
        if (count > slots) throw new IOException("more entries expire than there are slots");
        SlotTimes times = new SlotTimes();
        times.resize(count);
        int slot = 0;
        int second = 0;
        for (int i = 0; i < count; i++) {
            int step = readNumber(in);
            if (step < (i == 0 ? 0 : 1) || step >= slots - slot) throw new IOException("a time is of no slot");
            slot += step;
            int difference = readNumber(in);
            second += difference >>> 1 ^ -(difference & 1);
            times.add(slot, second);
        }
        return times;
    }

    private static int readNumber(DataInputStream in) throws IOException {
        int number = 0;
        for (int bits = 0; bits < Integer.SIZE; bits += 7) {
            int read = in.readUnsignedByte();
            number |= (read & 0x7F) << bits;
            if (read < 0x80) return number;
        }
        throw new IOException("a number has too many bytes");
    }
}
