package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** Leads to the destination whose name is the address. Nothing is bound: the names are somebody else's. Thread-safe if that is. */
final class NameRouter implements Router {

    private final Exchange.Names names;

    NameRouter(Exchange.Names names) {
        this.names = names;
    }

    @Override
    public void add(Binding binding) {
        throw new IllegalArgumentException("everything is reached by its name, and by nothing else");
    }

    @Override
    public boolean remove(String key, Destination destination) {
        return false;
    }

    @Override
    public void route(Message message, Object origin, Matches matches) {
        Destination named = names.find(message.envelope().address());
        if (named != null) named.route(message, origin, 0, matches);
    }
}
