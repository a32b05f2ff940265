package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What a {@link StoreHistory} writes, to queues that end and are followed by others. Not thread-safe. */
final class GeneratedBatches {
    private static final int QUEUES = 6;

    private final Random random;
    private final long[] queueIds = new long[QUEUES];
    private long nextQueueId = 1;

    GeneratedBatches(Random random) {
        this.random = random;
        for (int i = 0; i < QUEUES; i++) queueIds[i] = nextQueueId++;
    }

    /** A message for some queues. */
    WriteBatch publish() {
        byte[] body = new byte[bodyBytes()];
        random.nextBytes(body);
        int priority = random.nextInt(10);
        byte marks = (byte) (priority * 29);
        Envelope envelope =
                new Envelope("a/" + random.nextInt(100), random.nextBoolean(), priority, Envelope.NEVER, 1, marks);
        return addTargets(new WriteBatch().message(new Message(envelope, SimulatedFormat.BYTES, Body.Inline.of(body))));
    }

    /** Adds some queues. */
    WriteBatch addTargets(WriteBatch batch) {
        int first = random.nextInt(QUEUES);
        int count = 1 + random.nextInt(random.nextInt(3) == 0 ? QUEUES : 1);
        for (int i = 0; i < count; i++) batch.enqueueTo(queueIds[(first + i) % QUEUES], random.nextInt());
        return batch;
    }

    private int bodyBytes() {
        return switch (random.nextInt(40)) {
            case 0 -> 0;
            case 1 -> 3000 + random.nextInt(1500); // around the marks of the buffer
            case 2 -> random.nextInt(SimulatedStore.SMALL.maxBatchBytes() - 1000);
            default -> random.nextInt(500);
        };
    }

    /** Changes of tables. */
    WriteBatch addChanges(WriteBatch batch, MessageStore store) {
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            StateTable table = store.table(StoreHistory.TABLES.get(random.nextInt(StoreHistory.TABLES.size())));
            byte[] key = ("k" + random.nextInt(12)).getBytes(StandardCharsets.ISO_8859_1);
            if (random.nextInt(3) == 0) batch.remove(table, key);
            else batch.put(table, key, ("v" + random.nextInt(1000)).getBytes(StandardCharsets.ISO_8859_1));
        }
        return batch;
    }

    /** Any of the queues. */
    int queue() {
        return random.nextInt(QUEUES);
    }

    long queueId(int queue) {
        return queueIds[queue];
    }

    /** Adds the end of a queue. */
    void drop(int queue, WriteBatch batch) {
        batch.dropQueue(queueIds[queue]);
        queueIds[queue] = nextQueueId++;
    }
}
