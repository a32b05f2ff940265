package io.signalbox.persistence;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Pages in one file of this life of the process. The reader thread does what it is told in the order in which it was told, so a page
 * that is given back is read before by whoever had asked for it; what is not written yet is read from memory. The file is made with the first page, is
 * never forced, and a start deletes what it finds of it. A page has 4 bytes for its length and 4 for the CRC32C of its place and bytes.
 *
 * <p>If there is no room, what was taken waits in memory, and nothing more is taken. If a page is not what was written, or the disk fails,
 * the store ends.
 */
final class PageFile implements Pages {

    /** A name of which a start knows that nobody needs it. */
    static final String NAME = "pages.tmp";

    private static final int HEADER_BYTES = 8;

    /** As much may wait to be written. */
    private static final long MOST_UNWRITTEN_BYTES = 4 << 20;

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Disk disk;
    private final LongPredicate roomAtStart;
    private final LongSupplier nanoTime;
    private final PageSpace space = new PageSpace();
    private final Queue<Runnable> requests = new ConcurrentLinkedQueue<>();
    private final Map<Long, byte[]> unwritten = new ConcurrentHashMap<>();
    private final AtomicLong unwrittenBytes = new AtomicLong();
    private volatile @Nullable DiskFile file;

    private volatile @Nullable Running running;

    // Confined to the reader thread.

    /** Pages for which there was no room. */
    private final ArrayDeque<Long> kept = new ArrayDeque<>();

    private long keptNanos;

    /** The store that works; before, whoever opens it does at once what he asks for. */
    private record Running(LogState log, LogThreads threads) {}

    /** @param roomAtStart whether there is room on the disk for so many bytes more; asked before {@link #begin} */
    PageFile(Disk disk, LongPredicate roomAtStart, LongSupplier nanoTime) {
        this.disk = disk;
        this.roomAtStart = roomAtStart;
        this.nanoTime = nanoTime;
    }

    /** From now on the reader thread works. */
    void begin(LogState log, LogThreads threads) {
        running = new Running(log, threads);
    }

    /** Bytes that the file has. */
    long bytes() {
        return file == null ? 0 : space.bytes();
    }

    @Override
    public long write(byte[] page) {
        if (unwrittenBytes.get() + page.length > MOST_UNWRITTEN_BYTES || !hasRoom(page.length)) return NO_ROOM;
        long handle = space.claim(HEADER_BYTES + (long) page.length);
        if (handle == 0) return NO_ROOM;
        unwritten.put(handle, page);
        unwrittenBytes.addAndGet(page.length);
        request(() -> put(handle));
        return handle;
    }

    private boolean hasRoom(long bytes) {
        Running store = running;
        if (store == null) return roomAtStart.test(bytes);
        return store.log.shortage().isEmpty() && !store.log.isDiskFull();
    }

    @Override
    public void read(long page, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        request(() -> {
            try {
                sink.accept(readNow(page));
            } catch (StoreException e) {
                failure.accept(e);
            } catch (RuntimeException e) {
                failure.accept(fail(String.valueOf(e.getMessage()), e));
            }
        });
    }

    @Override
    public byte[] readNow(long page) throws StoreException {
        byte[] waiting = unwritten.get(page);
        if (waiting != null) return waiting;
        try {
            return get(page);
        } catch (IOException e) {
            throw fail(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void free(long page) {
        request(() -> give(page));
    }

    private void request(Runnable request) {
        requests.add(request);
        Running store = running;
        if (store != null) store.threads.wakeReader();
        else while (step() == LogWriter.AGAIN) {}
    }

    /** Does one thing that was asked for; the answer is for how many nanoseconds there will be no other, unless woken. */
    long step() {
        Runnable request = requests.poll();
        if (request != null) {
            request.run();
            return LogWriter.AGAIN;
        }
        if (kept.isEmpty()) return LogWriter.IDLE;
        long left = keptNanos + AGAIN_NANOS - nanoTime.getAsLong();
        if (left > 0) return left;
        put(kept.remove());
        return LogWriter.AGAIN;
    }

    private void put(long handle) {
        byte[] page = unwritten.get(handle);
        if (page == null) return; // it was given back
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + page.length);
        bytes.putInt(page.length).putInt(checksum(handle, page)).put(page).flip();
        try {
            DiskFile known = file;
            if (known == null) file = known = disk.create(NAME);
            known.write(PageSpace.position(handle), bytes);
            forgetUnwritten(handle);
        } catch (DiskFullException e) {
            kept.add(handle);
            keptNanos = nanoTime.getAsLong();
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()), e);
        }
    }

    private void forgetUnwritten(long handle) {
        byte[] page = unwritten.remove(handle);
        if (page != null) unwrittenBytes.addAndGet(-page.length);
    }

    private byte[] get(long handle) throws IOException {
        DiskFile known = file;
        if (known == null) throw new IOException("page " + handle + " was never written");
        ByteBuffer bytes = ByteBuffer.allocate(PageSpace.capacity(handle));
        known.read(PageSpace.position(handle), bytes);
        bytes.flip();
        if (bytes.remaining() < HEADER_BYTES) throw new IOException(NAME + " ends before page " + handle);
        int length = bytes.getInt();
        int checksum = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) throw new IOException("page " + handle + " is damaged");
        byte[] page = new byte[length];
        bytes.get(page);
        if (checksum(handle, page) != checksum) throw new IOException("page " + handle + " is damaged");
        return page;
    }

    private static int checksum(long handle, byte[] page) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, handle));
        crc.update(page);
        return (int) crc.getValue();
    }

    private void give(long handle) {
        forgetUnwritten(handle);
        DiskFile known = file;
        try {
            if (space.free(handle) && known != null && known.size() > space.bytes()) known.truncate(space.bytes());
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()), e);
        }
    }

    private StoreException fail(String why, Exception cause) {
        StoreException failure = new StoreException(
                "The index of queues that is not in memory cannot be read or written in " + NAME + " of "
                        + disk.description() + " (" + why
                        + "). Nothing is lost: the next start has all of it from checkpoint and log. Check the disk, then"
                        + " restart.",
                cause);
        Running store = running;
        if (store != null) {
            store.log.fail(failure);
            store.threads.wakeLog();
        }
        return failure;
    }

    /** Deletes the file; nobody works with it any more. */
    void close() {
        DiskFile known = file;
        if (known == null) return;
        file = null;
        try {
            known.close();
            disk.delete(NAME);
        } catch (IOException e) {
            return; // the next start deletes it
        }
    }
}
