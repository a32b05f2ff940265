package io.signalbox.broker;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.filter.FilterSyntaxException;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Binding;
import java.util.Map;
import java.util.Optional;

/**
 * What of an exchange's messages a queue gets. Immutable.
 *
 * @param key routing key or topic filter, as the exchange's type wants it
 * @param filterText a selector ({@link Filter#ofSelector}) that a message must match besides; empty = none
 * @param noLocal the publisher whose messages it does not get: itself, which only a queue that is not durable remembers, or
 *     as a {@code String} its name ({@link io.signalbox.broker.routing.NamedOrigin})
 */
public record BindingTerms(String key, String filterText, Optional<Object> noLocal) {

    /** Whatever the key fits. */
    public static BindingTerms of(String key) {
        return new BindingTerms(key, "", Optional.empty());
    }

    /** The same, of messages that the selector matches. */
    public BindingTerms filteredBy(String selector) {
        return new BindingTerms(key, selector, noLocal);
    }

    /** The same, but for what this publisher, or one of this name, publishes. */
    public BindingTerms withoutMessagesOf(Object publisher) {
        return new BindingTerms(key, filterText, Optional.of(publisher));
    }

    /** The name of the publisher that is left out; empty if none is, or one without a name. */
    String noLocalName() {
        return noLocal.isPresent() && noLocal.get() instanceof String name ? name : "";
    }

    /** @throws FilterSyntaxException if the filter is not valid */
    Binding bindingTo(MessageQueue queue) {
        Optional<Filter> filter = filterText.isEmpty() ? Optional.empty() : Optional.of(Filter.ofSelector(filterText));
        return new Binding(key, queue, 0, noLocal.orElse(null), Map.of(), filter);
    }
}
