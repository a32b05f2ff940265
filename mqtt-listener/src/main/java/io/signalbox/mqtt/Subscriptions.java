package io.signalbox.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The filters of one session (§4.8.1). Confined to the session's loop. */
final class Subscriptions {

    /** Made by the first of them: most clients only publish. */
    private Map<String, SessionSubscription> byFilter = Map.of();

    private int withIdentifier;
    private int competing;
    private long heapBytes;

    /** Adds a subscription in place of one with the identical filter (MQTT-3.8.4-3). */
    void put(SessionSubscription subscription) {
        if (byFilter.isEmpty()) byFilter = new LinkedHashMap<>(2);
        count(Optional.ofNullable(byFilter.put(subscription.filter(), subscription)), -1);
        count(Optional.of(subscription), 1);
    }

    /** MQTT-3.10.4-1: filters are compared character by character. */
    Optional<SessionSubscription> remove(String filter) {
        if (!byFilter.containsKey(filter)) return Optional.empty();
        Optional<SessionSubscription> removed = Optional.ofNullable(byFilter.remove(filter));
        count(removed, -1);
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
        return byFilter.size() > competing;
    }

    /** Whether there are some whose messages others may get as well. */
    boolean haveCompeting() {
        return competing > 0;
    }

    Optional<SessionSubscription> get(String filter) {
        return Optional.ofNullable(byFilter.get(filter));
    }

    boolean has(String filter) {
        return byFilter.containsKey(filter);
    }

    int size() {
        return byFilter.size();
    }

    /** What they cost, in the session and in the tree that routes by them. */
    long heapBytes() {
        return heapBytes;
    }

    Collection<SessionSubscription> all() {
        return byFilter.values();
    }

    /** MQTT-3.3.4-3, MQTT-3.3.4-4: the identifiers of all subscriptions that a topic matches. */
    List<Integer> identifiersFor(String topic) {
        if (withIdentifier == 0) return List.of();
        List<Integer> identifiers = new ArrayList<>(1);
        for (SessionSubscription subscription : byFilter.values()) {
            if (subscription.hasIdentifier() && FilterMatch.matches(subscription.filter(), topic)) {
                identifiers.add(subscription.identifier());
            }
        }
        return identifiers;
    }
}
