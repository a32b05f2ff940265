package io.signalbox.broker.message;

import java.util.Optional;

/** The formats that this process can read back from its log, by number. Immutable. */
public final class MessageFormats {

    private final MessageFormat[] byId = new MessageFormat[Byte.MAX_VALUE + 1];

    /** @throws IllegalArgumentException if two formats claim one number, or a number is not 1..127 */
    public static MessageFormats of(MessageFormat... formats) {
        MessageFormats known = new MessageFormats();
        for (MessageFormat format : formats) {
            if (format.id() < 1) throw new IllegalArgumentException("format id " + format.id() + " is not 1..127");
            if (known.byId[format.id()] != null) {
                throw new IllegalArgumentException("two formats claim the id " + format.id());
            }
            known.byId[format.id()] = format;
        }
        return known;
    }

    private MessageFormats() {}

    /** The format with this number; empty if no listener of this process knows it. */
    public Optional<MessageFormat> byId(byte id) {
        return id < 1 ? Optional.empty() : Optional.ofNullable(byId[id]);
    }
}
