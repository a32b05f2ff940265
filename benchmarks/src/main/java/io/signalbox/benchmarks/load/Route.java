package io.signalbox.benchmarks.load;

import java.io.IOException;

/** The connections of one repetition, from its sources through a broker to its consumers. Used by one thread. */
public interface Route extends AutoCloseable {

    /**
     * Connects everybody; sources and consumers join the flow.
     *
     * @throws IOException if the broker is not there or refuses something; the message says what
     */
    void open(Flow flow) throws IOException;

    @Override
    void close() throws IOException;
}
