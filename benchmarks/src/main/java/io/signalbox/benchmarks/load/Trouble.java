package io.signalbox.benchmarks.load;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The first thing that went wrong in a repetition, in one sentence. Thread-safe. */
public final class Trouble {

    private final AtomicReference<String> first = new AtomicReference<>();

    public void report(String sentence) {
        first.compareAndSet(null, sentence);
    }

    public Optional<String> first() {
        return Optional.ofNullable(first.get());
    }
}
