package io.signalbox.server.config;

import java.util.Locale;
import java.util.Optional;

/**
 * How a setting is named as a variable of the environment: {@code SIGNALBOX_}, the table, two underscores, the name; what is
 * a dash in the key is an underscore. Letters may be of either case. Stateless.
 */
final class Environment {

    private static final String PREFIX = "SIGNALBOX_";
    private static final String DOT = "__";

    private Environment() {}

    /** The key a variable means; empty if the variable is not about a setting, as {@code SIGNALBOX_DATA} is not. */
    static Optional<String> key(String variable) {
        String name = variable.toUpperCase(Locale.ROOT);
        if (!name.startsWith(PREFIX) || !name.contains(DOT)) return Optional.empty();
        String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        return Optional.of(key.replace(DOT, ".").replace('_', '-'));
    }

    /** The variable that means a key. */
    static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_').replace(".", DOT);
    }
}
