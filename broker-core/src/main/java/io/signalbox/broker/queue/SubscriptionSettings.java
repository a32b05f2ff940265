package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;
import io.signalbox.broker.filter.Filter;
import java.util.Optional;

/**
 * How a consumer wants a queue's messages. Immutable; very many that are told apart by an id share one.
 *
 * @param loop the event loop its listener is called on
 * @param settlement who settles
 * @param name who it is, or who all are that share this
 * @param filter what it wants of the messages; the others are none of its business and wait for someone else
 * @param mode whether it takes what it gets
 */
public record SubscriptionSettings(Loop loop, Settlement settlement, String name, Optional<Filter> filter, Mode mode) {

    /** A consumer of everything. */
    public SubscriptionSettings(Loop loop, Settlement settlement, String name) {
        this(loop, settlement, name, Optional.empty(), Mode.CONSUME);
    }

    /**
     * The name of the one with this id among those that share this; what was reserved for a name ({@link
     * Subscription#close(java.util.Collection)}) comes back to a subscription of that name only.
     */
    public String nameOf(String id) {
        return id.isEmpty() ? name : name + " " + id;
    }

    /** What becomes of a message that was handed over. */
    public enum Mode {
        /** It is the consumer's until it is settled, and then gone. */
        CONSUME,
        /** The consumer gets a copy of each in the order of arrival, once; what it settles is only its copy. */
        BROWSE
    }

    /** Who ends an entry that was handed over. */
    public enum Settlement {
        /** The consumer, by {@link Subscription#settle}. */
        BY_CONSUMER,
        /** The queue, at the moment it hands the message over: at most once. */
        ON_DISPATCH
    }
}
