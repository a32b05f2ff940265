package io.signalbox.benchmarks.storage;

import io.signalbox.benchmarks.BenchmarkFailure;
import io.signalbox.benchmarks.goals.Figure;
import io.signalbox.benchmarks.goals.Workbench;
import java.io.IOException;
import java.util.List;

/** One row of what storage should stand. Immutable. */
interface StorageRow {

    /** By which it is chosen. */
    String name();

    /** What is done, with the sizes. */
    String what(Sizes sizes);

    /** How much is done if nothing is said. */
    Sizes usual();

    /**
     * Does it on a directory of its own.
     *
     * @throws BenchmarkFailure if the broker refused, lost or changed something
     * @throws IOException if it cannot be started or reached
     */
    List<Figure> measure(Workbench bench, Sizes sizes) throws IOException, BenchmarkFailure;

    /**
     * How much of it.
     *
     * @param messages that the row is about
     * @param bodyBytes of each, 20 or more
     * @param queues that one message goes to, or that are written to
     * @param seconds of what is measured for a time
     */
    record Sizes(long messages, int bodyBytes, int queues, double seconds) {

        public Sizes {
            if (messages < 1 || bodyBytes < 20 || queues < 1 || !(seconds > 0))
                throw new IllegalArgumentException("nothing to measure: " + messages + " messages of " + bodyBytes
                        + " bytes, " + queues + " queues, " + seconds + " s");
        }
    }
}
