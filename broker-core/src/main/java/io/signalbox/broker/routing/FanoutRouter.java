package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import java.util.concurrent.ConcurrentHashMap;

/** Every binding, whatever its key. Thread-safe. */
final class FanoutRouter implements Router {

    private final ConcurrentHashMap<String, BindingSet> byKey = new ConcurrentHashMap<>();

    @Override
    public void add(Binding binding) {
        byKey.compute(binding.key(), (key, set) -> {
            BindingSet changed = set == null ? new BindingSet() : set;
            changed.add(binding);
            return changed;
        });
    }

    @Override
    public boolean remove(String key, Destination destination) {
        boolean[] removed = new boolean[1];
        byKey.computeIfPresent(key, (k, set) -> {
            removed[0] = set.remove(destination);
            return set.isEmpty() ? null : set;
        });
        return removed[0];
    }

    @Override
    public void route(Message message, Object origin, Matches matches) {
        for (BindingSet set : byKey.values()) set.route(message, origin, matches);
    }
}
