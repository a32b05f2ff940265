package io.signalbox.broker.filter;

import org.jspecify.annotations.Nullable;

/**
 * What a filter sees of one message. A value is a {@code String}, {@code Boolean}, {@code Number}, {@code Character}, {@code
 * java.util.UUID} or {@code java.util.Date}; one of another class is there but like nothing it is compared with. Null = the
 * message has none. Reading may decode, and throws {@link IllegalArgumentException} if the message cannot be decoded.
 */
public interface Selectable {

    /** A header field or property of the message. */
    @Nullable
    Object field(Field field);

    /** The application's property of this name; the first one where names repeat. */
    @Nullable
    Object property(String name);
}
