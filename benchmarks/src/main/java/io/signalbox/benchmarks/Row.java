package io.signalbox.benchmarks;

import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Spread;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** One workload on one target: its repetitions, or why there are none. */
record Row(Workload workload, Target target, List<Repetition> repetitions, Optional<String> failure) {

    /** Of what all repetitions have; empty where there was a failure. */
    Optional<Spread> spread(ToDoubleFunction<Repetition> figure) {
        if (failure.isPresent() || repetitions.isEmpty()) return Optional.empty();
        List<Double> values = repetitions.stream().map(figure::applyAsDouble).toList();
        return values.stream().anyMatch(value -> value.isNaN()) ? Optional.empty() : Optional.of(Spread.of(values));
    }
}
