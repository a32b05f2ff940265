package io.signalbox.persistence;

import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** All state tables by name. Thread-safe. */
final class Tables {

    private final ConcurrentHashMap<String, MemoryTable> byName = new ConcurrentHashMap<>();

    MemoryTable table(String name) {
        return byName.computeIfAbsent(name, MemoryTable::new);
    }

    Collection<MemoryTable> all() {
        return byName.values();
    }

    /** Takes over all that another set of tables has. */
    void adopt(Tables others) {
        for (MemoryTable other : others.all()) {
            MemoryTable own = table(other.name());
            other.forEachVersion(own::change);
        }
    }

    /** Makes the changes of a batch visible. */
    void apply(WriteBatch batch, long lsn) {
        List<TableChange> changes = batch.tableChanges();
        for (int i = 0; i < changes.size(); i++) {
            TableChange change = changes.get(i);
            table(change.table().name()).change(change.key(), change.value().orElse(null), lsn);
        }
    }

    /** Applies the changes of a record read back from the log. */
    void replay(LogRecord record) {
        long lsn = record.lsn();
        record.forEachChange(new LogRecord.ChangeVisitor() {
            @Override
            public void put(String table, byte[] key, byte[] value) {
                table(table).change(key, value, lsn);
            }

            @Override
            public void remove(String table, byte[] key) {
                table(table).change(key, null, lsn);
            }
        });
    }

    /** Whether a table remembers more removals than it should. */
    boolean isForgettingDue() {
        for (MemoryTable table : byName.values()) {
            if (table.isForgettingDue()) return true;
        }
        return false;
    }

    /** Where they are many: forgets removals below {@code lsn}; no change below it may come any more. */
    void forgetManyRemovalsBelow(long lsn) {
        for (MemoryTable table : byName.values()) {
            if (table.isForgettingDue()) table.forgetRemovalsBelow(lsn);
        }
    }

    void forgetRemovalsBelow(long lsn) {
        for (MemoryTable table : byName.values()) table.forgetRemovalsBelow(lsn);
    }
}
