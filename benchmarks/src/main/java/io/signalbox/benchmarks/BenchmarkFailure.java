package io.signalbox.benchmarks;

/** A target did not do what the workload asks, so there is no figure; the message says what it did. */
public final class BenchmarkFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public BenchmarkFailure(String message) {
        super(message);
    }
}
