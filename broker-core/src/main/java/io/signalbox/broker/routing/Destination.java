package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;

/** Where a publisher or a binding can lead: an exchange, a queue, a direct subscription. Thread-safe. */
public interface Destination {

    /**
     * Adds to {@code matches} where a message goes from here.
     *
     * @param origin who published it, compared by identity with a binding's {@link Binding#noLocal}
     * @param flags what the binding that led here says, see {@link io.signalbox.broker.store.TargetFlags}
     */
    void route(Message message, Object origin, int flags, Matches matches);
}
