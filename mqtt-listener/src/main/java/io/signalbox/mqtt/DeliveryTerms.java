package io.signalbox.mqtt;

import java.util.List;
import java.util.Optional;

/**
 * How messages that come by one subscription, or by all of a session's own, are sent. Immutable.
 *
 * @param maximumQos what was granted
 * @param topic the topic name that is sent; empty for the one that the message was published to
 * @param identifiers the subscription identifiers that are sent; empty for those of all the session's own filters that match
 */
record DeliveryTerms(int maximumQos, Optional<String> topic, Optional<List<Integer>> identifiers) {

    /** For messages of the session's own queue, and for those that need none. */
    static final DeliveryTerms OWN = new DeliveryTerms(2, Optional.empty(), Optional.empty());

    /** For messages of a queue that the session competes for with others. */
    static DeliveryTerms of(SessionSubscription subscription) {
        // MQTT-3.3.2-3: what comes from a queue comes under the name that was subscribed to.
        Optional<String> topic =
                subscription.kind() == FilterKind.QUEUE ? Optional.of(subscription.filter()) : Optional.empty();
        List<Integer> identifiers =
                subscription.hasIdentifier() ? List.of(subscription.identifier()) : List.of(); // MQTT-3.3.4-3
        return new DeliveryTerms(subscription.qos(), topic, Optional.of(identifiers));
    }
}
