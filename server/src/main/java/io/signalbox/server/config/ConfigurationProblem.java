package io.signalbox.server.config;

import java.util.Optional;

/**
 * One thing wrong with a configuration.
 *
 * @param place where in the file; empty for a flag
 * @param excerpt what stands there
 * @param message what is wrong with it and, where one is known, the fix
 */
public record ConfigurationProblem(Optional<Place> place, String excerpt, String message) {

    /** A position in the file, counted from 1. */
    public record Place(int line, int column) {}

    static ConfigurationProblem at(int line, int column, String excerpt, String message) {
        return new ConfigurationProblem(Optional.of(new Place(line, column)), excerpt, message);
    }

    static ConfigurationProblem ofFlag(String flag, String message) {
        return new ConfigurationProblem(Optional.empty(), flag, message);
    }

    @Override
    public String toString() {
        return place.map(at -> "line " + at.line() + ", column " + at.column() + ": ")
                        .orElse("")
                + excerpt
                + (excerpt.isEmpty() ? "" : ": ")
                + message;
    }
}
