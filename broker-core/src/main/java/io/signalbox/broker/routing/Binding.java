package io.signalbox.broker.routing;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Message;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One way out of an exchange. Immutable; an exchange has at most one for a key and destination.
 *
 * @param key routing key, topic filter or nothing, as the exchange's type wants it
 * @param destination where it leads
 * @param flags what every message that takes this way carries, see {@link io.signalbox.broker.store.TargetFlags}
 * @param conditions what else must hold of a message that takes this way
 */
public record Binding(String key, Destination destination, int flags, Conditions conditions) {

    /**
     * What few of very many bindings ask for.
     *
     * @param noLocal a publisher whose messages do not take this way (MQTT-3.8.3-3), itself or as a {@code String} its name
     *     ({@link NamedOrigin}); null = everybody's do
     * @param arguments what a headers exchange compares with the message's properties; {@code x-match} is {@code all} or
     *     {@code any}
     * @param filter what else a message must be like
     */
    public record Conditions(@Nullable Object noLocal, Map<String, Object> arguments, Optional<Filter> filter) {

        private static final Conditions NONE = new Conditions(null, Map.of(), Optional.empty());

        public Conditions {
            arguments = Map.copyOf(arguments);
        }

        static Conditions of(@Nullable Object noLocal, Map<String, Object> arguments, Optional<Filter> filter) {
            boolean any = noLocal != null || !arguments.isEmpty() || filter.isPresent();
            return any ? new Conditions(noLocal, arguments, filter) : NONE;
        }

        private boolean hold(Message message, Object origin, Matches matches) {
            if (noLocal != null && isOf(origin)) return false; // MQTT-3.8.3-3
            return filter.isEmpty() || matches.wanted(filter.get(), message);
        }

        private boolean isOf(Object origin) {
            return noLocal == origin
                    || (origin instanceof NamedOrigin named
                            && named.originName().equals(noLocal));
        }
    }

    /** With {@link Conditions} in its parts. */
    public Binding(
            String key,
            Destination destination,
            int flags,
            @Nullable Object noLocal,
            Map<String, Object> arguments,
            Optional<Filter> filter) {
        this(key, destination, flags, Conditions.of(noLocal, arguments, filter));
    }

    /** A way for messages of any kind. */
    public Binding(
            String key, Destination destination, int flags, @Nullable Object noLocal, Map<String, Object> arguments) {
        this(key, destination, flags, noLocal, arguments, Optional.empty());
    }

    /** A way that every message takes whose routing key fits. */
    public static Binding of(String key, Destination destination) {
        return new Binding(key, destination, 0, null, Map.of());
    }

    /** Whether a message whose routing key fits takes this way. */
    boolean isOpenTo(Message message, Object origin, Matches matches) {
        return conditions.hold(message, origin, matches);
    }
}
