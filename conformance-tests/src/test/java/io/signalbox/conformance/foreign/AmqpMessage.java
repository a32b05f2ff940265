package io.signalbox.conformance.foreign;

import java.util.Locale;
import java.util.Optional;

/** A message that a client shall build in its own words and send. */
record AmqpMessage(
        Kind kind,
        String text,
        int bodyBytes,
        Optional<String> to,
        Optional<String> replyTo,
        Optional<String> correlationId) {

    /** What the body is made of; all but the first two hold what the client's author thought of. */
    enum Kind {
        TEXT,
        /** One data section, of the bytes 0 to 250 over and over. */
        BINARY,
        MAP,
        LIST,
        /** An amqp-sequence section. */
        SEQUENCE,
        /** One of every primitive type of AMQP 1.0 §1.6 that the client can write. */
        PRIMITIVES;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static AmqpMessage of(Kind kind) {
        return new AmqpMessage(kind, kind.word(), 1_000, Optional.empty(), Optional.empty(), Optional.empty());
    }

    static AmqpMessage text(String text) {
        return new AmqpMessage(Kind.TEXT, text, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    static AmqpMessage binary(int bodyBytes) {
        return new AmqpMessage(Kind.BINARY, "", bodyBytes, Optional.empty(), Optional.empty(), Optional.empty());
    }

    AmqpMessage to(String address) {
        return new AmqpMessage(kind, text, bodyBytes, Optional.of(address), replyTo, correlationId);
    }

    AmqpMessage replyTo(String address) {
        return new AmqpMessage(kind, text, bodyBytes, to, Optional.of(address), correlationId);
    }

    AmqpMessage correlationId(String identifier) {
        return new AmqpMessage(kind, text, bodyBytes, to, replyTo, Optional.of(identifier));
    }

    /** The body of {@link Kind#BINARY}. */
    byte[] bytes() {
        byte[] bytes = new byte[bodyBytes];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i % 251);
        return bytes;
    }
}
