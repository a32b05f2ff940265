package io.signalbox.benchmarks.load;

import java.util.Optional;

/**
 * How far a flow is.
 *
 * @param sent messages given to the broker
 * @param confirmed messages it has answered
 * @param unconfirmed messages it still has to answer
 * @param delivered deliveries to all consumers
 * @param missing deliveries that have not come yet
 * @param duplicates deliveries that came again
 * @param late deliveries that came after a later message of the same source
 */
public record Progress(
        long sent, long confirmed, long unconfirmed, long delivered, long missing, long duplicates, long late) {

    public boolean isComplete() {
        return missing == 0 && unconfirmed == 0;
    }

    /** What is wrong with a flow that came to its end; empty if nothing is. */
    public Optional<String> fault() {
        if (delivered == 0) return Optional.of("nothing was delivered");
        if (missing > 0) return Optional.of(missing + " deliveries of " + sent + " messages are missing");
        if (unconfirmed > 0) return Optional.of(unconfirmed + " of " + sent + " messages were never answered");
        if (duplicates > 0) return Optional.of(duplicates + " deliveries came twice");
        return Optional.empty();
    }

    /** What is wrong and leaves the figures what they are; empty if nothing is. */
    public Optional<String> oddity() {
        return late == 0 ? Optional.empty() : Optional.of(late + " of " + delivered + " deliveries came out of order");
    }
}
