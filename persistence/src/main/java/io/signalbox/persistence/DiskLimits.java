package io.signalbox.persistence;

import io.signalbox.persistence.log.LogStore;
import java.util.OptionalLong;

/**
 * How full the disk may become before publishers are refused, so that settlements, tables and checkpoints still find room.
 * Two marks: publishers are refused below the low one, and taken again above one and a half times as much.
 *
 * @param minFreeBytes what has to stay free on the file system; 0 = publishers go on until nothing is left; empty = a
 *     twentieth of it, at most 1 GiB, but room for two segments where those are no more than an eighth
 * @param maxBytes what log and checkpoints may take; empty = as much as there is
 */
public record DiskLimits(OptionalLong minFreeBytes, OptionalLong maxBytes) {

    public static final DiskLimits DEFAULT = new DiskLimits(OptionalLong.empty(), OptionalLong.empty());

    /** Fewer would be full as soon as the log rolls. */
    public static final int FEWEST_SEGMENTS = 4;

    private static final long MOST_KEPT_FREE_BYTES = 1L << 30;
    private static final int KEPT_FREE_PART = 20;

    /** One that settlements fill while the one before is given back: as long as there are two, they never end. */
    private static final int KEPT_SEGMENTS = 2;

    private static final int MOST_PART_FOR_SEGMENTS = 8;

    public DiskLimits {
        if (minFreeBytes.orElse(0) < 0 || maxBytes.orElse(1) < 1) {
            throw new IllegalArgumentException(minFreeBytes + " and " + maxBytes + " are no numbers of bytes");
        }
    }

    /** What has to be free of a file system of this size. */
    long lowMarkBytes(long totalBytes, long segmentBytes) {
        long forSegments = Math.min(KEPT_SEGMENTS * segmentBytes, totalBytes / MOST_PART_FOR_SEGMENTS);
        return minFreeBytes.orElse(Math.max(part(totalBytes), forSegments));
    }

    /** What has to be left of {@link #maxBytes}, so that a segment for settlements does not go beyond it. */
    static long quotaLowMarkBytes(long maxBytes, long segmentBytes) {
        return Math.max(part(maxBytes), segmentBytes);
    }

    /** Whether so many bytes more leave publishers untroubled. */
    boolean leaveRoom(LogStore.Room room, long segmentBytes, long bytes) {
        long mark = resumeMarkBytes(lowMarkBytes(room.totalBytes(), segmentBytes));
        if (room.usableBytes() - bytes < mark) return false;
        if (maxBytes.isEmpty()) return true;
        long left = maxBytes.getAsLong() - room.heldBytes() - bytes;
        return left >= resumeMarkBytes(quotaLowMarkBytes(maxBytes.getAsLong(), segmentBytes));
    }

    private static long part(long totalBytes) {
        return Math.min(totalBytes / KEPT_FREE_PART, MOST_KEPT_FREE_BYTES);
    }

    /** Above this publishers are taken again. */
    static long resumeMarkBytes(long lowMarkBytes) {
        return lowMarkBytes + lowMarkBytes / 2;
    }
}
