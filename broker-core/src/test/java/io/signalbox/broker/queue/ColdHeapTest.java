package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.UsedHeap;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What a backlog costs of the heap when its index is on disk, and what it costs to come back. */
@Isolated
class ColdHeapTest {
    private static final int MANY = 4_000_000;
    private static final int QUEUES = 100;

    @TempDir
    private Path directory;

    /** Pages one after the other in a file, read when the queue has asked. */
    private static final class FilePages implements Pages {
        private final RandomAccessFile file;
        private final List<Runnable> requests = new ArrayList<>();
        private long end = 1;
        private long freed;

        FilePages(Path path) throws IOException {
            file = new RandomAccessFile(path.toFile(), "rw");
        }

        @Override
        public long write(byte[] page) {
            try {
                file.seek(end);
                file.write(ByteBuffer.allocate(Integer.BYTES + page.length)
                        .putInt(page.length)
                        .put(page)
                        .array());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            long handle = end;
            end += Integer.BYTES + page.length;
            return handle;
        }

        @Override
        public void read(long page, Consumer<byte[]> sink, Consumer<StoreException> failure) {
            requests.add(() -> sink.accept(readNow(page)));
        }

        @Override
        public byte[] readNow(long page) {
            try {
                file.seek(page);
                byte[] bytes = new byte[file.readInt()];
                file.readFully(bytes);
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void free(long page) {
            freed += Integer.BYTES + readNow(page).length;
        }

        void answer() {
            List<Runnable> now = List.copyOf(requests);
            requests.clear();
            now.forEach(Runnable::run);
        }
    }

    /** The index of a queue, and what of it is in pages. */
    private static final class Indexed implements QueueEffects {
        private final FilePages pages;
        private final QueueIndex index = new QueueIndex(QueueIndex.SLOT_BITS);
        private final ColdChunks cold;

        Indexed(FilePages pages, MemoryBudget memory) {
            this.pages = pages;
            cold = new ColdChunks(index, new QueueFootprint(memory, 0), this);
            assertTrue(index.cold(cold) == cold);
        }

        @Override
        public QueueSettings settings() {
            throw new UnsupportedOperationException();
        }

        Entry entry(long place) {
            while (!cold.isHere(place)) pages.answer();
            return index.notResidentFrom(place, 1, 1).get(0);
        }

        /** Every second one ends, at random; the others were delivered. */
        void halve(SplittableRandom random) {
            for (long place = index.first(); place != QueueIndex.NONE; place = index.higher(place)) {
                Entry entry = entry(place);
                index.take(entry);
                if (random.nextBoolean()) {
                    index.end(entry);
                    continue;
                }
                entry.delivered = true;
                index.putBack(entry);
                index.letGo(entry);
            }
        }

        long drain() {
            long drained = 0;
            long last = 0;
            for (long place = index.first(); place != QueueIndex.NONE; place = index.first()) {
                Entry entry = entry(place);
                if (index.first() != place) {
                    index.letGo(entry);
                    continue;
                }
                assertTrue(entry.lsn > last && entry.delivered, entry.lsn + " after " + last);
                last = entry.lsn;
                index.take(entry);
                index.end(entry);
                drained++;
            }
            return drained;
        }

        @Override
        public Pages pages() {
            return pages;
        }

        @Override
        public void fetch(PageLoad.Wanted wanted) {
            PageLoad load = new PageLoad("q", wanted, command -> {});
            pages.read(
                    wanted.stub().page,
                    bytes -> assertTrue(cold.came(load, ChunkPage.chunk(bytes, wanted.stub(), wanted.slots()))
                            .isEmpty()),
                    why -> {});
        }

        @Override
        public void deliver(Delivery delivery) {}

        @Override
        public void settle(long lsn) {}

        @Override
        public void forget(long lsn, Consumer<LongConsumer> dead) {}

        @Override
        public void change(List<TableChange> changes) {}

        @Override
        public void confirm(Subscription subscription, long token) {}

        @Override
        public void load(List<Entry> entries) {}

        @Override
        public void wakeAt(long millis) {}

        @Override
        public void consumedBy(@Nullable Subscription only) {}

        @Override
        public void drained(Subscription subscription) {}

        @Override
        public void deleted(Subscription subscription) {}
    }

    @Test
    void aMessageWhoseIndexIsOnDiskCostsNextToNothing() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        long before = UsedHeap.bytes();
        FilePages pages = new FilePages(directory.resolve("pages"));
        MemoryBudget memory = new MemoryBudget(1 << 30, 0);
        List<Indexed> queues = new ArrayList<>();
        for (int i = 0; i < QUEUES; i++) queues.add(new Indexed(pages, memory));
        long lsn = 256L << 20;
        Message message = TestMessages.durable("q", "x");
        for (int i = 0; i < MANY; i++) {
            lsn += 32L * (36 + random.nextInt(3));
            Entry entry = new Entry(lsn, 4, message);
            entry.message = null;
            queues.get(random.nextInt(QUEUES)).index.add(entry, 4);
        }
        for (Indexed queue : queues) queue.halve(random);
        int left = queues.stream().mapToInt(queue -> queue.index.size()).sum();
        report("in memory", queues, left, before);
        long begun = System.nanoTime();
        long[] ends = new long[Order.LEVELS];
        Arrays.fill(ends, Long.MAX_VALUE);
        for (Indexed queue : queues) {
            queue.cold.sweep(lsn + 1, ends, false);
            while (queue.cold.takeTurn()) {}
        }
        double micros = (System.nanoTime() - begun) / 1e3;
        double each = report("on disk", queues, left, before);
        System.out.printf(
                "%,d of %,d entries on disk, %.2f bytes each there; %.0f us a chunk to leave%n",
                memory.entriesOnDisk(),
                left,
                (double) pages.end / memory.entriesOnDisk(),
                micros * left / memory.entriesOnDisk() / ((double) MANY / 4096));
        assertTrue(each <= 0.3, each + " bytes");
        long drained = 0;
        for (Indexed queue : queues) drained += queue.drain();
        assertEquals(left, drained);
        assertEquals(0, memory.entriesOnDisk());
        assertEquals(pages.end - 1, pages.freed, "every page was given back");
        Reference.reachabilityFence(queues);
    }

    private static double report(String where, List<Indexed> queues, int left, long before) {
        double reckoned = (double) queues.stream()
                        .mapToLong(queue -> queue.index.heapBytes())
                        .sum()
                / left;
        double measured = (double) (UsedHeap.bytes() - before) / left;
        System.out.printf("%s: %.3f bytes of heap a message, %.2f measured%n", where, reckoned, measured);
        return reckoned;
    }
}
