package io.signalbox.broker.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way out of an exchange. Immutable; an exchange has at most one for a key and destination.
 *
 * @param key routing key, topic filter or nothing, as the exchange's type wants it
 * @param destination where it leads
 * @param flags what every message that takes this way carries, see {@link io.signalbox.broker.store.TargetFlags}
 * @param noLocal a publisher whose messages do not take this way (MQTT-3.8.3-3); null = everybody's do
 * @param arguments what a headers exchange compares with the message's properties; {@code x-match} is {@code all} or
 *     {@code any}
 */
public record Binding(
        String key,
        Destination destination,
        int flags,
        @Nullable Object noLocal,
        Map<String, Object> arguments) {

    public Binding {
        arguments = Map.copyOf(arguments);
    }

    /** A way that every message takes whose routing key fits. */
    public static Binding of(String key, Destination destination) {
        return new Binding(key, destination, 0, null, Map.of());
    }
}
