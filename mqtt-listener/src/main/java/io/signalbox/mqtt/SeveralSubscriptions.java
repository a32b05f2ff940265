package io.signalbox.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two filters of a session or more, changed in place; or {@link #NONE}. Confined to the session's loop. */
final class SeveralSubscriptions implements Subscriptions {

    /** Of all sessions that have no filters, as most clients that only publish. Nothing is put there. */
    static final Subscriptions NONE = new SeveralSubscriptions();

    private final Map<String, SessionSubscription> byFilter = new LinkedHashMap<>(4);
    private int withIdentifier;
    private int competing;
    private long heapBytes;

    @Override
    public Subscriptions with(SessionSubscription subscription) {
        return this == NONE ? subscription : put(subscription);
    }

    SeveralSubscriptions put(SessionSubscription subscription) {
        SessionSubscription earlier = byFilter.put(subscription.filter(), subscription);
        if (earlier != null) count(earlier, -1);
        count(subscription, 1);
        return this;
    }

    @Override
    public Subscriptions without(String filter) {
        SessionSubscription removed = byFilter.remove(filter);
        if (removed == null) return this;
        count(removed, -1);
        return byFilter.size() == 1 ? byFilter.values().iterator().next() : this;
    }

    private void count(SessionSubscription subscription, int change) {
        heapBytes += change * subscription.heapBytes();
        if (subscription.hasIdentifier()) withIdentifier += change;
        if (subscription.haveCompeting()) competing += change;
    }

    @Override
    public Collection<SessionSubscription> all() {
        return byFilter.values();
    }

    @Override
    public Optional<SessionSubscription> get(String filter) {
        return Optional.ofNullable(byFilter.get(filter));
    }

    @Override
    public boolean haveCompeting() {
        return competing > 0;
    }

    @Override
    public long heapBytes() {
        return heapBytes;
    }

    @Override
    public List<Integer> identifiersFor(String topic) {
        if (withIdentifier == 0) return List.of();
        List<Integer> identifiers = new ArrayList<>(1);
        for (SessionSubscription subscription : byFilter.values()) {
            identifiers.addAll(subscription.identifiersFor(topic));
        }
        return identifiers;
    }
}
