package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** Bindings whose key equals the routing key. Thread-safe. */
final class DirectRouter implements Router {

    private final KeyedBindings bindings = new KeyedBindings();

    @Override
    public void add(Binding binding) {
        bindings.add(binding);
    }

    @Override
    public boolean remove(String key, Destination destination) {
        return bindings.remove(key, destination);
    }

    @Override
    public void route(Message message, Object origin, Matches matches) {
        BindingSet set = bindings.get(message.envelope().address());
        if (set != null) set.route(message, origin, matches);
    }
}
