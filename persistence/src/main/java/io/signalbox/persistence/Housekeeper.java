package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The housekeeper thread: what the log needs but must not wait for. It makes the next segment ready, writes checkpoints, counts
 * what ended with its queue, cleans and gives segments back. A full disk is met only here: then it tries again each second, and the log
 * thread keeps the rest of the segment for settlements. Any other failure ends the store. Confined to the housekeeper thread, but for {@link
 * #forget}.
 */
final class Housekeeper {
    private static final Logger LOGGER = LoggerFactory.getLogger(Housekeeper.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LogState log;
    private final LogStore store;
    private final long segmentBytes;
    private final Checkpointer checkpointer;
    private final Cleaner cleaner;
    private final Runnable wakeLog;
    private final Queue<Consumer<LongConsumer>> dead = new ConcurrentLinkedQueue<>();
    private boolean diskFull;

    private interface Chore {
        boolean run() throws IOException;
    }

    /** @param segmentBytes size of the segments to make ready */
    Housekeeper(
            LogState log,
            LogStore store,
            long segmentBytes,
            Checkpointer checkpointer,
            Cleaner cleaner,
            Runnable wakeLog) {
        this.log = log;
        this.store = store;
        this.segmentBytes = segmentBytes;
        this.checkpointer = checkpointer;
        this.cleaner = cleaner;
        this.wakeLog = wakeLog;
    }

    /** Does one piece of work; the answer is for how many nanoseconds there will be no other, unless woken. */
    long step() {
        if (log.isStopped()) return LogWriter.IDLE;
        boolean wasFull = diskFull;
        diskFull = false;
        forgetRemovals();
        boolean worked = attempt(this::giveBack)
                || attempt(this::prepareNext)
                || attempt(checkpointer::step)
                || attempt(this::countDead)
                || attempt(cleaner::step);
        if (diskFull && !wasFull) {
            LOGGER.warn(
                    "The disk of {} is full: publishers wait until there is room", store.describe(log.durableLsn()));
        }
        if (wasFull && !diskFull) LOGGER.info("There is room on the disk again");
        log.diskFull(diskFull);
        if (worked) return LogWriter.AGAIN;
        long rest = Math.min(checkpointer.restNanos(), cleaner.restNanos());
        return diskFull ? Math.min(RETRY_NANOS, rest) : rest;
    }

    /**
     * Between checkpoints too, or those of one segment would pile up. What is durable is complete in the tables, so nothing
     * older can come any more, and a checkpoint that misses a pair because of one is true at once.
     */
    private void forgetRemovals() {
        log.tables().forgetManyRemovalsBelow(log.durableLsn());
    }

    private boolean attempt(Chore chore) {
        if (log.isStopped()) return false;
        try {
            return chore.run();
        } catch (DiskFullException e) {
            diskFull = true;
        } catch (IOException | RuntimeException e) {
            log.fail(new StoreException(
                    "The data directory cannot be written any more (" + e.getMessage()
                            + "). Check the disk, then restart.",
                    e));
            wakeLog.run();
        }
        return false;
    }

    private boolean giveBack() throws IOException {
        if (!log.isSegmentFree()) return false;
        log.segmentFree(false); // before the look: what becomes free meanwhile is noted again
        Segment free = log.segments().retireOne(log.keptReplayLsn(), log.activeBaseLsn());
        if (free == null) return false;
        log.segmentFree(true);
        long base = free.header().baseLsn();
        store.release(base);
        return true;
    }

    private boolean prepareNext() throws IOException {
        if (!log.isNextSegmentDue()) return false;
        SegmentHeader newest = log.segments().newest().header();
        SegmentHeader next =
                new SegmentHeader(newest.store(), newest.epoch(), newest.endLsn(), segmentBytes, newest.baseLsn(), 0);
        store.prepare(next);
        log.segments().add(new Segment(next));
        wakeLog.run();
        return true;
    }

    /** Entries have ended with their queue, durably. Any thread. */
    void forget(Consumer<LongConsumer> entries) {
        dead.add(entries);
    }

    private boolean countDead() {
        Consumer<LongConsumer> entries = dead.poll();
        if (entries == null) return false;
        log.segments().forget(entries);
        log.segmentFree(true);
        return true;
    }
}
