package io.signalbox.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The filters of one session (§4.8.1). Confined to the session's loop. */
final class Subscriptions {

    /** Of all sessions that have no filters, as most clients that only publish. Nothing is put there. */
    static final Subscriptions NONE = new Subscriptions();

    /** That which is alone. */
    private @Nullable SessionSubscription only;

    /** While there are several. */
    private Map<String, SessionSubscription> byFilter = Map.of();

    private int withIdentifier;
    private int competing;
    private int heapBytes;

    /** Adds a subscription in place of one with the identical filter (MQTT-3.8.4-3). */
    void put(SessionSubscription subscription) {
        String filter = subscription.filter();
        SessionSubscription alone = only;
        boolean staysAlone = size() == 0 || (alone != null && has(filter));
        count(get(filter), -1);
        count(Optional.of(subscription), 1);
        if (staysAlone) {
            only = subscription;
            return;
        }
        if (alone != null) {
            byFilter = new LinkedHashMap<>(4);
            byFilter.put(alone.filter(), alone);
            only = null;
        }
        byFilter.put(filter, subscription);
    }

    /** MQTT-3.10.4-1: filters are compared character by character. */
    Optional<SessionSubscription> remove(String filter) {
        Optional<SessionSubscription> removed = get(filter);
        if (removed.isEmpty()) return removed;
        count(removed, -1);
        if (only != null) {
            only = null;
            return removed;
        }
        byFilter.remove(filter);
        if (byFilter.size() == 1) {
            only = byFilter.values().iterator().next();
            byFilter = Map.of();
        }
        return removed;
    }

    private void count(Optional<SessionSubscription> subscription, int change) {
        if (subscription.isEmpty()) return;
        heapBytes += change * SessionSubscription.heapBytes(subscription.get().filter());
        if (subscription.get().hasIdentifier()) withIdentifier += change;
        if (subscription.get().kind() != FilterKind.TOPICS) competing += change;
    }

    /** Whether there are some for the session alone. */
    boolean haveTopics() {
        return size() > competing;
    }

    /** Whether there are some whose messages others may get as well. */
    boolean haveCompeting() {
        return competing > 0;
    }

    Optional<SessionSubscription> get(String filter) {
        SessionSubscription found = only != null && only.filter().equals(filter) ? only : byFilter.get(filter);
        return Optional.ofNullable(found);
    }

    boolean has(String filter) {
        return get(filter).isPresent();
    }

    int size() {
        return only != null ? 1 : byFilter.size();
    }

    /** What they cost, in the session and in the tree that routes by them. */
    long heapBytes() {
        return heapBytes;
    }

    Collection<SessionSubscription> all() {
        return only != null ? List.of(only) : byFilter.values();
    }

    /** MQTT-3.3.4-3, MQTT-3.3.4-4: the identifiers of all subscriptions that a topic matches. */
    List<Integer> identifiersFor(String topic) {
        if (withIdentifier == 0) return List.of();
        List<Integer> identifiers = new ArrayList<>(1);
        for (SessionSubscription subscription : all()) {
            if (subscription.hasIdentifier() && FilterMatch.matches(subscription.filter(), topic)) {
                identifiers.add(subscription.identifier());
            }
        }
        return identifiers;
    }
}
