package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.NeutralView;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Bindings whose arguments are among the message's properties: all of them, or any when {@code x-match} is {@code any}.
 * Arguments that begin with {@code x-} are not compared. Thread-safe.
 */
final class HeadersRouter implements Router {

    private record Place(String key, Destination destination) {}

    private final Map<Place, Binding> bindings = new ConcurrentHashMap<>();

    @Override
    public void add(Binding binding) {
        Object match = binding.conditions().arguments().getOrDefault("x-match", "all");
        if (!match.equals("all") && !match.equals("any")) {
            throw new IllegalArgumentException("x-match is all or any, not " + match);
        }
        bindings.put(new Place(binding.key(), binding.destination()), binding);
    }

    @Override
    public boolean remove(String key, Destination destination) {
        return bindings.remove(new Place(key, destination)) != null;
    }

    @Override
    public void route(Message message, Object origin, Matches matches) {
        if (bindings.isEmpty()) return;
        Map<String, Object> properties = propertiesOf(message);
        for (Binding binding : bindings.values()) {
            if (fits(binding.conditions().arguments(), properties))
                BindingSet.follow(binding, message, origin, matches);
        }
    }

    /** A message that cannot be read has none; whoever published it harms only itself. */
    private static Map<String, Object> propertiesOf(Message message) {
        Map<String, Object> properties = new HashMap<>();
        try {
            for (NeutralView.Property property : message.neutralView().properties()) {
                properties.putIfAbsent(property.name(), property.value());
            }
        } catch (IllegalArgumentException e) {
            return Map.of();
        }
        return properties;
    }

    private static boolean fits(Map<String, Object> wanted, Map<String, Object> properties) {
        boolean any = "any".equals(wanted.get("x-match"));
        boolean compared = false;
        for (Map.Entry<String, Object> argument : wanted.entrySet()) {
            if (argument.getKey().startsWith("x-")) continue;
            compared = true;
            boolean same = sameValue(argument.getValue(), properties.get(argument.getKey()));
            if (same == any) return any;
        }
        return !any || !compared;
    }

    /** Integers of different widths are equal by value, as the protocols' types differ. */
    private static boolean sameValue(Object wanted, @Nullable Object found) {
        if (wanted instanceof Number a && found instanceof Number b && isIntegral(a) && isIntegral(b)) {
            return a.longValue() == b.longValue();
        }
        if (wanted instanceof byte[] a && found instanceof byte[] b) return Arrays.equals(a, b);
        return wanted.equals(found);
    }

    private static boolean isIntegral(Number number) {
        return !(number instanceof Double
                || number instanceof Float
                || number instanceof BigDecimal
                || number instanceof BigInteger);
    }
}
