package io.signalbox.benchmarks.load;

import java.io.IOException;

/** A route whose consumer comes when all is there. Used by one thread. */
public interface BacklogRoute extends Route {

    /** Connects the sources; where messages wait is there, and nobody takes any. */
    @Override
    void open(Flow flow) throws IOException;

    /**
     * Connects the consumer, to which all comes at once.
     *
     * @throws IOException if the broker is not there or refuses
     */
    void openConsumer() throws IOException;
}
