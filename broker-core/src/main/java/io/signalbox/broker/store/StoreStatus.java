package io.signalbox.broker.store;

import java.util.Optional;

/**
 * How the store stands.
 *
 * @param diskBytes bytes its files occupy
 * @param livingBytes about how many of them messages have that have not ended
 * @param copiedBytes of such messages that were copied since the start, to free the disk of what lay around them
 * @param durableLsn everything below survives a crash
 * @param forces how often the log was forced since the start
 * @param forcedBytes how many bytes those forces made durable
 * @param lastForceNanos how long the latest force took
 * @param cutBytes bytes of a batch that was not whole at the end of the log, and never confirmed, which recovery cut
 * @param freeBytes what could be written at the last look, {@link Long#MAX_VALUE} if that is not known
 * @param shortage why publishers are refused for lack of room, in a sentence; empty while they are not
 * @param damagedPlaces where in the log something else was found since the start than was written
 * @param scrubbedBytes that were read again since the start to see whether they are what was written
 */
public record StoreStatus(
        long diskBytes,
        long livingBytes,
        long copiedBytes,
        long durableLsn,
        long forces,
        long forcedBytes,
        long lastForceNanos,
        long cutBytes,
        long freeBytes,
        Optional<String> shortage,
        long damagedPlaces,
        long scrubbedBytes) {}
