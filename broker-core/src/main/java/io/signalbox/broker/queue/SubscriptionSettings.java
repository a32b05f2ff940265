package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;

/**
 * How a consumer wants a queue's messages. Immutable.
 *
 * @param loop the event loop its listener is called on
 * @param settlement who settles
 * @param name who it is, for the operator; what was reserved for a name ({@link Subscription#close(java.util.Collection)})
 *     comes back to a subscription of that name only
 */
public record SubscriptionSettings(Loop loop, Settlement settlement, String name) {

    /** Who ends an entry that was handed over. */
    public enum Settlement {
        /** The consumer, by {@link Subscription#settle}. */
        BY_CONSUMER,
        /** The queue, at the moment it hands the message over: at most once. */
        ON_DISPATCH
    }
}
