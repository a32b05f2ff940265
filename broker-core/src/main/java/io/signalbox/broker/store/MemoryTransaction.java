package io.signalbox.broker.store;

import java.util.ArrayList;
import java.util.List;

/** A transaction of a {@link MemoryStore}, which has nobody who could find a message before its queues do. */
final class MemoryTransaction implements Transaction {

    private final MessageStore store;
    private final List<Part> parts = new ArrayList<>();
    private final WriteBatch rest = new WriteBatch();
    private long bytes;

    private record Part(long lsn, long[] queueIds) {}

    MemoryTransaction(MessageStore store) {
        this.store = store;
    }

    @Override
    public long add(WriteBatch batch) {
        long lsn = 0;
        if (batch.isPublish()) {
            WriteBatch part = new WriteBatch().message(batch.message().orElseThrow());
            long[] queueIds = new long[batch.targets()];
            for (int i = 0; i < queueIds.length; i++) {
                queueIds[i] = batch.targetQueueId(i);
                part.enqueueTo(queueIds[i], batch.targetFlags(i));
            }
            lsn = store.append(part);
            if (lsn < 0) return lsn;
            parts.add(new Part(lsn, queueIds));
            batch.enqueuedAt(lsn);
            bytes += batch.message().orElseThrow().body().size();
        }
        rest.addRest(batch);
        return lsn;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long commit() {
        return parts.isEmpty() && rest.isEmpty() ? 0 : store.append(rest);
    }

    @Override
    public void abandon() {
        for (Part part : parts) {
            for (long queueId : part.queueIds) store.forget(queueId, part.lsn, dead -> dead.accept(part.lsn));
        }
    }
}
