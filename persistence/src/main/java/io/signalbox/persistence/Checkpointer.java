package io.signalbox.persistence;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.PendingCheckpoint;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints, a piece at a time: the tables, then what the core tells of its queues, and when all that shows in it is
 * durable in the log, it is published. Two are kept, so the log below the older one is needed for nothing but its messages. Confined
 * to the housekeeper, but for what the core tells.
 */
final class Checkpointer {

    private static final Logger LOGGER = LoggerFactory.getLogger(Checkpointer.class);

    /** A log that has changed is checkpointed that often, however little it was, if that costs little. */
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** So much time goes by for each byte of the last one: no more than 10 MB a second are written for little changes. */
    private static final long NANOS_PER_BYTE = 100;

    /** Of what the core tells, written in one step. */
    private static final int BYTES_PER_STEP = 1 << 20;

    private final LogState log;
    private final LogStore store;
    private final CheckpointSource source;
    private final List<ImageListener> listeners;
    private final Checksum checksum;
    private final LongSupplier nanoTime;
    private final Runnable wakeHousekeeper;

    private @Nullable Gathering gathering;
    private @Nullable Finished finished;
    private long lastNanos;
    private long pauseNanos = SHORTEST_NANOS;
    private long notBeforeNanos;

    /** Written and forced, but not to be published before all it holds is durable in the log. */
    private record Finished(PendingCheckpoint file, long replayLsn, long bytes) {}

    Checkpointer(
            LogState log,
            LogStore store,
            CheckpointSource source,
            List<ImageListener> listeners,
            Surroundings surroundings,
            Runnable wakeHousekeeper) {
        this.log = log;
        this.store = store;
        this.source = source;
        this.listeners = listeners;
        this.checksum = surroundings.checksum();
        this.nanoTime = surroundings.nanoTime();
        this.wakeHousekeeper = wakeHousekeeper;
        this.lastNanos = nanoTime.getAsLong();
        this.notBeforeNanos = lastNanos;
    }

    /** What the core tells. */
    private final class Gathering implements ImageSink {
        private final Queue<Part> parts = new ConcurrentLinkedQueue<>();
        private final long replayLsn;
        private volatile boolean ended;
        private volatile boolean failed;

        /** Null when there was no room for it: the rest is only awaited, since the core is asked one thing at a time. */
        private @Nullable CheckpointWriter writer;

        private @Nullable PendingCheckpoint file;

        Gathering(PendingCheckpoint file, CheckpointWriter writer, long replayLsn) {
            this.file = file;
            this.writer = writer;
            this.replayLsn = replayLsn;
        }

        @Override
        public void part(long queueId, byte[] image, Runnable taken) {
            parts.add(new Part(queueId, image, taken));
            wakeHousekeeper.run();
        }

        @Override
        public void end() {
            ended = true;
            wakeHousekeeper.run();
        }

        @Override
        public void fail(RuntimeException cause) {
            LOGGER.error(
                    "A queue cannot be written down for a checkpoint; the next start reads more of the log", cause);
            failed = true;
            end();
        }

        /** Writes some of what has been told; whether there was something. */
        boolean write() throws IOException {
            int bytes = 0;
            for (Part part = parts.poll(); part != null; part = parts.poll()) {
                try {
                    if (writer != null) {
                        writer.image(part.queueId, part.image);
                        for (ImageListener listener : listeners) listener.told(part.queueId, part.image);
                    }
                } finally {
                    part.taken.run();
                }
                bytes += part.image.length + 1;
                if (bytes >= BYTES_PER_STEP) return true;
            }
            return bytes > 0;
        }

        void giveUp() throws IOException {
            PendingCheckpoint unfinished = file;
            file = null;
            writer = null;
            for (ImageListener listener : listeners) listener.checkpointEnds(false);
            if (unfinished != null) unfinished.discard();
        }
    }

    private record Part(long queueId, byte[] image, Runnable taken) {}

    /** Does one piece of work; false if there is none for now. */
    boolean step() throws IOException {
        if (finished != null) return publish(finished);
        Gathering current = gathering;
        try {
            return current == null ? begin() : gather(current);
        } catch (DiskFullException e) {
            if (gathering != null) gathering.giveUp();
            throw e;
        }
    }

    /** For how many nanoseconds nothing is due because of the time. */
    long restNanos() {
        long left = lastNanos + pauseNanos - nanoTime.getAsLong();
        return left > 0 ? left : pauseNanos;
    }

    private boolean begin() throws IOException {
        if (!isDue()) return false;
        lastNanos = nanoTime.getAsLong();
        log.awaitForCheckpoint(LogState.NOTHING_AWAITED);
        long replayLsn = log.durableLsn();
        PendingCheckpoint file = store.createCheckpoint();
        CheckpointWriter writer;
        try {
            writer = new CheckpointWriter(file, log.store(), log.epoch(), replayLsn, checksum);
            writer.tables(log.tables());
            writer.segments(log.segments());
            log.segments().bodies().forEachBelow(replayLsn, writer::large);
            log.segments().moved().forEachBelow(replayLsn, writer);
        } catch (DiskFullException e) {
            file.discard();
            throw e;
        }
        gathering = new Gathering(file, writer, replayLsn);
        log.openParts().forgetBelow(replayLsn);
        for (ImageListener listener : listeners) listener.checkpointBegins();
        source.collect(replayLsn, gathering);
        return true;
    }

    private boolean isDue() {
        if (nanoTime.getAsLong() - notBeforeNanos < 0) return false;
        if (log.isCheckpointDue()) return true;
        if (!log.isDiskFull() && nanoTime.getAsLong() - lastNanos < pauseNanos) return false;
        boolean stale = log.replayLsn() < log.durableLsn() || log.keptReplayLsn() < log.replayLsn();
        return stale || listeners.stream().anyMatch(ImageListener::wantsCheckpoint);
    }

    private boolean gather(Gathering current) throws IOException {
        boolean ended = current.ended; // before the look for what was told until then
        if (current.write()) return true;
        if (!ended) return false;
        if (current.failed) {
            notBeforeNanos = nanoTime.getAsLong() + PAUSE_AFTER_FAILURE_NANOS;
            current.giveUp();
        }
        CheckpointWriter writer = current.writer;
        PendingCheckpoint file = current.file;
        if (writer == null || file == null) {
            gathering = null;
            return true;
        }
        long givenLsn = log.givenLsn();
        if (givenLsn == LogState.UNKNOWN) return awaitForce();
        long shownLsn = writer.end(givenLsn, log.tables());
        gathering = null;
        pauseNanos = Math.max(SHORTEST_NANOS, writer.bytes() * NANOS_PER_BYTE);
        finished = new Finished(file, current.replayLsn, writer.bytes());
        log.awaitForCheckpoint(shownLsn);
        return true;
    }

    private boolean awaitForce() {
        log.awaitForCheckpoint(0);
        return false;
    }

    private boolean publish(Finished checkpoint) throws IOException {
        if (log.durableLsn() < log.awaitedForCheckpoint()) return false;
        checkpoint.file.publish();
        finished = null;
        log.awaitForCheckpoint(LogState.NOTHING_AWAITED);
        log.checkpointed(checkpoint.replayLsn, checkpoint.bytes);
        log.tables().forgetRemovalsBelow(checkpoint.replayLsn);
        for (ImageListener listener : listeners) listener.checkpointEnds(true);
        return true;
    }
}
