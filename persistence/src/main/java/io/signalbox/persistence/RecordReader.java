package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore.ReadSink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader thread: brings messages back from the log, each verified. A request pins its segments from the moment it is
 * made, so nothing it names is overwritten before it is read. {@link #request} is for any thread; the rest is confined.
 */
final class RecordReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(RecordReader.class);
    private static final int WINDOW_BYTES = 1 << 16;

    private final LogState log;
    private final LogStore store;
    private final MessageFormats formats;
    private final Checksum checksum;
    private final LogWindow window;
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** Segments in the order of the LSNs; null where an LSN lies in none. */
    private record Request(
            long[] lsns, List<@Nullable Segment> pinned, ReadSink sink, Consumer<StoreException> failure) {}

    RecordReader(LogState log, LogStore store, MessageFormats formats, Checksum checksum) {
        this.log = log;
        this.store = store;
        this.formats = formats;
        this.checksum = checksum;
        window = new LogWindow(store, WINDOW_BYTES);
    }

    /** Queues a request for LSNs that are durable, or will never be because the store has failed. */
    void request(long[] lsns, ReadSink sink, Consumer<StoreException> failure) {
        List<@Nullable Segment> pinned = new ArrayList<>(lsns.length);
        for (long lsn : lsns) {
            Segment segment = log.segments().of(lsn);
            pinned.add(segment != null && segment.pin() ? segment : null);
        }
        requests.add(new Request(lsns, pinned, sink, failure));
    }

    /** Serves one request. */
    long step() {
        Request request = requests.poll();
        if (request == null) return LogWriter.IDLE;
        try {
            serve(request);
        } catch (StoreException e) {
            request.failure.accept(e);
        } catch (IOException e) {
            request.failure.accept(new StoreException("The log cannot be read (" + e.getMessage() + ").", e));
        } catch (RuntimeException e) {
            LOGGER.error("A reader of {} messages failed", request.lsns.length, e);
        } finally {
            for (Segment segment : request.pinned) if (segment != null) segment.unpin();
        }
        return LogWriter.AGAIN;
    }

    private void serve(Request request) throws IOException, StoreException {
        window.clear();
        for (int i = 0; i < request.lsns.length; i++) {
            long lsn = request.lsns[i];
            StoreException failed = log.failure();
            if (failed != null && lsn >= log.durableLsn()) throw failed;
            Segment segment = request.pinned.get(i);
            if (segment == null) throw new StoreException("The log does not hold LSN " + lsn + " any more.");
            request.sink.loaded(lsn, read(segment, lsn).residentMessage(formats));
        }
    }

    private LogRecord read(Segment segment, long lsn) throws IOException, StoreException {
        int index = window.find(lsn, LogRecord.FIXED_BYTES);
        if (index == LogWindow.MISSING) throw damaged(lsn);
        int length = window.bytes().getInt(index);
        if (length < LogRecord.FIXED_BYTES || length > segment.header().endLsn() - lsn) throw damaged(lsn);
        index = window.find(lsn, length);
        if (index == LogWindow.MISSING) throw damaged(lsn);
        LogRecord record = new LogRecord(window.bytes()).at(index, lsn);
        boolean intact = record.isIntact(length, log.store(), segment.header().epoch(), checksum);
        if (!intact || !record.hasMessage()) throw damaged(lsn);
        return record;
    }

    private StoreException damaged(long lsn) {
        return new StoreException("The log is damaged in " + store.describe(lsn)
                + ": the message there is not what was written; restore the directory from a backup.");
    }
}
