package io.signalbox.mqtt;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The filters of one session (§4.8.1): none, one, which then is all there is, or several. Whoever has them puts what {@link #with}
 * and {@link #without} give in their place. Confined to the session's loop.
 */
sealed interface Subscriptions permits SessionSubscription, SeveralSubscriptions {

    /** With one more, in place of one with the identical filter (MQTT-3.8.4-3). */
    Subscriptions with(SessionSubscription subscription);

    /** Without that of this filter, if there is one. */
    Subscriptions without(String filter);

    /** In the order in which they came. */
    Collection<SessionSubscription> all();

    /** MQTT-3.10.4-1: filters are compared character by character. */
    Optional<SessionSubscription> get(String filter);

    default boolean has(String filter) {
        return get(filter).isPresent();
    }

    /** Whether there are some whose messages others may get as well. */
    boolean haveCompeting();

    /** What they cost, in the session and in the tree that routes by them. */
    long heapBytes();

    /** MQTT-3.3.4-3, MQTT-3.3.4-4: the identifiers of all subscriptions that a topic matches. */
    List<Integer> identifiersFor(String topic);
}
