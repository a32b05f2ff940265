package io.signalbox.broker.store;

import io.signalbox.broker.message.Pieces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The pieces of large bodies in a {@link MemoryStore}. Thread-safe. */
final class MemoryPieces {

    private final Map<Long, byte[]> byLsn = new ConcurrentHashMap<>();

    int count() {
        return byLsn.size();
    }

    byte @Nullable [] at(long lsn) {
        return byLsn.get(lsn);
    }

    LargeUpload upload(LongSupplier nextLsn) {
        return new Upload(nextLsn);
    }

    /** Lets go of the pieces when nobody holds them. */
    private final class Held implements Pieces.Hold {
        private final AtomicInteger holds = new AtomicInteger(1);
        private final List<Long> lsns;

        Held(List<Long> lsns) {
            this.lsns = lsns;
        }

        @Override
        public boolean take() {
            return holds.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        }

        @Override
        public void release() {
            int left = holds.decrementAndGet();
            if (left < 0) throw new IllegalStateException("released once more than taken");
            if (left == 0) lsns.forEach(byLsn::remove);
        }
    }

    private final class Upload implements LargeUpload {
        private final LongSupplier nextLsn;
        private final List<Long> lsns = new ArrayList<>();
        private final Held held = new Held(lsns);

        Upload(LongSupplier nextLsn) {
            this.nextLsn = nextLsn;
        }

        @Override
        public long append(byte[] bytes, int from, int count) {
            long lsn = nextLsn.getAsLong();
            if (lsn < 0) return lsn;
            byLsn.put(lsn, Arrays.copyOfRange(bytes, from, from + count));
            lsns.add(lsn);
            return lsn;
        }

        @Override
        public Pieces complete() {
            long[] places = lsns.stream().mapToLong(Long::longValue).toArray();
            int[] bytes = lsns.stream()
                    .mapToInt(lsn -> Objects.requireNonNull(at(lsn)).length)
                    .toArray();
            return new Pieces(places, bytes, held);
        }

        @Override
        public void abandon() {
            held.release();
        }
    }
}
