package io.signalbox.testkit;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Compaction;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.PendingCheckpoint;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.Upkeep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A log store that does what another does; a test overrides what it wants wrong. */
class ForwardingLogStore implements LogStore {
    private final LogStore store;

    ForwardingLogStore(LogStore store) {
        this.store = store;
    }

    @Override
    public String describe(long lsn) {
        return store.describe(lsn);
    }

    @Override
    public Contents open() throws StoreException {
        return store.open();
    }

    @Override
    public void prepare(SegmentHeader header) throws IOException {
        store.prepare(header);
    }

    @Override
    public void append(long lsn, ByteBuffer batch) throws IOException {
        store.append(lsn, batch);
    }

    @Override
    public long force() throws IOException {
        return store.force();
    }

    @Override
    public int read(long lsn, ByteBuffer target) throws IOException {
        return store.read(lsn, target);
    }

    @Override
    public Copied copied(long fromLsn) throws IOException {
        return store.copied(fromLsn);
    }

    @Override
    public Compaction compact(List<Long> baseLsns) throws IOException {
        return store.compact(baseLsns);
    }

    @Override
    public PendingCheckpoint createCheckpoint() throws IOException {
        return store.createCheckpoint();
    }

    @Override
    public Room room() {
        return store.room();
    }

    @Override
    public Upkeep upkeep() {
        return store.upkeep();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
