package io.signalbox.persistence;

import java.util.List;
import java.util.Optional;

/**
 * What a look at all of a store has found. Immutable.
 *
 * @param segments of the log, those in copies too
 * @param bytes of the files
 * @param records in the log and in copies, whether or not anything needs them
 * @param tornBytes at the log's end, of a batch that was never confirmed; a start cuts it
 * @param checkpoints oldest first
 */
public record Findings(
        int segments,
        long bytes,
        long records,
        long tornBytes,
        List<Checkpoint> checkpoints,
        Start start,
        List<Damage> damages) {

    /** Whether something is not what was written. */
    public boolean isDamaged() {
        return !damages.isEmpty()
                || checkpoints.stream().anyMatch(each -> each.damage().isPresent());
    }

    /**
     * A checkpoint.
     *
     * @param replayLsn a start from it reads the log from there on; 0 if no start takes it
     * @param damage what is wrong with it, with its file; empty if all is what was written
     */
    public record Checkpoint(String place, long replayLsn, Optional<String> damage) {
        /** Whether a start takes it. */
        public boolean isWhole() {
            return replayLsn > 0;
        }
    }

    /**
     * How the next start goes about it.
     *
     * @param checkpoint it begins with; empty if there is none to begin with
     * @param logBytes that it reads after it
     */
    public record Start(Optional<String> checkpoint, long logBytes) {}

    /** What damage means. */
    public enum Effect {
        /** The messages that are named cannot be read; all else goes on. */
        MESSAGES,
        /** Nothing that is still needed lies there. */
        NONE,
        /** The next start reads it, and stops. */
        STOPS_START,
        /** No checkpoint tells what is still needed. */
        UNKNOWN
    }

    /**
     * Something that is not what was written.
     *
     * @param place file and offset
     * @param fromLsn where it begins in the log
     * @param toLsn where it ends, not included
     * @param hits which messages it may be, by queue
     */
    public record Damage(String place, String what, long fromLsn, long toLsn, Effect effect, List<Hit> hits) {}

    /**
     * What damage has or may have of a queue.
     *
     * @param lsns of its messages, rising; empty if only the damaged bytes themselves name the queue
     */
    public record Hit(long queueId, List<Long> lsns) {}
}
