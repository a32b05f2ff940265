package io.signalbox.benchmarks.load;

import java.util.Optional;

/** Something that runs against a broker and counts what it gets done. Confined to the generator's event loop. */
public interface Load {

    void start();

    /** Begins nothing new; what is under way comes to its end. */
    void stop();

    /** What was got done so far: deliveries, connects. */
    long count();

    /** Whether all that was begun has come to its end. */
    boolean isComplete();

    /** What is wrong with a load that was stopped and came to its end; empty if nothing is. */
    Optional<String> fault();

    /** What is wrong and leaves the figures what they are; empty if nothing is. */
    Optional<String> oddity();

    void beginTiming();

    void endTiming();

    Latencies latencies();

    /** How late this generator sent, against the intended times; empty where there are none. */
    Latencies lateness();
}
