package io.signalbox.conformance.crash;

import java.util.concurrent.CompletableFuture;

/** One client at work on one run of the broker. */
interface TrafficClient extends AutoCloseable {

    /** Producers stop publishing; consumers settle everything that they hold. */
    void finish();

    /** Whether nothing of this client's is under way after {@link #finish}. */
    boolean isFinished();

    /** Completes when the connection is gone and nothing more will be written to the journal, with the reason. */
    CompletableFuture<String> ended();

    /**
     * Asks the broker for all it has within the credit; completes when it has nothing more. At once for a client that cannot
     * ask.
     */
    default CompletableFuture<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    void close();
}
