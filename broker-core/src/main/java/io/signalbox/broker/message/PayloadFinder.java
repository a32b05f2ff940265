package io.signalbox.broker.message;

/** Finds the payload of one large message in its pieces, as another protocol has it. Used once, by one thread. */
@FunctionalInterface
public interface PayloadFinder {

    /** Looks through the next piece. */
    void next(byte[] piece, Sink sink);

    /** Receives the payload in its order. */
    @FunctionalInterface
    interface Sink {
        void payload(byte[] bytes, int from, int to);
    }
}
