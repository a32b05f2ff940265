package io.signalbox.server.config;

import io.signalbox.server.config.SettingType.BadValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a configuration of a TOML file, the environment and flags, or says everything that is wrong with them: a
 * configuration is taken as a whole or not at all. What is read later beats what was read before, so the file comes first
 * and flags last. Used by one thread, once.
 */
public final class ConfigurationReader {

    private static final String ENVIRONMENT = "environment";
    private static final String COMMAND_LINE = "command line";

    private final Map<Setting<?>, Configuration.Value> given = new HashMap<>();
    private final Map<String, List<ConfigurationProblem>> problems = new LinkedHashMap<>();
    private Optional<Path> file = Optional.empty();

    /**
     * Reads a file.
     *
     * @throws ConfigurationException at once if it cannot be read; what is wrong inside it is told by {@link #finish}
     */
    public ConfigurationReader file(Path path) throws ConfigurationException {
        file = Optional.of(path);
        String text;
        try {
            text = TextFile.read(path);
        } catch (NoSuchFileException e) {
            throw unreadable(path, "there is no such configuration file");
        } catch (CharacterCodingException e) {
            throw unreadable(path, "a configuration file is UTF-8 text, and this one is not");
        } catch (IOException e) {
            throw unreadable(path, "cannot be read (" + e.getMessage() + ")");
        }
        problems.put(path.toString(), new TomlSource(path, text).read(given));
        return this;
    }

    private static ConfigurationException unreadable(Path path, String why) {
        return new ConfigurationException(Map.of(path.toString(), List.of(ConfigurationProblem.of("", why))));
    }

    /** Takes values of variables such as {@code SIGNALBOX_MQTT__PORT}; others are not looked at. */
    public ConfigurationReader environment(Map<String, String> variables) {
        Map<String, String> variableOfKey = new HashMap<>();
        new TreeMap<>(variables).forEach((variable, text) -> {
            Optional<String> key = Environment.key(variable);
            if (key.isEmpty()) return;
            String twin = variableOfKey.put(key.get(), variable);
            if (twin != null) {
                add(ENVIRONMENT, variable, "means " + key.get() + ", which " + twin + " sets too");
                return;
            }
            Optional<Setting<?>> setting = Settings.find(key.get());
            if (setting.isEmpty()) {
                String meant = Settings.nearest(key.get())
                        .map(nearest -> "; did you mean " + Environment.variable(nearest) + "?")
                        .orElse("");
                add(ENVIRONMENT, variable, "unknown key " + key.get() + meant);
                return;
            }
            take(setting.get(), text, new Origin.Environment(variable), ENVIRONMENT, variable);
        });
        return this;
    }

    /** Takes values given on the command line; {@code flag} is how the user wrote it. */
    public ConfigurationReader flag(String key, String text, String flag) {
        Optional<Setting<?>> setting = Settings.find(key);
        if (setting.isEmpty()) {
            String meant = Settings.nearest(key)
                    .map(nearest -> "; did you mean \"" + nearest + "\"?")
                    .orElse("");
            add(COMMAND_LINE, flag, "unknown key " + key + meant);
            return this;
        }
        take(setting.get(), text, new Origin.Flag(flag), COMMAND_LINE, flag);
        return this;
    }

    private void take(Setting<?> setting, String text, Origin origin, String source, String excerpt) {
        try {
            given.put(setting, new Configuration.Value(setting.type().parse(text), origin));
        } catch (BadValue e) {
            add(source, excerpt, setting.key() + " " + e.getMessage());
        }
    }

    private void add(String source, String excerpt, String message) {
        problems.computeIfAbsent(source, first -> new ArrayList<>()).add(ConfigurationProblem.of(excerpt, message));
    }

    /** The configuration, if nothing is wrong with it. */
    public Configuration finish() throws ConfigurationException {
        if (problems.values().stream().anyMatch(found -> !found.isEmpty())) throw new ConfigurationException(problems);
        Configuration configuration = new Configuration(given, file);
        Optional<ConfigurationProblem> clash = PortClash.in(configuration).or(() -> DataSizes.in(configuration));
        if (clash.isPresent()) throw new ConfigurationException(Map.of("configuration", List.of(clash.get())));
        return configuration;
    }
}
