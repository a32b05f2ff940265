package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** An exchange type's way of finding the bindings a message takes. Thread-safe; routing takes no lock. */
sealed interface Router permits DirectRouter, FanoutRouter, HeadersRouter, NameRouter, TopicTree {

    /** @throws IllegalArgumentException if the key is not valid here */
    void add(Binding binding);

    boolean remove(String key, Destination destination);

    void route(Message message, Object origin, Matches matches);
}
