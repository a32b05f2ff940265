package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.TopicSyntax;

/** What the filter of a subscription names. */
enum FilterKind {
    /** Topics, for this session alone (§4.7). */
    TOPICS,
    /** Topics, for a group of sessions (§4.8.2); it may still be malformed. */
    SHARED,
    /** A queue, whoever else consumes from it. */
    QUEUE;

    static FilterKind of(String filter) {
        if (filter.isEmpty() || filter.charAt(0) != '$') return TOPICS;
        if (TopicSyntax.isShared(filter)) return SHARED;
        return NamedQueues.isReserved(filter) ? QUEUE : TOPICS;
    }
}
