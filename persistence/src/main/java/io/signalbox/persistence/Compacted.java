package io.signalbox.persistence;

/**
 * What a compaction came to. Immutable.
 *
 * @param bytesBefore of all files
 * @param bytesAfter of all files
 * @param livingBytes of messages that have not ended
 */
public record Compacted(long bytesBefore, long bytesAfter, long livingBytes) {}
