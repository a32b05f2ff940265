package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore.ReadSink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** For bodies that a message's record only names. */
    private final RecordWindow holders;

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /**
     * @param entered where each LSN lies, in their order; null where one lies nowhere
     * @param holders where bodies lie that records only name, by the LSNs of these
     */
    private record Request(
            long[] lsns,
            List<@Nullable Entered> entered,
            Map<Long, Entered> holders,
            RecordSink sink,
            DamageSink damages,
            Consumer<StoreException> failure) {}

    private record Entered(Segment segment, Readers readers) {}

    private interface RecordSink {
        /**
         * False if that is not what should be there.
         *
         * @param holder where the body lies, if the record only names it
         */
        boolean read(LogRecord record, @Nullable Entered holder) throws StoreException;
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
        holders = new RecordWindow(store, log.store(), checksum);
    }

    /** Queues a request for LSNs that are durable, or will never be because the store has failed. */
    void request(long[] lsns, ReadSink sink, Consumer<StoreException> failure) {
        add(lsns, (record, holder) -> hand(record, holder, sink), sink::damaged, failure);
    }

    private boolean hand(LogRecord record, @Nullable Entered holder, ReadSink sink) throws StoreException {
        if (!record.hasMessage()) return false;
        if (record.isNaming()) return handMoved(record, holder, sink);
        sink.loaded(record.lsn(), record.residentMessage(formats, log.segments().bodies()));
        return true;
    }

    private boolean handMoved(LogRecord record, @Nullable Entered entered, ReadSink sink) throws StoreException {
        if (entered == null) throw gone(record.lsn());
        LogRecord holder = holders.record(entered.segment.header(), record.namedLsn(), Long.MAX_VALUE);
        if (holder == null || !holder.hasMessage()) return false;
        sink.loaded(record.lsn(), record.movedMessage(formats, holder.body()));
        return true;
    }

    /** Queues a request for a piece of a large body, as {@link #request}. */
    void requestPiece(long lsn, Consumer<byte[]> sink, Consumer<StoreException> failure) {
        add(new long[] {lsn}, (record, holder) -> hand(record, sink), (place, why) -> false, failure);
    }

    private static boolean hand(LogRecord record, Consumer<byte[]> sink) {
        if (record.type() != LogRecord.TYPE_PIECE) return false;
        sink.accept(record.piece());
        return true;
    }

    private void add(long[] lsns, RecordSink sink, DamageSink damages, Consumer<StoreException> failure) {
        List<@Nullable Entered> entered = new ArrayList<>(lsns.length);
        Map<Long, Entered> bodies = new HashMap<>(0);
        for (long lsn : lsns) {
            entered.add(enter(lsn));
            long holderLsn = log.segments().moved().holderOf(lsn);
            Entered holder = holderLsn == 0 ? null : enter(holderLsn);
            if (holder != null && bodies.putIfAbsent(lsn, holder) != null) holder.readers.leave();
        }
        requests.add(new Request(lsns, entered, bodies, sink, damages, failure));
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
        } catch (RuntimeException e) {
            LOGGER.error("A reader of {} messages failed", request.lsns.length, e);
        } finally {
            for (Entered entered : request.entered) if (entered != null) entered.readers.leave();
            for (Entered holder : request.holders.values()) holder.readers.leave();
        }
        return LogWriter.AGAIN;
    }

    private void serve(Request request) throws StoreException {
        window.clear();
        holders.clear();
        for (int i = 0; i < request.lsns.length; i++) {
            long lsn = request.lsns[i];
            StoreException failed = log.failure();
            if (failed != null && lsn >= log.durableLsn()) throw failed;
            Entered entered = request.entered.get(i);
            if (entered == null) throw gone(lsn);
            LogRecord record = window.record(entered.segment.header(), lsn, next(request.lsns, i));
            if (record != null && request.sink.read(record, request.holders.get(lsn))) continue;
            StoreException why = damaged(lsn);
            if (!request.damages.damaged(lsn, why)) throw why;
            log.damage().isNew(lsn); // it has been told
        }
    }

    private static StoreException gone(long lsn) {
        return new StoreException("The log does not hold LSN " + lsn + " any more.");
    }

    private static long next(long[] lsns, int index) {
        return index + 1 < lsns.length ? lsns[index + 1] : Long.MAX_VALUE;
    }

    private StoreException damaged(long lsn) {
        return new StoreException("The log is damaged in " + store.describe(lsn)
                + ": the message there is not what was written; restore the directory from a backup.");
    }
}
