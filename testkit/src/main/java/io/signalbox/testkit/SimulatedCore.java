package io.signalbox.testkit;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.StoreDamage;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.StoreContents.EntryName;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a core knows of its queues, as far as a store asks for it: the entries that have not ended. It answers a checkpoint part by
 * part, when it is told to. Not thread-safe.
 */
public final class SimulatedCore implements CheckpointSource {

    /** A core that never answers, for a store that is only looked at. */
    public static final CheckpointSource SILENT = new CheckpointSource() {
        @Override
        public void collect(long belowLsn, ImageSink sink) {}

        @Override
        public void living(byte[] image, LongConsumer visitor) {
            read(0, image).keySet().forEach(name -> visitor.accept(name.lsn()));
        }
    };

    private static final int BYTES_PER_ENTRY = Long.BYTES + Integer.BYTES;

    private final Random random;
    private final TreeMap<EntryName, Integer> flags = new TreeMap<>();
    private final Queue<Long> untold = new ArrayDeque<>();
    private @Nullable ImageSink sink;
    private long belowLsn;
    private long notTaken;

    public SimulatedCore(Random random) {
        this.random = random;
    }

    /** Begins with what was recovered. */
    void begin(StoreContents recovered) {
        flags.clear();
        recovered.entries().forEach((name, entry) -> flags.put(name, entry.flags()));
        sink = null;
        untold.clear();
        notTaken = 0;
    }

    /** A batch was appended. */
    void appended(WriteBatch batch, long lsn) {
        for (int i = 0; i < batch.targets(); i++) {
            flags.put(new EntryName(batch.targetQueueId(i), lsn), batch.targetFlags(i));
        }
        for (int i = 0; i < batch.settlements(); i++) {
            flags.remove(new EntryName(batch.settledQueueId(i), batch.settledLsn(i)));
        }
        for (long dropped : batch.droppedQueues()) flags.keySet().removeIf(name -> name.queueId() == dropped);
    }

    @Override
    public void collect(long below, ImageSink asking) {
        if (sink != null) throw new AssertionError("asked again before the end was told");
        belowLsn = below;
        sink = asking;
        TreeSet<Long> queueIds = new TreeSet<>();
        flags.keySet().forEach(name -> queueIds.add(name.queueId()));
        untold.addAll(queueIds);
    }

    @Override
    public void living(byte[] image, LongConsumer visitor) {
        SILENT.living(image, visitor);
    }

    @Override
    public void damaged(StoreDamage damage) {
        throw new AssertionError("nothing is damaged, told was " + damage);
    }

    /** Tells of one more queue, or the end. */
    void step() {
        ImageSink asking = sink;
        if (asking == null) return;
        Long queueId = untold.poll();
        if (queueId == null) {
            sink = null;
            asking.end();
            return;
        }
        List<Map.Entry<EntryName, Integer>> entries = new ArrayList<>();
        for (Map.Entry<EntryName, Integer> entry : flags.entrySet()) {
            EntryName name = entry.getKey();
            if (name.queueId() == queueId && name.lsn() < belowLsn) entries.add(entry);
        }
        int half = random.nextInt(entries.size() + 1);
        tell(asking, queueId, entries.subList(0, half));
        tell(asking, queueId, entries.subList(half, entries.size()));
    }

    private void tell(ImageSink asking, long queueId, List<Map.Entry<EntryName, Integer>> entries) {
        ByteBuffer image = ByteBuffer.allocate(entries.size() * BYTES_PER_ENTRY);
        entries.forEach(entry -> image.putLong(entry.getKey().lsn()).putInt(entry.getValue()));
        notTaken++;
        asking.part(queueId, image.array(), () -> notTaken--);
    }

    /** Parts that have been told and not taken. */
    long notTaken() {
        return notTaken;
    }

    /** A part with these entries, whose flags are 0. */
    static byte[] image(List<EntryName> names) {
        ByteBuffer image = ByteBuffer.allocate(names.size() * BYTES_PER_ENTRY);
        names.forEach(name -> image.putLong(name.lsn()).putInt(0));
        return image.array();
    }

    /** The entries of a part, with their flags. */
    static Map<EntryName, Integer> read(long queueId, byte[] image) {
        Map<EntryName, Integer> entries = new HashMap<>();
        ByteBuffer bytes = ByteBuffer.wrap(image);
        while (bytes.hasRemaining()) entries.put(new EntryName(queueId, bytes.getLong()), bytes.getInt());
        return entries;
    }
}
