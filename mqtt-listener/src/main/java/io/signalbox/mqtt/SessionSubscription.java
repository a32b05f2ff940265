package io.signalbox.mqtt;

import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.store.TargetFlags;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One filter of a session and what was agreed for it (§3.8.3.1); all that the session has, while it has no other. Immutable.
 *
 * @param qos the maximum QoS granted
 * @param identifier the subscription identifier, {@link #NO_IDENTIFIER} if the client gave none (§3.8.2.1.2)
 */
record SessionSubscription(String filter, byte qos, boolean noLocal, boolean retainAsPublished, int identifier)
        implements Subscriptions {

    static final int NO_IDENTIFIER = 0;

    /** What a filter costs besides its characters: this record, its binding, its leaf in the tree, and their places in maps. */
    private static final int HEAP_BYTES = 320;

    /** There are very many, so that a byte for the QoS counts. */
    SessionSubscription(String filter, int qos, boolean noLocal, boolean retainAsPublished, int identifier) {
        this(filter, (byte) qos, noLocal, retainAsPublished, identifier);
    }

    /** What a session pays for a filter: its characters are held whole and level by level. */
    static long heapBytes(String filter) {
        return HEAP_BYTES + 2L * filter.length();
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

    @Override
    public Subscriptions with(SessionSubscription subscription) {
        if (filter.equals(subscription.filter)) return subscription;
        return new SeveralSubscriptions().put(this).put(subscription);
    }

    @Override
    public Subscriptions without(String unwanted) {
        return filter.equals(unwanted) ? SeveralSubscriptions.NONE : this;
    }

    @Override
    public Collection<SessionSubscription> all() {
        return List.of(this);
    }

    @Override
    public Optional<SessionSubscription> get(String wanted) {
        return filter.equals(wanted) ? Optional.of(this) : Optional.empty();
    }

    @Override
    public boolean haveCompeting() {
        return kind() != FilterKind.TOPICS;
    }

    @Override
    public long heapBytes() {
        return heapBytes(filter);
    }

    @Override
    public List<Integer> identifiersFor(String topic) {
        return hasIdentifier() && FilterMatch.matches(filter, topic) ? List.of(identifier) : List.of();
    }
}
