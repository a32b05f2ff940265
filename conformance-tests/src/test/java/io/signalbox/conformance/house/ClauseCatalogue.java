package io.signalbox.conformance.house;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The clauses there are, and why some have no test. A line of a catalogue is an id and what the clause is about, in our
 * words; a line of {@code untested.txt} is an id, or the beginning of ids and a star, and the reason. Immutable.
 */
final class ClauseCatalogue {

    private static final List<String> CATALOGUES = List.of("mqtt-5.0.txt", "mqtt-3.1.1.txt", "amqp-1.0.txt");

    private final Map<String, String> clauses = new LinkedHashMap<>();
    private final Map<String, String> reasons = new TreeMap<>();

    static ClauseCatalogue read() {
        ClauseCatalogue catalogue = new ClauseCatalogue();
        for (String name : CATALOGUES) readLines(name, catalogue.clauses);
        readLines("untested.txt", catalogue.reasons);
        return catalogue;
    }

    private static void readLines(String name, Map<String, String> into) {
        try (InputStream in = ClauseCatalogue.class.getResourceAsStream("/clauses/" + name)) {
            if (in == null) throw new IllegalStateException("no resource clauses/" + name);
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        String[] parts = line.split(" ", 2);
                        if (parts.length < 2) throw new IllegalStateException(name + ": no words in " + line);
                        if (into.put(parts[0], parts[1].strip()) != null) {
                            throw new IllegalStateException(name + ": twice " + parts[0]);
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What each clause is about, by id, in the order of the specification. */
    Map<String, String> clauses() {
        return clauses;
    }

    /** Why a clause has no test: by its own line, else by the longest beginning with a star. */
    Optional<String> reason(String id) {
        if (reasons.containsKey(id)) return Optional.of(reasons.get(id));
        return reasons.entrySet().stream()
                .filter(entry -> isBeginning(entry.getKey(), id))
                .reduce((shorter, longer) -> longer)
                .map(Map.Entry::getValue);
    }

    private static boolean isBeginning(String pattern, String id) {
        return pattern.endsWith("*") && id.startsWith(pattern.substring(0, pattern.length() - 1));
    }

    /** Lines of reasons that no clause has any more. */
    List<String> reasonsWithoutAClause(Predicate<String> tested) {
        return reasons.keySet().stream()
                .filter(pattern -> clauses.keySet().stream()
                        .noneMatch(id -> !tested.test(id) && (id.equals(pattern) || isBeginning(pattern, id))))
                .toList();
    }
}
