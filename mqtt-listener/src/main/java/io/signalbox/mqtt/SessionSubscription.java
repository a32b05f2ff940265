package io.signalbox.mqtt;

import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.store.TargetFlags;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One filter of a session and what was agreed for it (§3.8.3.1). Immutable.
 *
 * @param qos the maximum QoS granted
 * @param identifier the subscription identifier, {@link #NO_IDENTIFIER} if the client gave none (§3.8.2.1.2)
 */
record SessionSubscription(String filter, int qos, boolean noLocal, boolean retainAsPublished, int identifier) {

    static final int NO_IDENTIFIER = 0;

    /** What a filter costs besides its characters: this record, its binding, its leaf in the tree, and their places in maps. */
    private static final int HEAP_BYTES = 320;

    /** What a session pays for a filter: its characters are held whole and level by level. */
    static int heapBytes(String filter) {
        return HEAP_BYTES + 2 * filter.length();
    }

    FilterKind kind() {
        return FilterKind.of(filter);
    }

    boolean hasIdentifier() {
        return identifier != NO_IDENTIFIER;
    }

    /** What the core keeps with each message that comes by it. */
    int flags() {
        return TargetFlags.ofQos(qos) | (retainAsPublished ? TargetFlags.RETAIN_AS_PUBLISHED : 0);
    }

    /** The way from the exchange to the session; {@code origin} is what the session publishes as. */
    Binding binding(Destination destination, Object origin) {
        @Nullable Object excluded = noLocal ? origin : null; // MQTT-3.8.3-3
        return new Binding(filter, destination, flags(), excluded, Map.of());
    }
}
