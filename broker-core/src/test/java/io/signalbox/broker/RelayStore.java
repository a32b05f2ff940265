package io.signalbox.broker;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.StoreStatus;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A store that passes everything on to one in memory; a test overrides what it wants to go wrong. */
public class RelayStore implements MessageStore {

    public final MemoryStore memory;

    public RelayStore() {
        this(new MemoryStore());
    }

    RelayStore(MemoryStore memory) {
        this.memory = memory;
    }

    @Override
    public void recover(RecoverySink sink, CheckpointSource source) {
        memory.recover(sink, source);
    }

    @Override
    public StateTable table(String name) {
        return memory.table(name);
    }

    @Override
    public long append(WriteBatch batch) {
        return memory.append(batch);
    }

    @Override
    public Transaction begin() {
        return memory.begin();
    }

    @Override
    public int maxTargets() {
        return memory.maxTargets();
    }

    @Override
    public void forget(long queueId, long lsn, Consumer<LongConsumer> dead) {
        memory.forget(queueId, lsn, dead);
    }

    @Override
    public int maxBatchBytes() {
        return memory.maxBatchBytes();
    }

    @Override
    public long durableLsn() {
        return memory.durableLsn();
    }

    @Override
    public void afterForce(long lsn, Runnable waiter) {
        memory.afterForce(lsn, waiter);
    }

    @Override
    public void whenSpace(Runnable waiter) {
        memory.whenSpace(waiter);
    }

    @Override
    public Optional<String> shortage() {
        return memory.shortage();
    }

    @Override
    public boolean settlementsWait() {
        return memory.settlementsWait();
    }

    @Override
    public void whenRoom(Runnable waiter) {
        memory.whenRoom(waiter);
    }

    @Override
    public void read(long[] lsns, ReadSink sink, Consumer<StoreException> failure) {
        memory.read(lsns, sink, failure);
    }

    @Override
    public LargeUpload upload() {
        return memory.upload();
    }

    @Override
    public int pieceBytes() {
        return memory.pieceBytes();
    }

    @Override
    public void readPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        memory.readPiece(lsn, sink, failure);
    }

    @Override
    public Pages pages() {
        return memory.pages();
    }

    @Override
    public Optional<StoreException> failure() {
        return memory.failure();
    }

    @Override
    public void onFailure(Runnable watcher) {
        memory.onFailure(watcher);
    }

    @Override
    public StoreStatus status() {
        return memory.status();
    }

    @Override
    public void close() {
        memory.close();
    }
}
