package io.signalbox.conformance.foreign;

import java.util.Optional;

/**
 * What a receiver asks for.
 *
 * @param address empty asks for a dynamic node (AMQP 1.0 §3.5.3)
 * @param credit how much is given when the link opens
 */
record AmqpSource(Optional<String> address, int credit, Settling settling) {

    /** Who settles, and whether credit comes back by itself. */
    enum Settling {
        /** The test gives credit and settles. */
        BY_HAND,
        /** The client keeps the credit up and accepts whatever comes. */
        AUTOMATIC,
        /** The client keeps the credit up, and the broker settles as it sends. */
        SETTLED
    }

    static AmqpSource byHand(String address, int credit) {
        return new AmqpSource(Optional.of(address), credit, Settling.BY_HAND);
    }

    static AmqpSource automatic(String address, int window) {
        return new AmqpSource(Optional.of(address), window, Settling.AUTOMATIC);
    }

    static AmqpSource settled(String address, int window) {
        return new AmqpSource(Optional.of(address), window, Settling.SETTLED);
    }

    static AmqpSource dynamic(int window) {
        return new AmqpSource(Optional.empty(), window, Settling.AUTOMATIC);
    }
}
