package io.signalbox.server.config;

import java.util.stream.Collectors;

/** The table of settings as text: the page of the documentation, and a file to start from. */
public final class SettingsDocument {

    private static final String RELOADABLE = "RELOADABLE";

    private SettingsDocument() {}

    /** The page {@code docs/configuration.md}. */
    public static String markdown() {
        StringBuilder page = new StringBuilder("""
                # Configuration

                Signalbox runs without a configuration file. What it should do otherwise is said in a TOML file, named with
                `--config signalbox.toml`, in the environment, or for one start with `--set key=value`; a flag beats the
                environment, that beats the file, that the default. `./signalbox config init > signalbox.toml` writes a file with every key to start from,
                `./signalbox check-config signalbox.toml` checks one, and `./signalbox config show` prints the values in force
                and where each comes from. A key that does not exist is an error.

                In the environment `mqtt.max-packet-size` is `SIGNALBOX_MQTT__MAX_PACKET_SIZE`: two underscores for the dot,
                one for a dash, letters of either case. A variable `SIGNALBOX_…` with two underscores that names no key is an
                error.

                `./signalbox reload`, or SIGHUP, lets a running broker read file and certificate again. It applies
                RELOADABLE
                and tells which changes need a restart; if anything is wrong, nothing is applied.

                | Key | Values | Default | What it does |
                |---|---|---|---|
                """);
        for (Setting<?> setting : Settings.ALL) {
            page.append("| `%s` | %s | `%s` | %s |%n"
                    .formatted(setting.key(), setting.type().describe(), setting.defaultAsToml(), setting.doc()));
        }
        String reloadable = Settings.ALL.stream()
                .filter(Settings.RELOADABLE::contains)
                .map(setting -> "`" + setting.key() + "`")
                .collect(Collectors.joining(", "));
        int word = page.indexOf(RELOADABLE);
        page.replace(word, word + RELOADABLE.length(), reloadable);
        return page.toString().replace(System.lineSeparator(), "\n");
    }

    /** A configuration file in which every key stands at its default, as a comment. */
    public static String template() {
        StringBuilder file = new StringBuilder("# Signalbox. Take the # away from what you change.\n");
        String table = "";
        for (Setting<?> setting : Settings.ALL) {
            if (!setting.table().equals(table)) {
                table = setting.table();
                file.append("\n[").append(table).append("]\n");
            }
            file.append("# ")
                    .append(setting.doc())
                    .append(" (")
                    .append(setting.type().describe())
                    .append(")\n");
            file.append("#")
                    .append(setting.name())
                    .append(" = ")
                    .append(setting.defaultAsToml())
                    .append('\n');
        }
        return file.toString();
    }
}
