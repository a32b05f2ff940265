package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a {@link StoreHistory} that are moved, also again and again: which records name which, as the store ought to know.
 * Not thread-safe.
 */
final class MoveHistory {
    private final Random random;
    private final Variation variation;
    private final Map<Long, Long> holders = new HashMap<>();
    private @Nullable SimulatedStore store;
    private long moved;
    private long movedAgain;

    MoveHistory(Random random, Variation variation) {
        this.random = random;
        this.variation = variation;
    }

    /** A life begins. */
    void begin(SimulatedStore newLife, StoreContents recovered) {
        store = newLife;
        Set<Long> living = new HashSet<>();
        recovered.entries().keySet().forEach(name -> living.add(name.lsn()));
        holders.keySet().retainAll(living);
    }

    /** How many messages were moved. */
    long moved() {
        return moved;
    }

    /** How many of them for the second time or more. */
    long movedAgain() {
        return movedAgain;
    }

    /** What a move of this entry writes; null if that has to be read and cannot be at this moment. */
    @Nullable
    Message message(EntryName name, StoreContents.Entry entry) {
        boolean isLarge = entry.address().startsWith(LargeHistory.ADDRESS);
        String address = (isLarge ? LargeHistory.ADDRESS : "moved/") + random.nextInt(100);
        Envelope envelope = Envelope.of(address, random.nextBoolean(), random.nextInt(10));
        if (!isLarge)
            return new Message(envelope, SimulatedFormat.BYTES, new Body.Stored(name.lsn(), entry.bodyBytes()));
        Message large = read(name.lsn());
        return large == null ? null : new Message(envelope, large.format(), large.body());
    }

    private @Nullable Message read(long lsn) {
        SimulatedStore life = store;
        if (life == null || lsn >= life.engine().durableLsn()) return null;
        Message[] read = {null};
        life.engine().read(new long[] {lsn}, (readLsn, message) -> read[0] = message, failure -> {
            if (life.engine().failure().isEmpty()) throw new AssertionError(failure);
        });
        while (life.engine().readStep() == 0) {
            if (read[0] != null) break;
        }
        return read[0];
    }

    /** The same with the body named, as a {@link StoreModel} is to remember it. */
    static WriteBatch asNamed(WriteBatch batch, long lsn) {
        Message message = batch.message().orElseThrow();
        Body.Stored named = new Body.Stored(lsn, message.body().size());
        WriteBatch copy = new WriteBatch().message(new Message(message.envelope(), message.format(), named));
        for (int i = 0; i < batch.targets(); i++) copy.enqueueTo(batch.targetQueueId(i), batch.targetFlags(i));
        copy.addRest(batch);
        return copy;
    }

    /** The record at {@code lsn} has the message that was at {@code sourceLsn}. */
    void moved(long sourceLsn, long lsn) {
        moved++;
        Long before = holders.get(sourceLsn);
        if (before != null) movedAgain++;
        long holder = before == null ? sourceLsn : before;
        holders.put(lsn, holder);
        SimulatedStore life = store;
        if (life != null) variation.moved(life.engine(), holder);
    }
}
