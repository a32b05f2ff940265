package io.signalbox.server.config;

import io.signalbox.server.config.ConfigurationProblem.Place;
import io.signalbox.server.config.SettingType.BadValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** The text of a configuration file: the settings it gives, and everything wrong with it, each at its place. Used once. */
final class TomlSource {

    private final Path path;
    private final List<String> lines;
    private final TomlParseResult toml;
    private final List<ConfigurationProblem> problems = new ArrayList<>();
    private final Set<Integer> brokenLines = new HashSet<>();

    TomlSource(Path path, String text) {
        this.path = path;
        this.lines = text.lines().toList();
        this.toml = Toml.parse(text);
    }

    /** Puts what the file says into {@code given}; the answer is what is wrong, from the top of the file down. */
    List<ConfigurationProblem> read(Map<Setting<?>, Configuration.Value> given) {
        for (TomlParseError error : toml.errors()) {
            TomlPosition at = error.position();
            brokenLines.add(at.line());
            add("", at.line(), at.column(), 1, String.valueOf(error.getMessage()));
        }
        for (String key : toml.dottedKeySet(true)) {
            TomlPosition position = toml.inputPositionOf(key);
            // What else is said of a line that could not be read would be a guess.
            if (position != null && !brokenLines.contains(position.line())) read(key, position, given);
        }
        problems.sort(Comparator.comparingInt(
                problem -> problem.place().map(Place::line).orElse(0)));
        return problems;
    }

    private void read(String key, TomlPosition position, Map<Setting<?>, Configuration.Value> given) {
        Object value = toml.get(key);
        if (value instanceof TomlTable) {
            if (!Settings.isTable(key)) addUnknownTable(key, position);
            return;
        }
        Optional<Setting<?>> setting = Settings.find(key);
        if (setting.isEmpty()) {
            // Of an unknown table only the table is told.
            if (Settings.isTable(tableOf(key))) addUnknownKey(key, position);
            return;
        }
        try {
            Object parsed = setting.get().type().parse(textOf(setting.get(), value));
            given.put(setting.get(), new Configuration.Value(parsed, new Origin.File(path, position.line())));
        } catch (BadValue e) {
            addBadValue(setting.get(), position, String.valueOf(e.getMessage()));
        }
    }

    /** A part in quotes may have a dot in it. */
    private static String tableOf(String key) {
        List<String> path = Toml.parseDottedKey(key);
        return path.size() < 2 ? "" : Toml.joinKeyPath(path.subList(0, path.size() - 1));
    }

    private void addUnknownTable(String table, TomlPosition at) {
        int column = columnOf(at);
        int length = line(at.line()).startsWith("[", column - 1) ? table.length() + 2 : table.length();
        String meant = Settings.nearestTable(table)
                .map(nearest -> "; did you mean [" + nearest + "]?")
                .orElse("");
        add("", at.line(), column, length, "unknown table" + meant);
    }

    private void addUnknownKey(String key, TomlPosition at) {
        String table = tableOf(key);
        if (table.isEmpty() && Settings.isTable(key)) {
            add(
                    "",
                    at.line(),
                    columnOf(at),
                    lengthOfKey(at),
                    "is a table; its settings come below a line [" + key + "]");
            return;
        }
        String meant = Settings.nearest(key)
                .map(nearest -> tableOf(nearest).equals(table) ? nearest.substring(table.length() + 1) : nearest)
                .map(nearest -> "; did you mean \"" + nearest + "\"?")
                .orElse("");
        add(table, at.line(), columnOf(at), lengthOfKey(at), "unknown key" + meant);
    }

    private void addBadValue(Setting<?> setting, TomlPosition at, String message) {
        String line = line(at.line());
        int equals = line.indexOf('=', columnOf(at) - 1);
        int from = equals + 1;
        while (from < line.length() && Character.isWhitespace(line.charAt(from))) from++;
        int to = endOfValue(line, from);
        if (equals < 0 || from >= line.length()) {
            add(setting.table(), at.line(), columnOf(at), lengthOfKey(at), message);
        } else {
            add(setting.table(), at.line(), from + 1, to - from, message);
        }
    }

    /** A string ends at its quote; anything else at a comment or the line's end. */
    private static int endOfValue(String line, int from) {
        if (from >= line.length()) return from;
        char first = line.charAt(from);
        int end = first == '"' || first == '\'' ? line.indexOf(first, from + 1) + 1 : line.indexOf('#', from);
        if (end <= from) end = line.length();
        return from + line.substring(from, end).stripTrailing().length();
    }

    private int lengthOfKey(TomlPosition at) {
        String rest = line(at.line()).substring(columnOf(at) - 1);
        int equals = rest.indexOf('=');
        return (equals < 0 ? rest : rest.substring(0, equals)).stripTrailing().length();
    }

    /** @param table named before the line, unless the line names it itself or is a table's heading */
    private void add(String table, int line, int column, int length, String message) {
        String text = line(line);
        int within = Math.min(column, text.length() + 1);
        boolean saysTable =
                text.strip().startsWith("[") || text.substring(within - 1).startsWith(table + ".");
        Place place = new Place(saysTable ? "" : table, line, within, length);
        problems.add(new ConfigurationProblem(Optional.of(place), text, message));
    }

    private String line(int number) {
        return number <= lines.size() ? lines.get(number - 1) : "";
    }

    /** The parser counts characters, and Java some of them twice. */
    private int columnOf(TomlPosition at) {
        String line = line(at.line());
        int codePoints = Math.min(at.column() - 1, line.codePointCount(0, line.length()));
        return line.offsetByCodePoints(0, codePoints) + 1;
    }

    private static String textOf(Setting<?> setting, @Nullable Object value) throws BadValue {
        SettingType.TomlKind kind = setting.type().tomlKind();
        if (kind == SettingType.TomlKind.INTEGER) {
            if (value instanceof Long number) return number.toString();
            throw new BadValue("needs an integer, not " + kindOf(value));
        }
        if (kind == SettingType.TomlKind.BOOLEAN) {
            if (value instanceof Boolean flag) return flag.toString();
            throw new BadValue("is true or false, not " + kindOf(value));
        }
        if (value instanceof String text) return text;
        if (value instanceof Long number && setting.type() instanceof SettingType.Size) return number.toString();
        throw new BadValue("needs a string, not " + kindOf(value));
    }

    private static String kindOf(@Nullable Object value) {
        if (value instanceof String text) return "the string \"" + text + "\"";
        if (value instanceof Long || value instanceof Double) return "the number " + value;
        if (value instanceof Boolean) return String.valueOf(value);
        return value instanceof TomlArray ? "an array" : "a date";
    }
}
