package io.signalbox.broker;

import io.signalbox.broker.message.Envelope;

/** Which priorities the messages of a scenario have: told from their texts, so that everybody knows. */
enum ScenarioPriorities {
    ALL_ALIKE,
    VARIED;

    int of(String text) {
        if (this == ALL_ALIKE) return Envelope.DEFAULT_PRIORITY;
        return switch (text.hashCode() & 7) {
            case 0 -> 0;
            case 1 -> 9;
            case 2, 3 -> 5;
            default -> Envelope.DEFAULT_PRIORITY;
        };
    }
}
