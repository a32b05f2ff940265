package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A byte for each of some places; 0 where none was put. Confined to the queue. */
final class SlotBytes {

    /** Heap without the bytes, in bytes. */
    private static final int FIXED_HEAP_BYTES = 24 + 16;

    private static final int SMALLEST = 8;

    private int first;
    private byte[] bytes = new byte[0];

    byte get(int place) {
        int at = place - first;
        return at < 0 || at >= bytes.length ? 0 : bytes[at];
    }

    void put(int place, byte value) {
        if (get(place) == value) return;
        if (bytes.length == 0) {
            first = place;
            bytes = new byte[SMALLEST];
        } else if (place < first || place >= first + bytes.length) {
            reach(place);
        }
        bytes[place - first] = value;
    }

    private void reach(int place) {
        int newFirst = Math.min(first, place);
        int end = Math.max(first + bytes.length, place + 1);
        int room = place < first ? 0 : (end - newFirst) / 2;
        byte[] larger = new byte[end - newFirst + room];
        System.arraycopy(bytes, 0, larger, first - newFirst, bytes.length);
        bytes = larger;
        first = newFirst;
    }

    /** Gives back what is not needed for these places; null if all there are 0. */
    static @Nullable SlotBytes trimmed(@Nullable SlotBytes values, int fromPlace, int toPlace) {
        if (values == null) return null;
        int from = Math.max(0, fromPlace - values.first);
        int to = Math.min(values.bytes.length, toPlace - values.first);
        while (to > from && values.bytes[to - 1] == 0) to--;
        if (to <= from) return null;
        while (values.bytes[from] == 0) from++;
        if (to - from < values.bytes.length) {
            values.bytes = Arrays.copyOfRange(values.bytes, from, to);
            values.first += from;
        }
        return values;
    }

    static void write(DataOutputStream out, @Nullable SlotBytes values) throws IOException {
        if (values == null || values.bytes.length == 0) {
            out.writeShort(0);
            return;
        }
        out.writeShort(values.bytes.length);
        out.writeShort(values.first);
        out.write(values.bytes);
    }

    static @Nullable SlotBytes read(DataInputStream in) throws IOException {
        int length = in.readUnsignedShort();
        if (length == 0) return null;
        SlotBytes values = new SlotBytes();
        values.first = in.readUnsignedShort();
        values.bytes = in.readNBytes(length);
        if (values.bytes.length < length) throw new EOFException("bytes of slots end too early");
        return values;
    }

    static int heapBytes(@Nullable SlotBytes values) {
        return values == null ? 0 : FIXED_HEAP_BYTES + values.bytes.length;
    }
}
