package io.signalbox.broker.message;

import io.signalbox.broker.filter.Selectable;

/**
 * One protocol's way of writing a message's body, and how others read it. Stateless and thread-safe.
 *
 * <p>A listener delivers a message of its own format byte for byte; for any other it asks for the neutral view.
 */
public interface MessageFormat {

    /** The format's number in the log: 1..127, never reused. */
    byte id();

    /**
     * Reads a body of this format.
     *
     * @throws IllegalArgumentException if the bytes are not of this format; the message then says where and why
     */
    NeutralView neutralView(Envelope envelope, Body.Inline body);

    /**
     * Reads the properties of a large body of this format from its head; the payload is empty.
     *
     * @throws IllegalArgumentException as {@link #neutralView(Envelope, Body.Inline)}
     */
    default NeutralView neutralView(Envelope envelope, Body.Large body) {
        return neutralView(envelope, body.head());
    }

    /** What finds the payload among the pieces of a large body of this format, which is not {@link Body.Large#UNREADABLE}. */
    default PayloadFinder payloadFinder(Body.Large body) {
        return (piece, sink) -> sink.payload(piece, 0, piece.length);
    }

    /**
     * What a filter sees of a body of this format.
     *
     * @throws IllegalArgumentException as {@link #neutralView}, here or when it is asked
     */
    default Selectable selectable(Envelope envelope, Body.Inline body) {
        return new NeutralSelectable(envelope, neutralView(envelope, body));
    }
}
