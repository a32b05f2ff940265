package io.signalbox.benchmarks;

import io.signalbox.benchmarks.measure.Repetition;
import io.signalbox.benchmarks.measure.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Writes rows as Markdown: medians, half of their spread, and how a target stands to the best of the others. Stateless. */
final class Table {

    private static final String HEAD = """
        | workload | target | per second | × best other | target CPU, µs each | × best other | peak RSS, MiB | p50, µs | p99, µs | p99.9, µs | generator, of a core | late p99, µs | others, of a core |
        |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
        """;

    private Table() {}

    static String of(List<Row> rows) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Row row : rows) {
            String name =
                    "| " + row.name() + ": " + row.what() + " | " + row.target().name() + " | ";
            if (row.failure().isPresent()) {
                text.append(name).append("FAILED: ").append(row.failure().get()).append(" | | | | | | | | | | |\n");
                continue;
            }
            text.append(name)
                    .append(String.join(
                            " | ",
                            spread(row, Repetition::perSecond, "%,.0f"),
                            ratio(rows, row, Repetition::perSecond, Better.MORE),
                            spread(row, Repetition::targetCpuMicros, "%.2f"),
                            ratio(rows, row, Repetition::targetCpuMicros, Better.LESS),
                            median(row, Repetition::residentMiB, "%,.0f"),
                            median(row, repetition -> repetition.latency().p50(), "%,.0f"),
                            median(row, repetition -> repetition.latency().p99(), "%,.0f"),
                            median(row, repetition -> repetition.latency().p999(), "%,.0f"),
                            median(row, repetition -> 100 * repetition.generatorShare(), "%.0f %%"),
                            median(row, repetition -> repetition.latency().lateP99(), "%,.0f"),
                            median(row, repetition -> 100 * repetition.othersShare(), "%.0f %%")))
                    .append(" |\n");
        }
        return text.append(oddities(rows)).toString();
    }

    private static String oddities(List<Row> rows) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            row.repetitions().stream()
                    .flatMap(repetition -> repetition.oddity().stream())
                    .findFirst()
                    .ifPresent(oddity -> text.append("- ")
                            .append(row.name())
                            .append(", ")
                            .append(row.target().name())
                            .append(": ")
                            .append(oddity)
                            .append('\n'));
        }
        return text.isEmpty() ? "" : "\nWhat was not as it should be:\n\n" + text;
    }

    private enum Better {
        MORE,
        LESS
    }

    private static String spread(Row row, ToDoubleFunction<Repetition> figure, String format) {
        return row.spread(figure)
                .map(spread -> String.format(Locale.ROOT, format, spread.median())
                        + String.format(Locale.ROOT, " ±%.0f %%", 100 * spread.relative()))
                .orElse("–");
    }

    private static String median(Row row, ToDoubleFunction<Repetition> figure, String format) {
        return row.spread(figure)
                .map(spread -> String.format(Locale.ROOT, format, spread.median()))
                .orElse("–");
    }

    private static String ratio(List<Row> rows, Row row, ToDoubleFunction<Repetition> figure, Better better) {
        Optional<Spread> mine = row.spread(figure);
        var others = rows.stream()
                .filter(other -> other.name().equals(row.name()))
                .filter(other -> !other.equals(row))
                .flatMap(other -> other.spread(figure).stream())
                .mapToDouble(Spread::median);
        var best = better == Better.MORE ? others.max() : others.min();
        if (mine.isEmpty() || best.isEmpty() || best.getAsDouble() == 0) return "–";
        return String.format(Locale.ROOT, "%.2f", mine.get().median() / best.getAsDouble());
    }
}
