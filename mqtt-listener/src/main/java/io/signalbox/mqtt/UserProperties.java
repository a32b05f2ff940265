package io.signalbox.mqtt;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import io.signalbox.broker.message.ReservedNames;
import io.signalbox.mqtt.codec.ForwardedProperties;
import io.signalbox.mqtt.codec.PropertySet.UserProperty;
import io.signalbox.mqtt.codec.PublishBody;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Properties with types as MQTT's user properties, which are strings, and back: {@code amqp.type} = {@code int:count} says
 * that {@code count} is an int. Pure functions.
 */
final class UserProperties {

    private static final byte[] PRIORITY_BYTES = ReservedNames.PRIORITY.getBytes(StandardCharsets.UTF_8);

    private static final Map<String, PropertyType> TYPES = new HashMap<>();

    static {
        for (PropertyType type : PropertyType.values()) TYPES.put(word(type), type);
    }

    private UserProperties() {}

    private static String word(PropertyType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    static void write(Property property, ForwardedProperties.Writer writer) {
        PropertyType type = property.type();
        if (type == PropertyType.STRING && ((String) property.value()).indexOf('\0') < 0) {
            writer.userProperty(property.name(), (String) property.value());
            return;
        }
        writer.userProperty(ReservedNames.TYPE, word(type) + ":" + property.name());
        writer.userProperty(property.name(), type.text(property.value()));
    }

    /** In order; a mark that fits no property stays a property itself. */
    static List<Property> read(List<UserProperty> userProperties) {
        Map<String, PropertyType> marks = marks(userProperties);
        List<Property> properties = new ArrayList<>(userProperties.size());
        for (UserProperty user : userProperties) {
            PropertyType type = marks.get(user.name());
            Optional<Object> value = type == null ? Optional.empty() : type.read(user.value());
            if (type != null && value.isPresent()) {
                properties.add(new Property(user.name(), value.get(), type));
                marks.remove(user.name());
            } else {
                properties.add(new Property(user.name(), user.value()));
            }
        }
        properties.removeIf(property -> isSpentMark(property, marks));
        return properties;
    }

    private static Map<String, PropertyType> marks(List<UserProperty> userProperties) {
        Map<String, PropertyType> marks = new HashMap<>();
        for (UserProperty user : userProperties) {
            if (!user.name().equals(ReservedNames.TYPE)) continue;
            int colon = user.value().indexOf(':');
            PropertyType type = colon < 0 ? null : TYPES.get(user.value().substring(0, colon));
            if (type != null) marks.putIfAbsent(user.value().substring(colon + 1), type);
        }
        return marks;
    }

    private static boolean isSpentMark(Property property, Map<String, PropertyType> unspent) {
        if (!property.name().equals(ReservedNames.TYPE)) return false;
        String mark = String.valueOf(property.value());
        int colon = mark.indexOf(':');
        return colon >= 0
                && TYPES.containsKey(mark.substring(0, colon))
                && !unspent.containsKey(mark.substring(colon + 1));
    }

    /** The priority that the publisher of a body asks for in a user property; the default if in none that exists. */
    static int priorityOf(Body.Inline body) {
        if (!mentionsPriority(body)) return Envelope.DEFAULT_PRIORITY;
        for (UserProperty user : ForwardedProperties.read(body).userProperties()) {
            if (user.name().equals(ReservedNames.PRIORITY) && user.value().length() == 1) {
                int priority = user.value().charAt(0) - '0';
                if (priority >= 0 && priority <= 9) return priority;
            }
        }
        return Envelope.DEFAULT_PRIORITY;
    }

    /** Every publish passes here: properties are read only if they can hold the name. */
    private static boolean mentionsPriority(Body.Inline body) {
        byte[] bytes = body.bytes();
        int from = PublishBody.propertiesFrom(body);
        int to = from + PublishBody.propertiesLength(body);
        for (int at = from; at <= to - PRIORITY_BYTES.length; at++) {
            if (Arrays.equals(bytes, at, at + PRIORITY_BYTES.length, PRIORITY_BYTES, 0, PRIORITY_BYTES.length)) {
                return true;
            }
        }
        return false;
    }
}
