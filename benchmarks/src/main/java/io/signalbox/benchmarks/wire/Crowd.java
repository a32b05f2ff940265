package io.signalbox.benchmarks.wire;

import java.io.IOException;

/** Connections that are there and say nothing. Used by one thread. */
public interface Crowd extends AutoCloseable {

    /**
     * Connects so many more and waits until the broker has accepted all that they ask for.
     *
     * @throws IOException if it is not there, refuses or stays silent; the message says what
     */
    void open(int more) throws IOException;

    @Override
    void close();
}
