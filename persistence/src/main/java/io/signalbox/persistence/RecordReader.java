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

    private final LogState log;
    private final LogStore store;
    private final MessageFormats formats;
    private final RecordWindow window;
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** Where each LSN lies, in their order; null where one lies nowhere. */
    private record Request(
            long[] lsns,
            List<@Nullable Entered> entered,
            RecordSink sink,
            DamageSink damages,
            Consumer<StoreException> failure) {}

    private record Entered(Segment segment, Readers readers) {}

    private interface RecordSink {
        /** False if that is not what should be there. */
        boolean read(LogRecord record) throws StoreException;
    }

    private interface DamageSink {
        /** Whether what lies behind is to be read. */
        boolean damaged(long lsn, StoreException why);
    }

    RecordReader(LogState log, LogStore store, MessageFormats formats, Checksum checksum) {
        this.log = log;
        this.store = store;
        this.formats = formats;
        window = new RecordWindow(store, log.store(), checksum);
    }

    /** Queues a request for LSNs that are durable, or will never be because the store has failed. */
    void request(long[] lsns, ReadSink sink, Consumer<StoreException> failure) {
        add(lsns, record -> hand(record, sink), sink::damaged, failure);
    }

    private boolean hand(LogRecord record, ReadSink sink) throws StoreException {
        if (!record.hasMessage()) return false;
        sink.loaded(record.lsn(), record.residentMessage(formats, log.segments().bodies()));
        return true;
    }

    /** Queues a request for a piece of a large body, as {@link #request}. */
    void requestPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        add(new long[] {lsn}, record -> hand(record, sink), (place, why) -> false, failure);
    }

    private static boolean hand(LogRecord record, Consumer<byte[]> sink) {
        if (record.type() != LogRecord.TYPE_PIECE) return false;
        sink.accept(record.piece());
        return true;
    }

    private void add(long[] lsns, RecordSink sink, DamageSink damages, Consumer<StoreException> failure) {
        List<@Nullable Entered> entered = new ArrayList<>(lsns.length);
        for (long lsn : lsns) entered.add(enter(lsn));
        requests.add(new Request(lsns, entered, sink, damages, failure));
    }

    private @Nullable Entered enter(long lsn) {
        Segment segment = log.segments().of(lsn);
        Readers readers = segment == null ? null : segment.enter();
        return segment == null || readers == null ? null : new Entered(segment, readers);
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
            for (Entered entered : request.entered) if (entered != null) entered.readers.leave();
        }
        return LogWriter.AGAIN;
    }

    private void serve(Request request) throws IOException, StoreException {
        window.clear();
        for (int i = 0; i < request.lsns.length; i++) {
            long lsn = request.lsns[i];
            StoreException failed = log.failure();
            if (failed != null && lsn >= log.durableLsn()) throw failed;
            Entered entered = request.entered.get(i);
            if (entered == null) throw new StoreException("The log does not hold LSN " + lsn + " any more.");
            LogRecord record = window.record(entered.segment.header(), lsn, next(request.lsns, i));
            if (record != null && request.sink.read(record)) continue;
            StoreException why = damaged(lsn);
            if (!request.damages.damaged(lsn, why)) throw why;
            log.damage().isNew(lsn); // it has been told
        }
    }

    private static long next(long[] lsns, int index) {
        return index + 1 < lsns.length ? lsns[index + 1] : Long.MAX_VALUE;
    }

    private StoreException damaged(long lsn) {
        return new StoreException("The log is damaged in " + store.describe(lsn)
                + ": the message there is not what was written; restore the directory from a backup.");
    }
}
