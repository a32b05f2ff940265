package io.signalbox.persistence;

import io.signalbox.broker.message.Pieces;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The large bodies that living enqueue records name, by the LSNs of those records. A checkpoint has it, since the log below
 * is not read again. Thread-safe; the methods named for restoring belong to the opening thread.
 */
final class LargeBodies {

    private static final Pieces.Hold GONE = new Pieces.Hold() {
        @Override
        public boolean take() {
            return false;
        }

        @Override
        public void release() {
            throw new IllegalStateException("released what could not be taken");
        }
    };

    private final ConcurrentHashMap<Long, Named> named = new ConcurrentHashMap<>();

    /** All that somebody holds, also those that no record names. */
    private final Set<LargeBody> held = ConcurrentHashMap.newKeySet();

    private final Consumer<LargeBody> whenLetGo;

    private record Named(LargeBody body, AtomicInteger entries) {}

    /** Receives what a checkpoint has to know. */
    interface Visitor<E extends Exception> {
        void large(long lsn, long[] pieces) throws E;
    }

    /** @param whenLetGo told, on any thread, of each body whose pieces nobody needs any more */
    LargeBodies(Consumer<LargeBody> whenLetGo) {
        this.whenLetGo = whenLetGo;
    }

    /** A body whose upload begins, and holds it. */
    LargeBody begin() {
        return hold(new LargeBody(new long[0], 1, this::letGo));
    }

    private LargeBody hold(LargeBody body) {
        held.add(body);
        return body;
    }

    private void letGo(LargeBody body) {
        held.remove(body);
        whenLetGo.accept(body);
    }

    /** Visits the pieces that somebody holds. */
    void forEachPiece(LongConsumer visitor) {
        for (LargeBody body : held) body.forEachLsn(visitor);
    }

    /** The enqueue record at {@code lsn} names it for so many entries. Before anybody can end one of them. */
    void named(long lsn, Pieces pieces, int entries) {
        if (!(pieces.hold() instanceof LargeBody body)) throw new IllegalArgumentException("pieces of another store");
        body.take(entries);
        named.put(lsn, new Named(body, new AtomicInteger(entries)));
    }

    /** An entry of the enqueue record at {@code lsn} has ended, durably; most of them have no large body. */
    void ended(long lsn) {
        if (named.isEmpty()) return;
        Named one = named.get(lsn);
        if (one == null) return;
        if (one.entries.decrementAndGet() == 0) named.remove(lsn);
        one.body.release();
    }

    /** Whether the enqueue record at {@code lsn} names a piece that lies at such an address. */
    boolean hasPiece(long lsn, LongPredicate wanted) {
        if (named.isEmpty()) return false;
        Named one = named.get(lsn);
        if (one == null) return false;
        for (long piece : one.body.lsns()) if (wanted.test(piece)) return true;
        return false;
    }

    /** Whether the enqueue record at {@code lsn} has a large body. */
    boolean isLarge(long lsn) {
        return named.containsKey(lsn);
    }

    /** Who keeps the body that the enqueue record at {@code lsn} names. */
    Pieces.Hold holdOf(long lsn) {
        Named one = named.get(lsn);
        return one == null ? GONE : one.body;
    }

    /** Visits what living enqueue records below {@code belowLsn} name. */
    <E extends Exception> void forEachBelow(long belowLsn, Visitor<E> visitor) throws E {
        for (Map.Entry<Long, Named> each : named.entrySet()) {
            if (each.getKey() < belowLsn)
                visitor.large(each.getKey(), each.getValue().body.lsns());
        }
    }

    /** The enqueue record at {@code lsn} names these pieces; its entries come one by one. */
    void restore(long lsn, long[] pieces) {
        named.putIfAbsent(lsn, new Named(new LargeBody(pieces, 0, body -> {}), new AtomicInteger()));
    }

    /** An entry of the record has come. */
    void restoredEntry(long lsn) {
        Named one = named.get(lsn);
        if (one != null) one.entries.incrementAndGet();
    }

    /** An entry of the record has ended. */
    void restoredEnd(long lsn) {
        Named one = named.get(lsn);
        if (one != null) one.entries.decrementAndGet();
    }

    /**
     * All has come: counts what is left in its segments.
     *
     * @return how many pieces lie in none
     */
    long restored(SegmentTable segments) {
        long homeless = 0;
        for (Map.Entry<Long, Named> each : named.entrySet()) {
            int entries = each.getValue().entries.get();
            long[] lsns = each.getValue().body.lsns();
            if (entries == 0) {
                named.remove(each.getKey());
                continue;
            }
            for (long lsn : lsns) {
                @Nullable Segment segment = segments.of(lsn);
                if (segment == null) homeless++;
                else segment.kept();
            }
            LargeBody living = hold(new LargeBody(lsns, entries, this::letGo));
            named.put(each.getKey(), new Named(living, new AtomicInteger(entries)));
        }
        return homeless;
    }
}
