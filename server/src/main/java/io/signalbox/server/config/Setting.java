package io.signalbox.server.config;

/**
 * One row of the table of settings: everything that validation, {@code --set}, {@code config init} and the documentation
 * say about a key comes from here.
 *
 * @param key table and name, as in {@code amqp.port}
 * @param defaultValue what holds when neither a flag nor the file says otherwise
 * @param doc one sentence for the reader of the documentation
 */
public record Setting<T>(String key, SettingType<T> type, T defaultValue, String doc) {

    public Setting {
        if (key.indexOf('.') < 1 || key.indexOf('.') != key.lastIndexOf('.')) {
            throw new IllegalArgumentException("the key " + key + " is not table.name");
        }
    }

    /** The generated one would ask every component, for which each type of setting needs classes of its own at a start. */
    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** The TOML table the key is in. */
    public String table() {
        return key.substring(0, key.indexOf('.'));
    }

    /** The key without its table. */
    public String name() {
        return key.substring(key.indexOf('.') + 1);
    }

    /** The default as a TOML value. */
    public String defaultAsToml() {
        return toml(defaultValue);
    }

    /** A value as TOML writes it. */
    public String toml(T value) {
        String text = type.write(value);
        if (type.tomlKind() != SettingType.TomlKind.STRING) return text;
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
