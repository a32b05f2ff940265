package io.signalbox.server.node;

import java.util.Optional;

/**
 * What a node leaves when it stops.
 *
 * @param durableMessages unsettled messages in durable queues
 * @param failure why the store is not closed cleanly
 */
public record StopReport(long durableMessages, Optional<String> failure) {}
