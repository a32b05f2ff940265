package io.signalbox.testkit;

import io.signalbox.broker.store.WriteBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * What a store must still hold after a crash: everything that was durable, and of the later batches the first few, each
 * whole or not at all. Not thread-safe.
 */
public final class StoreModel {

    private StoreContents promised = new StoreContents();
    private final List<Appended> unconfirmed = new ArrayList<>();
    private long highestLsn;

    private record Appended(WriteBatch batch, long lsn) {}

    /** A batch was accepted; it must not be changed any more. */
    void appended(WriteBatch batch, long lsn) {
        if (lsn <= highestLsn) throw new AssertionError("LSN " + lsn + " is not above " + highestLsn);
        highestLsn = lsn;
        unconfirmed.add(new Appended(batch, lsn));
    }

    /** The highest LSN given so far, in all lives: no later one may be lower. */
    long highestLsn() {
        return highestLsn;
    }

    void saw(long lsn) {
        highestLsn = Math.max(highestLsn, lsn);
    }

    /** The store has said that all below {@code durableLsn} survives. */
    void promise(long durableLsn) {
        while (!unconfirmed.isEmpty() && unconfirmed.get(0).lsn < durableLsn) {
            Appended next = unconfirmed.remove(0);
            promised.apply(next.batch, next.lsn);
        }
    }

    /**
     * Checks what a recovery brought.
     *
     * @throws AssertionError if it is nothing that a crash may leave
     */
    void check(StoreContents recovered) {
        StoreContents candidate = promised.copy();
        if (recovered.isSameAs(candidate)) return;
        for (Appended next : unconfirmed) {
            candidate.apply(next.batch, next.lsn);
            if (recovered.isSameAs(candidate)) return;
        }
        throw new AssertionError("after the crash the store holds neither what was promised nor that and the first of "
                + unconfirmed.size() + " unconfirmed batches; against what was promised:"
                + recovered.differenceFrom(promised));
    }

    /** The life goes on from what was recovered and checked: the batches that are missing never happened. */
    void resumeFrom(StoreContents recovered) {
        promised = recovered.copy();
        unconfirmed.clear();
    }
}
