package io.signalbox.benchmarks.load;

/** Sends messages on one connection. Confined to the generator's event loop. */
public interface Source {

    /** Adds a message to what the next {@link #flush()} sends; only if there is {@link #room()}. */
    void send(long sequence, long intendedNanos);

    void flush();

    /** How many more messages the protocol allows now: credit, windows, packet identifiers. */
    int room();

    /** Messages sent that the broker has not answered yet; 0 where it never answers. */
    int unconfirmed();
}
