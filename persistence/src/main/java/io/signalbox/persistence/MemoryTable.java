package io.signalbox.persistence;

import io.signalbox.broker.store.StateTable;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A state table in memory. Every change carries its LSN as version and the higher one wins, whichever order threads come
 * in; a removal leaves a tombstone until no older change can still arrive. Thread-safe.
 */
final class MemoryTable implements StateTable {

    /** Removals that are worth no look at the table, whatever its size. */
    private static final int FEW_REMOVALS = 16_384;

    private final String name;
    private final ConcurrentHashMap<Key, Versioned> pairs = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicInteger removals = new AtomicInteger();

    /** A key by content. */
    private record Key(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    private record Versioned(byte @Nullable [] value, long lsn) {}

    MemoryTable(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        Versioned found = pairs.get(new Key(key));
        return found == null ? Optional.empty() : Optional.ofNullable(found.value);
    }

    @Override
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        pairs.forEach((key, versioned) -> {
            if (versioned.value != null) visitor.accept(key.bytes, versioned.value);
        });
    }

    @Override
    public int size() {
        return size.get();
    }

    @Override
    public void discard(byte[] key, byte[] value) {
        pairs.computeIfPresent(new Key(key), (same, present) -> {
            if (!Arrays.equals(present.value, value)) return present;
            size.decrementAndGet();
            removals.incrementAndGet();
            return new Versioned(null, present.lsn); // an older change may still arrive
        });
    }

    /** Applies a change made at {@code lsn}, unless a later one is known; a null value removes the key. */
    void change(byte[] key, byte @Nullable [] value, long lsn) {
        pairs.compute(new Key(key), (same, old) -> {
            // Within one batch the last change of a key counts, hence not >=.
            if (old != null && old.lsn > lsn) return old;
            boolean was = old != null && old.value != null;
            boolean is = value != null;
            if (was != is) size.addAndGet(is ? 1 : -1);
            boolean wasRemoval = old != null && !was;
            if (wasRemoval == is) removals.addAndGet(is ? -1 : 1);
            return new Versioned(value, lsn);
        });
    }

    /** Whether so many removals are remembered that to forget them is worth a look at all of the table. */
    boolean isForgettingDue() {
        return removals.get() > Math.max(FEW_REMOVALS, size.get() / 2);
    }

    /** Forgets removals below {@code lsn}; no change below it may come any more. */
    void forgetRemovalsBelow(long lsn) {
        for (Map.Entry<Key, Versioned> entry : pairs.entrySet()) {
            Versioned versioned = entry.getValue();
            boolean old = versioned.value == null && versioned.lsn < lsn;
            if (old && pairs.remove(entry.getKey(), versioned)) removals.decrementAndGet();
        }
    }

    /** Receives the pairs with their versions. */
    interface VersionVisitor<E extends Exception> {
        void pair(byte[] key, byte[] value, long lsn) throws E;
    }

    /**
     * Visits every pair.
     *
     * @return the highest version seen, removals included: what was removed is missing because of that change
     */
    <E extends Exception> long forEachVersion(VersionVisitor<E> visitor) throws E {
        long highest = 0;
        for (Map.Entry<Key, Versioned> entry : pairs.entrySet()) {
            Versioned versioned = entry.getValue();
            highest = Math.max(highest, versioned.lsn);
            if (versioned.value != null) visitor.pair(entry.getKey().bytes, versioned.value, versioned.lsn);
        }
        return highest;
    }
}
