package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;
import io.signalbox.broker.filter.MessageFilter;

/**
 * How a consumer wants a queue's messages. Immutable.
 *
 * @param loop the event loop its listener is called on
 * @param settlement who settles
 * @param name who it is, for the operator; what was reserved for a name ({@link Subscription#close(java.util.Collection)})
 *     comes back to a subscription of that name only
 * @param filter which messages it gets; the others are for other consumers
 */
public record SubscriptionSettings(Loop loop, Settlement settlement, String name, MessageFilter filter) {

    /** Who ends an entry that was handed over. */
    public enum Settlement {
        /** The consumer, by {@link Subscription#settle}. */
        BY_CONSUMER,
        /** The queue, at the moment it hands the message over: at most once. */
        ON_DISPATCH
    }

    /** One that wants all there is. */
    public SubscriptionSettings(Loop loop, Settlement settlement, String name) {
        this(loop, settlement, name, MessageFilter.ALL);
    }
}
