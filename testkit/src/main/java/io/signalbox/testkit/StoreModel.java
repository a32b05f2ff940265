package io.signalbox.testkit;

import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.Rebuilt;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a store must still hold after a crash: everything that was durable, and of the later batches the first few, each
 * whole or not at all. Not thread-safe.
 */
public final class StoreModel {

    private StoreContents promised = new StoreContents();
    private final List<Appended> unconfirmed = new ArrayList<>();
    private final Set<EntryName> unsettled = new HashSet<>();
    private final StoreContents ever = new StoreContents();
    private long highestLsn;

    /** A batch with the LSN of its record. */
    record Written(WriteBatch batch, long lsn) {}

    /**
     * What becomes true together.
     *
     * @param awaitedLsn it is promised when that is durable
     */
    private record Appended(List<Written> records, long awaitedLsn) {
        void applyTo(StoreContents contents) {
            for (Written each : records) contents.apply(each.batch, each.lsn);
        }
    }

    /** A batch was accepted; it must not be changed any more. */
    void appended(WriteBatch batch, long lsn) {
        ahead(batch, lsn);
        committed(List.of(new Written(batch, lsn)), lsn);
    }

    /** A record was accepted, and is not true yet. */
    void ahead(WriteBatch batch, long lsn) {
        given(lsn);
        ever.enqueue(batch, lsn);
    }

    /** A record got this LSN. */
    void given(long lsn) {
        if (lsn <= highestLsn) throw new AssertionError("LSN " + lsn + " is not above " + highestLsn);
        highestLsn = lsn;
    }

    /** A transaction was committed; its last record does it. */
    void committed(List<Written> records, long awaitedLsn) {
        unconfirmed.add(new Appended(records, awaitedLsn));
        for (Written each : records) account(each.batch, each.lsn);
    }

    /** What keeps records is only counted, so an entry may be settled once and not after its queue has ended. */
    private void account(WriteBatch batch, long lsn) {
        for (int i = 0; i < batch.targets(); i++) unsettled.add(new EntryName(batch.targetQueueId(i), lsn));
        for (int i = 0; i < batch.settlements(); i++) {
            EntryName name = new EntryName(batch.settledQueueId(i), batch.settledLsn(i));
            if (!unsettled.remove(name)) throw new AssertionError("settled, and has ended before: " + name);
        }
        for (long queueId : batch.droppedQueues()) unsettled.removeIf(name -> name.queueId() == queueId);
    }

    /** What an entry says that has not ended. */
    StoreContents.Entry entry(EntryName name) {
        StoreContents.Entry known = promised.entries().get(name);
        if (known != null) return known;
        StoreContents later = promised.copy();
        for (Appended next : unconfirmed) {
            next.applyTo(later);
            StoreContents.Entry found = later.entries().get(name);
            if (found != null) return found;
        }
        throw new AssertionError("no " + name);
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
        while (!unconfirmed.isEmpty() && unconfirmed.get(0).awaitedLsn < durableLsn) {
            unconfirmed.remove(0).applyTo(promised);
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
            next.applyTo(candidate);
            if (recovered.isSameAs(candidate)) return;
        }
        throw new AssertionError("after the crash the store holds neither what was promised nor that and the first of "
                + unconfirmed.size() + " unconfirmed batches; against what was promised:"
                + recovered.differenceFrom(promised));
    }

    /**
     * Checks what a rebuild brought: all that a crash may leave, and of what had ended no more than was said.
     *
     * @param mayReturn how many entries may have ended before
     * @param tables whether the tables have to be what they were
     * @param lost whether an entry lay where the log is damaged
     * @throws AssertionError if something else is missing, has changed or has returned
     */
    void checkRebuilt(StoreContents recovered, long mayReturn, Rebuilt.TableSource tables, Predicate<EntryName> lost) {
        StoreContents candidate = promised.copy();
        long fewest = returned(recovered, candidate, tables, lost);
        for (Appended next : unconfirmed) {
            next.applyTo(candidate);
            fewest = Math.min(fewest, returned(recovered, candidate, tables, lost));
        }
        if (fewest == Long.MAX_VALUE) {
            throw new AssertionError("the rebuilt store is not what was promised, nor that and some of "
                    + unconfirmed.size() + " unconfirmed batches; against what was promised:"
                    + recovered.differenceFrom(promised));
        }
        if (fewest > mayReturn) throw new AssertionError(fewest + " returned, said were " + mayReturn);
        recovered.entries().forEach((name, entry) -> {
            if (!entry.equals(ever.entries().get(name))) throw new AssertionError(name + " never was what it is now");
        });
    }

    private static long returned(
            StoreContents recovered, StoreContents candidate, Rebuilt.TableSource tables, Predicate<EntryName> lost) {
        boolean agree = tables == Rebuilt.TableSource.LEFTOVERS || recovered.hasTablesOf(candidate);
        return agree ? recovered.returnedAgainst(candidate, lost) : Long.MAX_VALUE;
    }

    /** The life goes on from what was recovered and checked: the batches that are missing never happened. */
    void resumeFrom(StoreContents recovered) {
        promised = recovered.copy();
        unconfirmed.clear();
        unsettled.clear();
        unsettled.addAll(recovered.entries().keySet());
    }
}
