package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Routes a message by its address to the bindings that match. Thread-safe: routing takes no lock, a new binding is seen by
 * every publish that begins after {@link #addBinding} has returned.
 */
public final class Exchange implements Destination {

    private final String name;
    private final ExchangeType type;
    private final boolean durable;
    private final Router router;

    /** What there is, by name. Thread-safe. */
    public interface Names {
        /** Null if there is nothing of this name. */
        @Nullable
        Destination find(String name);
    }

    public Exchange(String name, ExchangeType type, boolean durable) {
        this(name, type, durable, routerOf(type));
    }

    private Exchange(String name, ExchangeType type, boolean durable, Router router) {
        this.name = name;
        this.type = type;
        this.durable = durable;
        this.router = router;
    }

    /** A direct exchange with a way to everything that has a name, and no other. */
    public static Exchange ofNames(String name, Names names) {
        return new Exchange(name, ExchangeType.DIRECT, false, new NameRouter(names));
    }

    private static Router routerOf(ExchangeType type) {
        return switch (type) {
            case DIRECT -> new DirectRouter();
            case FANOUT -> new FanoutRouter();
            case TOPIC -> new TopicTree(TopicSyntax.AMQP);
            case HEADERS -> new HeadersRouter();
            case MQTT_TOPIC -> new TopicTree(TopicSyntax.MQTT);
        };
    }

    public String name() {
        return name;
    }

    public ExchangeType type() {
        return type;
    }

    public boolean isDurable() {
        return durable;
    }

    /**
     * Adds a binding, in place of one with the same key and destination.
     *
     * @throws IllegalArgumentException if the key is not valid for this type of exchange; the sentence says why
     */
    public void addBinding(Binding binding) {
        router.add(binding);
    }

    /** Removes the binding with this key and destination; false if there was none. */
    public boolean removeBinding(String key, Destination destination) {
        return router.remove(key, destination);
    }

    @Override
    public void route(Message message, Object origin, int flags, Matches matches) {
        if (!matches.enter(this)) return;
        try {
            router.route(message, origin, matches);
        } finally {
            matches.leave();
        }
    }

    @Override
    public String toString() {
        return "exchange " + name;
    }
}
