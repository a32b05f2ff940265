package io.signalbox.broker;

import io.signalbox.broker.concurrent.MpscQueue;
import io.signalbox.broker.routing.Matches;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop as the core sees it: what other threads have for it arrives as one task per batch, and the receipts that
 * wait for the log's force wait here. {@link #post}, {@link #execute} and {@link #setAlarm} are for any thread, all else is confined to the
 * loop.
 */
public final class Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    /** Events run in one task before other work of the loop gets its turn. */
    private static final int EVENTS_PER_TASK = 1024;

    /** Alarms that ring in one task, each for a queue that ends some hundred messages. */
    private static final int ALARMS_PER_TASK = 16;

    private final Executor executor;
    private final MpscQueue<LoopEvent> events = new MpscQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final List<Flushable> touched = new ArrayList<>();
    private final List<Flushable> last = new ArrayList<>();
    private final Receipts receipts;
    private final Alarms alarms = new Alarms();
    private final RoomWaits room;
    private @Nullable Error firstError;

    // What one publish needs while it lasts. Publishers are many and share it: none publishes inside another's publish.
    private final Matches matches = new Matches();
    private final WriteBatch batch = new WriteBatch();
    private boolean publishing;

    /** What the events of the running task have done besides being one each. */
    private long spent;

    /** Something that gathers output during a batch of events and sends it at the batch's end. Confined to its loop. */
    public abstract static class Flushable {
        private boolean touched;

        /** The batch is over. */
        protected abstract void flush();
    }

    Loop(Executor executor, MessageStore store) {
        this.executor = executor;
        this.receipts = new Receipts(this, store);
        this.room = new RoomWaits(this, store);
    }

    /** Runs a task on this loop, later. */
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /** Hands an event over; all that is posted before the loop turns to it is one task. */
    public void post(LoopEvent event) {
        events.offer(event);
        if (pending.getAndIncrement() == 0) executor.execute(this::run);
    }

    /**
     * Wakes somebody at a time of the wall clock, in place of an earlier time; {@link Long#MAX_VALUE} = never. Any thread.
     *
     * @param atMillis since 1970
     */
    public void setAlarm(Alarm alarm, long atMillis) {
        post(LoopEvent.of(() -> alarms.set(alarm, atMillis)));
    }

    /** Wakes whose time has come. */
    void tick(long nowMillis) {
        boolean more = alarms.ring(nowMillis, ALARMS_PER_TASK);
        flushTouched();
        if (more) executor.execute(() -> tick(nowMillis));
    }

    /** How many are waiting to be woken. */
    int alarms() {
        return alarms.size();
    }

    /** Marks an object to be flushed when the running batch of events ends. */
    public void touch(Flushable flushable) {
        if (flushable.touched) return;
        flushable.touched = true;
        touched.add(flushable);
    }

    /** Whether events wait for this loop's next turn to them; at their end what was touched is flushed. */
    public boolean hasEvents() {
        return pending.get() != 0;
    }

    /** As {@link #touch}, but flushed after all that is touched so. */
    public void touchLast(Flushable flushable) {
        if (flushable.touched) return;
        flushable.touched = true;
        last.add(flushable);
    }

    /** The answers that wait for this loop's appends to become durable. */
    public Receipts receipts() {
        return receipts;
    }

    RoomWaits room() {
        return room;
    }

    Matches matches() {
        return matches;
    }

    WriteBatch batch() {
        return batch;
    }

    void beginPublish() {
        if (publishing) throw new IllegalStateException("a publish began within another one of the same loop");
        publishing = true;
    }

    void endPublish() {
        publishing = false;
    }

    private void run() {
        int missed = pending.get();
        spent = 0;
        while (missed != 0 && spent < EVENTS_PER_TASK) {
            int done = 0;
            for (; done < missed && spent < EVENTS_PER_TASK; done++) {
                spent++;
                runOne();
            }
            missed = pending.addAndGet(-done);
        }
        if (missed != 0) executor.execute(this::run);
        flushTouched();
    }

    /** The running event does as much as so many others; those after it may have to wait for the loop's next turn. */
    public void spend(int events) {
        spent += events;
    }

    private void runOne() {
        LoopEvent event = events.poll();
        if (event == null) throw new IllegalStateException("an event was counted and is not there");
        try {
            event.onLoop();
        } catch (RuntimeException | Error e) {
            failedAlone(event, e);
        }
    }

    /** Whatever fails on a loop fails alone: every connection of the loop depends on the rest. */
    void failedAlone(Object what, Throwable failure) {
        LOG.error("event=loop_event_failed kind={}", what.getClass().getSimpleName(), failure);
        if (firstError == null && failure instanceof Error error) firstError = error;
    }

    /**
     * Ends a batch: flushes what was touched since the last one. Also called by {@link Receipts}. Throws the first error of
     * the batch, now that the rest has been done, to whoever runs the loop's tasks.
     */
    void flushTouched() {
        flush(touched);
        flush(last);
        Error error = firstError;
        firstError = null;
        if (error != null) throw error;
    }

    private void flush(List<Flushable> all) {
        for (int i = 0; i < all.size(); i++) {
            Flushable flushable = all.get(i);
            flushable.touched = false;
            try {
                flushable.flush();
            } catch (RuntimeException | Error e) {
                failedAlone(flushable, e);
            }
        }
        all.clear();
    }
}
