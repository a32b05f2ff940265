package io.signalbox.server.config;

import io.signalbox.server.config.SettingType.BadValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Makes a configuration of a TOML file and of flags, or says everything that is wrong with them: a configuration is taken
 * as a whole or not at all. Used by one thread, once.
 */
public final class ConfigurationReader {

    private final Map<Setting<?>, Configuration.Value> given = new HashMap<>();
    private final List<ConfigurationProblem> problems = new ArrayList<>();
    private Optional<Path> file = Optional.empty();
    private List<String> lines = List.of();

    /**
     * Reads a file.
     *
     * @throws ConfigurationException at once if it cannot be read; what is wrong inside it is told by {@link #finish}
     */
    public ConfigurationReader file(Path path) throws ConfigurationException {
        file = Optional.of(path);
        String text;
        try {
            text = Files.readString(path);
        } catch (NoSuchFileException e) {
            throw unreadable(path, "there is no such configuration file");
        } catch (CharacterCodingException e) {
            throw unreadable(path, "a configuration file is UTF-8 text, and this one is not");
        } catch (IOException e) {
            throw unreadable(path, "cannot be read (" + e.getMessage() + ")");
        }
        lines = text.lines().toList();
        TomlParseResult toml = Toml.parse(text);
        for (TomlParseError error : toml.errors()) addSyntaxError(error);
        if (toml.errors().isEmpty()) addTable(path, toml);
        return this;
    }

    private static ConfigurationException unreadable(Path path, String why) {
        return new ConfigurationException(path.toString(), List.of(ConfigurationProblem.ofFlag("", why)));
    }

    private void addSyntaxError(TomlParseError error) {
        TomlPosition at = error.position();
        problems.add(ConfigurationProblem.at(
                at.line(), at.column(), excerpt(at.line()), String.valueOf(error.getMessage())));
    }

    private void addTable(Path path, TomlParseResult toml) {
        for (String key : toml.dottedKeySet(true)) {
            Object value = toml.get(key);
            TomlPosition position = toml.inputPositionOf(key);
            int line = position == null ? 1 : position.line();
            int column = position == null ? 1 : position.column();
            if (value instanceof TomlTable) {
                if (!isTable(key)) addProblem(line, column, unknown(key, "table"));
                continue;
            }
            Optional<Setting<?>> setting = Settings.find(key);
            if (setting.isEmpty()) {
                if (isTable(tableOf(key))) addProblem(line, column, unknown(key, "key"));
                continue; // of an unknown table only the table is told
            }
            try {
                Object parsed = setting.get().type().parse(textOf(setting.get(), value));
                given.put(setting.get(), new Configuration.Value(parsed, new Origin.File(path, line)));
            } catch (BadValue e) {
                addProblem(line, column, key + " " + e.getMessage());
            }
        }
    }

    private static String tableOf(String key) {
        return key.contains(".") ? key.substring(0, key.lastIndexOf('.')) : "";
    }

    /** Whether settings stand in this table; the root, "", holds what is in no table and has no settings itself. */
    private static boolean isTable(String name) {
        return name.isEmpty()
                || Settings.ALL.stream().anyMatch(setting -> setting.table().equals(name));
    }

    private static String unknown(String key, String kind) {
        return "unknown " + kind + " " + key
                + Settings.nearest(key)
                        .map(meant -> "; did you mean \"" + meant + "\"?")
                        .orElse("");
    }

    private static String textOf(Setting<?> setting, @Nullable Object value) throws BadValue {
        if (setting.type().isTomlInteger()) {
            if (value instanceof Long number) return number.toString();
            throw new BadValue("needs an integer, not " + kindOf(value));
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

    private void addProblem(int line, int column, String message) {
        problems.add(ConfigurationProblem.at(line, column, excerpt(line), message));
    }

    private String excerpt(int line) {
        return line <= lines.size() ? lines.get(line - 1).strip() : "";
    }

    /** Takes values given on the command line; {@code flag} is how the user wrote it. */
    public ConfigurationReader flag(String key, String text, String flag) {
        Optional<Setting<?>> setting = Settings.find(key);
        if (setting.isEmpty()) {
            problems.add(ConfigurationProblem.ofFlag(flag, unknown(key, "key")));
            return this;
        }
        try {
            Object parsed = setting.get().type().parse(text);
            given.put(setting.get(), new Configuration.Value(parsed, new Origin.Flag(flag)));
        } catch (BadValue e) {
            problems.add(ConfigurationProblem.ofFlag(flag, key + " " + e.getMessage()));
        }
        return this;
    }

    /** The configuration, if nothing is wrong with it. */
    public Configuration finish() throws ConfigurationException {
        if (!problems.isEmpty()) {
            String subject = file.filter(path -> problems.stream()
                            .anyMatch(problem -> problem.place().isPresent()))
                    .map(Path::toString)
                    .orElse("command line");
            throw new ConfigurationException(subject, problems);
        }
        return new Configuration(given, file);
    }
}
