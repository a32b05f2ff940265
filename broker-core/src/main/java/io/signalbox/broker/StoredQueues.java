package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.QueueImage;
import io.signalbox.broker.queue.StoredQueue;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.TargetFlags;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * The core as a store sees it, without a broker: knows the queues of the catalogue and their entries, delivers nothing. For tools that
 * bring a store in order. Confined to one thread.
 */
public final class StoredQueues implements RecoverySink, CheckpointSource {
    private final MessageStore store;
    private final BiConsumer<Long, Long> progress;
    private final Map<Long, StoredQueue> queues = new TreeMap<>();
    private boolean catalogueRead;

    /** @param progress told bytes done and bytes in all while the log is read */
    public StoredQueues(MessageStore store, BiConsumer<Long, Long> progress) {
        this.store = store;
        this.progress = progress;
    }

    /** The tables are complete when the first entry comes. */
    private Map<Long, StoredQueue> queues() {
        if (catalogueRead) return queues;
        catalogueRead = true;
        store.table(QueueNames.TABLE).forEach((key, value) -> {
            CatalogueCodec.StoredQueue queue = CatalogueCodec.queue(value);
            queues.put(queue.id(), new StoredQueue(queue.settings()));
        });
        return queues;
    }

    @Override
    public void image(long queueId, byte[] image, LongConsumer living) {
        StoredQueue queue = queues().get(queueId);
        if (queue != null) queue.image(image, living);
    }

    @Override
    public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
        StoredQueue queue = queues().get(queueId);
        if (queue == null || TargetFlags.isTransient(targetFlags)) return false;
        queue.entry(lsn, targetFlags, message);
        return true;
    }

    @Override
    public boolean settled(long queueId, long lsn) {
        StoredQueue queue = queues().get(queueId);
        return queue != null && queue.settled(lsn);
    }

    @Override
    public void progress(long bytesDone, long bytesTotal) {
        progress.accept(bytesDone, bytesTotal);
    }

    /** Nobody uses the queues meanwhile, so they answer at once. */
    @Override
    public void collect(long belowLsn, ImageSink sink) {
        queues().forEach((id, queue) -> queue.tell(belowLsn, part -> sink.part(id, part, () -> {})));
        sink.end();
    }

    @Override
    public void living(byte[] image, LongConsumer visitor) {
        QueueImage.living(image, visitor);
    }
}
