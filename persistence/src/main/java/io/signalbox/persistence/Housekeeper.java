package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The housekeeper thread: what the log needs but must not wait for. It makes the next segment ready, writes checkpoints, counts
 * what ended with its queue, cleans and gives segments back. It looks how much room the disk has, each second and whenever it has
 * done something; when there is nothing else to do, it looks at what the disk has. A full disk is met only here: then it tries again each second, and the log thread keeps the rest of the
 * segment for settlements. Any other failure ends the store. Confined to the housekeeper thread, but for {@link #forget}.
 */
final class Housekeeper {
    /** Others fill the disk, too, and make room on it. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of the next segment, to be made at a time. */
    private static final long PART_BYTES = 256 << 10;

    private static final long URGENT_PART_BYTES = 1 << 20;

    private final LogState log;
    private final LogStore store;
    private final long segmentBytes;
    private final Checkpointer checkpointer;
    private final Cleaner cleaner;
    private final Scrub scrub;
    private final Runnable wakeLog;
    private final Queue<Consumer<LongConsumer>> dead = new ConcurrentLinkedQueue<>();
    private final RoomWatch room;
    private final List<Chore> chores;

    /** The chore that found no room at its last try. */
    private @Nullable Chore withoutRoom;

    private boolean metNoRoom;

    private interface Chore {
        boolean run() throws IOException;
    }

    /** @param room with the size of the segments to make ready */
    Housekeeper(
            LogState log,
            LogStore store,
            RoomWatch room,
            Checkpointer checkpointer,
            Cleaner cleaner,
            Scrub scrub,
            Runnable wakeLog) {
        this.log = log;
        this.store = store;
        this.segmentBytes = room.segmentBytes();
        this.checkpointer = checkpointer;
        this.cleaner = cleaner;
        this.scrub = scrub;
        this.wakeLog = wakeLog;
        this.room = room;
        this.chores = List.of(
                this::giveBack,
                this::prepareNext,
                this::reserveRoom,
                checkpointer::step,
                store.upkeep()::freeSome,
                this::countDead,
                cleaner::step,
                scrub::step);
    }

    /** Does one piece of work; the answer is for how many nanoseconds there will be no other, unless woken. */
    long step() {
        if (log.isStopped()) return LogWriter.IDLE;
        forgetRemovals();
        metNoRoom = false;
        boolean worked = chores.stream().anyMatch(this::attempt);
        if (!worked && !metNoRoom) withoutRoom = null;
        log.diskFull(withoutRoom != null);
        if (room.look(withoutRoom != null && log.isPublishHeld())) tellPublishers();
        if (worked) return LogWriter.AGAIN;
        return Math.min(
                Math.min(LOOK_NANOS, scrub.restNanos()), Math.min(checkpointer.restNanos(), cleaner.restNanos()));
    }

    private void tellPublishers() {
        if (log.shortage().isEmpty()) log.roomWaiters().runAll();
        else wakeLog.run();
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
            boolean worked = chore.run();
            if (worked && withoutRoom == chore) withoutRoom = null;
            return worked;
        } catch (DiskFullException e) {
            withoutRoom = chore;
            metNoRoom = true;
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
        store.compact(List.of(free.header().baseLsn())).publish();
        return true;
    }

    private boolean prepareNext() throws IOException {
        boolean early = room.isSpaceShort() && log.isNextSegmentMissing();
        if (!early && !log.isNextSegmentDue()) return false;
        if (!early && !log.isNextSegmentAwaited() && store.upkeep().prepareSome(segmentBytes, partBytes())) return true;
        SegmentHeader newest = log.segments().newest().header();
        SegmentHeader next =
                new SegmentHeader(newest.store(), newest.epoch(), newest.endLsn(), segmentBytes, newest.baseLsn(), 0);
        store.prepare(next);
        log.segments().add(new Segment(next));
        wakeLog.run();
        return true;
    }

    /** Whoever waits for a force of the log meanwhile waits for a part of this, too. */
    private long partBytes() {
        return log.isNextSegmentUrgent() ? URGENT_PART_BYTES : PART_BYTES;
    }

    /** While others may take the rest of the disk: with two segments at hand settlements go on for ever. */
    private boolean reserveRoom() throws IOException {
        return room.isSpaceShort()
                && store.upkeep().reserveNext(log.segments().newest().header());
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
