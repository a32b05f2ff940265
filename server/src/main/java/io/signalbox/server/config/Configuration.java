package io.signalbox.server.config;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A value for every setting, each with where it came from. Immutable. */
public final class Configuration {

    /** A value and its origin. */
    record Value(Object value, Origin origin) {}

    private final Map<Setting<?>, Value> given;
    private final Optional<Path> file;

    Configuration(Map<Setting<?>, Value> given, Optional<Path> file) {
        this.given = new HashMap<>(given);
        this.file = file;
    }

    /** All settings at their defaults. */
    public static Configuration defaults() {
        return new Configuration(Map.of(), Optional.empty());
    }

    @SuppressWarnings("unchecked") // the reader puts in only what the setting's own type has parsed
    public <T> T get(Setting<T> setting) {
        Value value = given.get(setting);
        return value == null ? setting.defaultValue() : (T) value.value();
    }

    /** A file that a setting may name. A relative path in a configuration file counts from that file. */
    public Optional<Path> path(Setting<Optional<Path>> setting) {
        return get(setting)
                .map(path -> baseOf(setting).resolve(path).toAbsolutePath().normalize());
    }

    private Path baseOf(Setting<?> setting) {
        if (!(origin(setting) instanceof Origin.File file)) return Path.of("");
        Path directory = file.file().toAbsolutePath().getParent();
        return directory == null ? Path.of("") : directory;
    }

    public Origin origin(Setting<?> setting) {
        Value value = given.get(setting);
        return value == null ? new Origin.Default() : value.origin();
    }

    /** This configuration with the values that another one has for some settings. */
    public Configuration taking(Collection<Setting<?>> settings, Configuration from) {
        Map<Setting<?>, Value> mixed = new HashMap<>(given);
        mixed.keySet().removeAll(settings);
        from.given.forEach((setting, value) -> {
            if (settings.contains(setting)) mixed.put(setting, value);
        });
        return new Configuration(mixed, file);
    }

    /** The configuration file that was read, if one was named. */
    public Optional<Path> file() {
        return file;
    }

    /** The value as TOML writes it. */
    public <T> String asToml(Setting<T> setting) {
        return setting.toml(get(setting));
    }
}
