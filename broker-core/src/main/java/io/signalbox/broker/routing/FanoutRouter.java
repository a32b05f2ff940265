package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** Every binding, whatever its key. Thread-safe. */
final class FanoutRouter implements Router {

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
        for (BindingSet set : bindings.all()) set.route(message, origin, matches);
    }
}
