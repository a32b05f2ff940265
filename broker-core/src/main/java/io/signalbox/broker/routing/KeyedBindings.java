package io.signalbox.broker.routing;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Bindings by their key; an empty key is forgotten. Thread-safe; reads take no lock. */
final class KeyedBindings {

    private final ConcurrentHashMap<String, BindingSet> byKey = new ConcurrentHashMap<>();

    void add(Binding binding) {
        byKey.compute(binding.key(), (key, set) -> {
            BindingSet changed = set == null ? new BindingSet() : set;
            changed.add(binding);
            return changed;
        });
    }

    boolean remove(String key, Destination destination) {
        boolean[] removed = new boolean[1];
        byKey.computeIfPresent(key, (k, set) -> {
            removed[0] = set.remove(destination);
            return set.hasNone() ? null : set;
        });
        return removed[0];
    }

    @Nullable
    BindingSet get(String key) {
        return byKey.get(key);
    }

    Collection<BindingSet> all() {
        return byKey.values();
    }
}
