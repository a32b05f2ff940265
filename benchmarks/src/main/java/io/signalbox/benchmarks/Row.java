package io.signalbox.benchmarks;

import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * One workload, or a part of it, on one target: its repetitions, or why there are none.
 *
 * @param name of the workload, or of the part
 */
record Row(String name, String what, Target target, List<Repetition> repetitions, Optional<String> failure) {

    /** With one repetition more. */
    Row and(Repetition measured) {
        List<Repetition> more = new ArrayList<>(repetitions);
        more.add(measured);
        return new Row(name, what, target, more, failure);
    }

    Row failed(String sentence) {
        return new Row(name, what, target, repetitions, Optional.of(sentence));
    }

    /** Of what all repetitions have; empty where there was a failure. */
    Optional<Spread> spread(ToDoubleFunction<Repetition> figure) {
        if (failure.isPresent() || repetitions.isEmpty()) return Optional.empty();
        List<Double> values = repetitions.stream().map(figure::applyAsDouble).toList();
        return values.stream().anyMatch(value -> value.isNaN()) ? Optional.empty() : Optional.of(Spread.of(values));
    }
}
