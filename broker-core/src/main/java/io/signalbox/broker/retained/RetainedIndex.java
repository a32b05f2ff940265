package io.signalbox.broker.retained;

import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.store.StateTable;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages of a virtual host by topic, level by level in order, so that a reader with a wildcard goes on from
 * any topic and jumps over the branches it does not want. It shares the arrays of its table and shows what that says: about
 * 40 bytes a topic.
 *
 * <p>Thread-safe and lock-free: readers of any loop go along while others change it.
 */
final class RetainedIndex {

    /** What a retained message costs on the heap beside topic and value, here and in the table, in bytes. */
    static final int OVERHEAD_BYTES = 200;

    private static final byte SEPARATOR = '/';

    private final StateTable table;
    private final MemoryBudget memory;
    private final ConcurrentSkipListMap<byte[], byte[]> values =
            new ConcurrentSkipListMap<>(RetainedIndex::compareByLevels);
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    RetainedIndex(StateTable table, MemoryBudget memory) {
        this.table = table;
        this.memory = memory;
    }

    /** A separator sorts before all else, so a topic is followed by the topics below it. */
    static int compareByLevels(byte[] a, byte[] b) {
        int at = Arrays.mismatch(a, b);
        if (at < 0) return 0;
        if (at == a.length) return -1;
        if (at == b.length) return 1;
        return Integer.compare(rank(a[at]), rank(b[at]));
    }

    private static int rank(byte of) {
        return of == SEPARATOR ? -1 : of & 0xFF;
    }

    long messages() {
        return messages.sum();
    }

    long bytes() {
        return bytes.sum();
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    Optional<byte[]> get(byte[] key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The first topic at or after {@code key}. */
    Optional<Map.Entry<byte[], byte[]>> from(byte[] key) {
        return Optional.ofNullable(values.ceilingEntry(key));
    }

    Optional<Map.Entry<byte[], byte[]>> after(byte[] key) {
        return Optional.ofNullable(values.higherEntry(key));
    }

    static long cost(byte[] key, long valueBytes) {
        return OVERHEAD_BYTES + key.length + valueBytes;
    }

    /**
     * Shows what the table says of {@code key} by now. Called after each change of the table, whose versions decide which of
     * two loops was the later one: whoever comes last here, too, leaves what the table says.
     */
    void refresh(byte[] key) {
        boolean settled = false;
        while (!settled) {
            byte[] shown = values.get(key); // before the table is read: a newer value shown meanwhile is not replaced
            byte[] stored = stored(key);
            settled = replace(key, shown, stored) && Arrays.equals(stored, stored(key));
        }
    }

    private byte @Nullable [] stored(byte[] key) {
        return table.get(key).orElse(null);
    }

    private boolean replace(byte[] key, byte @Nullable [] shown, byte @Nullable [] stored) {
        if (shown == stored) return true;
        boolean replaced;
        if (stored == null) replaced = values.remove(key, shown); // arrays are equal if they are the same
        else if (shown == null) replaced = values.putIfAbsent(key, stored) == null;
        else replaced = values.replace(key, shown, stored);
        if (replaced) count(key, shown, stored);
        return replaced;
    }

    private void count(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        long grown = (after == null ? 0 : cost(key, after.length)) - (before == null ? 0 : cost(key, before.length));
        if (before == null) messages.increment();
        if (after == null) messages.decrement();
        bytes.add(grown);
        memory.hold(grown);
    }

    /** Drops a value that has expired, unless it has been replaced meanwhile. */
    void discard(byte[] key, byte[] value) {
        table.discard(key, value);
        refresh(key);
    }
}
