package io.signalbox.persistence;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** A store and one queue of it whose messages are settled as soon as they are durable. Used by one thread. */
final class AppendLoad implements AutoCloseable {
    private static final long QUEUE = 1;

    private final MessageStore store;

    /** What checkpoints ask for, answered between two appends. */
    private final ConcurrentLinkedQueue<Runnable> asked;

    private final Deque<Sent> waiting = new ArrayDeque<>();
    private final WriteBatch batch = new WriteBatch();
    private final WriteBatch settlements = new WriteBatch();

    private record Sent(long lsn, long nanos) {}

    private AppendLoad(MessageStore store, ConcurrentLinkedQueue<Runnable> asked) {
        this.store = store;
        this.asked = asked;
    }

    static AppendLoad begin(Path directory) throws StoreException {
        MessageStore store =
                PersistentStore.open(directory, StoreSettings.defaults(), BusyWaits.ofMachine(), PlainFormat.FORMATS);
        AppendLoad load = new AppendLoad(store, new ConcurrentLinkedQueue<>());
        store.recover(new Empty(), load.images());
        return load;
    }

    /** Appends so many bytes of bodies, 1000 in flight. */
    void write(int bodyBytes, long bytes) {
        for (long written = 0; written < bytes; ) {
            written += (long) run(bodyBytes, 1000, 100_000_000L).length * bodyBytes;
        }
    }

    /** Appends for so long; how long each took to be durable, in microseconds. */
    long[] run(int bodyBytes, int inFlight, long nanos) {
        Message message = PlainFormat.message("bench", new byte[bodyBytes]);
        long[] micros = new long[1 << 23];
        int done = 0;
        Thread self = Thread.currentThread();
        long begun = System.nanoTime();
        for (long now = begun; now - begun < nanos; ) {
            while (waiting.size() < inFlight) {
                batch.clear();
                long lsn = store.append(batch.message(message).enqueueTo(QUEUE, 0));
                if (lsn < 0) break;
                waiting.add(new Sent(lsn, System.nanoTime()));
            }
            answer();
            Sent oldest = waiting.peek();
            if (oldest != null && store.durableLsn() <= oldest.lsn) {
                store.afterForce(oldest.lsn, () -> LockSupport.unpark(self));
                while (store.durableLsn() <= oldest.lsn) LockSupport.park();
            }
            now = System.nanoTime();
            long durable = store.durableLsn();
            settlements.clear();
            settlements.lazy();
            for (Sent next = waiting.peek(); next != null && next.lsn < durable; next = waiting.peek()) {
                micros[done++] = (now - next.nanos) / 1000;
                settlements.settle(QUEUE, next.lsn);
                waiting.remove();
            }
            while (settlements.settlements() > 0 && store.append(settlements) == MessageStore.FULL) Thread.onSpinWait();
        }
        return Arrays.copyOf(micros, done);
    }

    private void answer() {
        for (Runnable next = asked.poll(); next != null; next = asked.poll()) next.run();
    }

    private CheckpointSource images() {
        return new CheckpointSource() {
            @Override
            public void collect(long belowLsn, ImageSink sink) {
                asked.add(() -> {
                    ByteBuffer image = ByteBuffer.allocate(waiting.size() * Long.BYTES);
                    for (Sent sent : waiting) if (sent.lsn < belowLsn) image.putLong(sent.lsn);
                    sink.part(QUEUE, Arrays.copyOf(image.array(), image.position()), () -> {});
                    sink.end();
                });
            }

            @Override
            public void living(byte[] image, LongConsumer visitor) {
                for (ByteBuffer lsns = ByteBuffer.wrap(image); lsns.hasRemaining(); ) visitor.accept(lsns.getLong());
            }
        };
    }

    @Override
    public void close() throws StoreException {
        store.close();
    }

    /** What an empty directory has. */
    private static final class Empty implements RecoverySink {
        @Override
        public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
            throw new AssertionError("a fresh directory has a message");
        }

        @Override
        public boolean settled(long queueId, long lsn) {
            throw new AssertionError("a fresh directory has a settlement");
        }

        @Override
        public void image(long queueId, byte[] image, LongConsumer told) {
            throw new AssertionError("a fresh directory has an image");
        }

        @Override
        public void progress(long bytesDone, long bytesTotal) {}
    }
}
