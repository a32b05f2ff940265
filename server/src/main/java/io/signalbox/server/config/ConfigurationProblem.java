package io.signalbox.server.config;

import java.util.Optional;

/**
 * One thing wrong with a configuration.
 *
 * @param place where in the file; empty for a flag or a variable
 * @param excerpt what stands there: the line of the file, the flag, the variable
 * @param message what is wrong with it and, where one is known, the fix
 */
public record ConfigurationProblem(Optional<Place> place, String excerpt, String message) {

    private static final int MOST_EXCERPT_CHARS = 100;

    /**
     * A piece of a line.
     *
     * @param table the table the line is in, as in {@code mqtt}; empty if the line itself says it
     * @param line counted from 1
     * @param column of the piece's first character, counted from 1
     * @param length of the piece, in characters
     */
    public record Place(String table, int line, int column, int length) {}

    static ConfigurationProblem of(String excerpt, String message) {
        return new ConfigurationProblem(Optional.empty(), excerpt, message);
    }

    /** In a file: the line, and below it a mark under the piece that is wrong, with what is wrong about it. */
    @Override
    public String toString() {
        if (place.isEmpty()) return excerpt + (excerpt.isEmpty() ? "" : ": ") + message;
        Place at = place.get();
        String where = "line " + at.line + ", column " + at.column + "   ";
        String prefix = at.table.isEmpty() ? "" : "[" + at.table + "] ";
        int indent = 0;
        while (indent < at.column - 1 && Character.isWhitespace(excerpt.charAt(indent))) indent++;
        // A mark far to the right would be out of sight.
        int from = at.column - indent > MOST_EXCERPT_CHARS ? at.column - MOST_EXCERPT_CHARS / 2 : indent;
        int to = Math.min(excerpt.length(), from + MOST_EXCERPT_CHARS);
        String shown = (from > indent ? "…" : "") + excerpt.substring(from, to) + (to < excerpt.length() ? "…" : "");
        int markAt = where.length() + prefix.length() + (from > indent ? 1 : 0) + at.column - 1 - from;
        int markLength = Math.max(1, Math.min(at.length, to - (at.column - 1)));
        return where + prefix + printable(shown) + "\n" + " ".repeat(markAt) + "^".repeat(markLength) + " " + message;
    }

    /** One column a character, or the mark would be under another one. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ").stripTrailing();
    }
}
