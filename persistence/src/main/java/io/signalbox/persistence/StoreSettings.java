package io.signalbox.persistence;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sizes and times of a store.
 *
 * @param segmentBytes size of a segment file, but for the first after a start; a multiple of 4 KiB
 * @param bufferBytes size of each of the two append buffers, once there was something to do; a multiple of 512
 * @param maxBatchBytes the largest batch taken, in bytes of bodies, keys and values
 * @param lazyNanos how long a batch that nobody waits for may wait for a force
 * @param sealIdleNanos how long the log is idle before it writes that all before was forced
 * @param limits how full the disk may become
 * @param scrubBytesPerSecond how much of the log is read again, to see whether it is what was written; 0 = nothing
 */
public record StoreSettings(
        long segmentBytes,
        int bufferBytes,
        int maxBatchBytes,
        long lazyNanos,
        long sealIdleNanos,
        DiskLimits limits,
        long scrubBytesPerSecond) {

    private static final int MIB = 1 << 20;

    /** Of {@link #halved}: with {@link #ofSegments}, a segment of 1 MiB. */
    private static final int SMALLEST_HALF_BUFFER_BYTES = 64 << 10;

    public StoreSettings {
        if (bufferBytes < 4096 || bufferBytes % BatchHeader.SECTOR_BYTES != 0 || bufferBytes > 64 * MIB) {
            throw new IllegalArgumentException(
                    "buffer of " + bufferBytes + " bytes is not a multiple of 512, 4 KiB..64 MiB");
        }
        if (segmentBytes % 4096 != 0 || segmentBytes < 8L * bufferBytes || segmentBytes > 1L << 32) {
            throw new IllegalArgumentException("segment of " + segmentBytes + " bytes is not a multiple of 4 KiB"
                    + " from 8 buffers of " + bufferBytes + " bytes to 4 GiB");
        }
        if (maxBatchBytes < 1 || maxBatchBytes > segmentBytes / 2 || maxBatchBytes > 512 * MIB) {
            throw new IllegalArgumentException(
                    "batch of " + maxBatchBytes + " bytes is more than half a segment of " + segmentBytes + " bytes");
        }
    }

    /** With the usual limits of the disk. */
    public StoreSettings(long segmentBytes, int bufferBytes, int maxBatchBytes, long lazyNanos, long sealIdleNanos) {
        this(segmentBytes, bufferBytes, maxBatchBytes, lazyNanos, sealIdleNanos, DiskLimits.DEFAULT);
    }

    /** Nothing is read again. */
    public StoreSettings(
            long segmentBytes,
            int bufferBytes,
            int maxBatchBytes,
            long lazyNanos,
            long sealIdleNanos,
            DiskLimits limits) {
        this(segmentBytes, bufferBytes, maxBatchBytes, lazyNanos, sealIdleNanos, limits, 0);
    }

    /** The same with other limits of the disk. */
    public StoreSettings limitedTo(DiskLimits others) {
        return new StoreSettings(
                segmentBytes, bufferBytes, maxBatchBytes, lazyNanos, sealIdleNanos, others, scrubBytesPerSecond);
    }

    /** The same with another rate at which the log is read again. */
    public StoreSettings scrubbedAt(long bytesPerSecond) {
        return new StoreSettings(
                segmentBytes, bufferBytes, maxBatchBytes, lazyNanos, sealIdleNanos, limits, bytesPerSecond);
    }

    /**
     * For production: 240 MiB segments, two buffers of 4 MiB, batches up to 60 MiB. Four segments, which the log has for a moment at full
     * speed, the first of a life and the checkpoints stay below 1 GiB.
     */
    public static StoreSettings defaults() {
        return ofSegments(240 * MIB);
    }

    /**
     * Everything in proportion to the segments: buffers of up to 4 MiB, batches up to a quarter of a segment.
     *
     * @param wantedBytes of a segment; rounded down to 64 KiB
     */
    public static StoreSettings ofSegments(int wantedBytes) {
        int segmentBytes = wantedBytes & -(64 << 10);
        return new StoreSettings(
                segmentBytes,
                Math.min(4 * MIB, segmentBytes / 16),
                segmentBytes / 4,
                TimeUnit.MILLISECONDS.toNanos(50),
                TimeUnit.MILLISECONDS.toNanos(10));
    }

    /** The same in half the room; empty where what is left would not be worth a segment. */
    Optional<StoreSettings> halved() {
        if (bufferBytes < 2 * SMALLEST_HALF_BUFFER_BYTES) return Optional.empty();
        long half = segmentBytes / 2 & -4096;
        int buffer = bufferBytes / 2 & -BatchHeader.SECTOR_BYTES;
        return Optional.of(new StoreSettings(
                half, buffer, maxBatchBytes / 2, lazyNanos, sealIdleNanos, limits, scrubBytesPerSecond));
    }

    /**
     * Size of the first segment after a start, the only one that a start has to wait for: most lives of a broker on a quiet
     * machine write no more than this.
     */
    long firstSegmentBytes() {
        return (8L * bufferBytes + 4095) & -4096;
    }

    /** How much log is worth a checkpoint, if that is small. */
    long checkpointBytes() {
        return segmentBytes / 4;
    }

    /** The largest record, with everything it carries besides content. */
    long maxRecordBytes() {
        return Math.min(segmentBytes - segmentBytes / 8 - 8192, Integer.MAX_VALUE - 2L * bufferBytes);
    }
}
