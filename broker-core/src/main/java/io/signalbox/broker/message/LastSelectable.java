package io.signalbox.broker.message;

import io.signalbox.broker.filter.Field;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.filter.Selectable;
import org.jspecify.annotations.Nullable;

/**
 * Asks filters about messages: of the message asked about last it keeps what was decoded, so many filters decode a message
 * once, and a message that waits keeps nothing decoded. Confined to its owner.
 */
public final class LastSelectable implements Selectable {

    private @Nullable Message message;
    private @Nullable Selectable decoded;

    /** Whether the filter wants a message whose body is resident. */
    public boolean matches(Filter filter, Message asked) {
        if (message != asked) {
            message = asked;
            decoded = null;
        }
        return filter.matches(this);
    }

    /** Lets the message go. */
    public void forget() {
        message = null;
        decoded = null;
    }

    @Override
    public @Nullable Object field(Field field) {
        return decoded().field(field);
    }

    @Override
    public @Nullable Object property(String name) {
        return decoded().property(name);
    }

    private Selectable decoded() {
        Selectable values = decoded;
        if (values == null) {
            Message asked = message;
            if (asked == null) throw new IllegalStateException("no message was asked about");
            decoded = values = asked.format().selectable(asked.envelope(), asked.head());
        }
        return values;
    }
}
