package io.signalbox.conformance.foreign;

import java.util.Locale;

/** How a delivery ended (AMQP 1.0 §3.4), as both ends of it tell. */
enum AmqpOutcome {
    ACCEPTED,
    REJECTED,
    RELEASED,
    /** With {@code delivery-failed}. */
    MODIFIED,
    /** Without any: it was sent settled. */
    SETTLED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static AmqpOutcome ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
