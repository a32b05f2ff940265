package io.signalbox.testkit;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreDamage;
import io.signalbox.testkit.StoreContents.EntryName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** What a tool knows of the queues of a simulated store: it takes entries in and tells them at once. Not thread-safe. */
final class StoredEntries implements RecoverySink, CheckpointSource {
    private final TreeMap<EntryName, Integer> flags = new TreeMap<>();
    private final List<StoreDamage> damages = new ArrayList<>();

    /** What the store has found damaged. */
    List<StoreDamage> damages() {
        return damages;
    }

    /** The entries that have not ended. */
    Set<EntryName> names() {
        return flags.keySet();
    }

    @Override
    public void damaged(StoreDamage damage) {
        damages.add(damage);
    }

    @Override
    public void image(long queueId, byte[] image, LongConsumer living) {
        SimulatedCore.read(queueId, image).forEach((name, flag) -> {
            flags.put(name, flag);
            living.accept(name.lsn());
        });
    }

    @Override
    public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
        if (flags.put(new EntryName(queueId, lsn), targetFlags) != null) {
            throw new AssertionError("entry " + queueId + ", " + lsn + " comes twice");
        }
        return true;
    }

    @Override
    public boolean settled(long queueId, long lsn) {
        return flags.remove(new EntryName(queueId, lsn)) != null;
    }

    @Override
    public void progress(long bytesDone, long bytesTotal) {
        if (bytesDone > bytesTotal) throw new AssertionError(bytesDone + " of " + bytesTotal);
    }

    @Override
    public void collect(long belowLsn, ImageSink sink) {
        flags.forEach((name, flag) -> {
            if (name.lsn() >= belowLsn) return;
            ByteBuffer image = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
            image.putLong(name.lsn()).putInt(flag);
            sink.part(name.queueId(), image.array(), () -> {});
        });
        sink.end();
    }

    @Override
    public void living(byte[] image, LongConsumer visitor) {
        SimulatedCore.SILENT.living(image, visitor);
    }
}
