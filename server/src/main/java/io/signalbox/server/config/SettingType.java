package io.signalbox.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What values a setting takes and how they are written: on the command line, in a file, in the documentation.
 * Immutable.
 */
public sealed interface SettingType<T> {

    /** A value that this type does not take; the message completes "amqp.port …". */
    final class BadValue extends Exception {
        private static final long serialVersionUID = 1L;

        BadValue(String message) {
            super(message);
        }
    }

    /** Reads a value as it stands after {@code --set key=}. */
    T parse(String text) throws BadValue;

    /** Unit and range for the reader of the documentation. */
    String describe();

    /** How TOML writes these values. */
    enum TomlKind {
        STRING,
        INTEGER,
        BOOLEAN
    }

    default TomlKind tomlKind() {
        return TomlKind.STRING;
    }

    /** The value as {@link #parse} reads it. */
    default String write(T value) {
        return String.valueOf(value);
    }

    /** A TCP port; 0 lets the system choose a free one. */
    record Port() implements SettingType<Integer> {
        @Override
        public Integer parse(String text) throws BadValue {
            int port;
            try {
                port = Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
                throw new BadValue("needs a port number, not \"" + text + "\"");
            }
            if (port < 0 || port > 65535) throw new BadValue("is a port, 0 to 65535, not " + port);
            return port;
        }

        @Override
        public String describe() {
            return "port, 0 to 65535; 0 = any free port";
        }

        @Override
        public TomlKind tomlKind() {
            return TomlKind.INTEGER;
        }
    }

    /** A host name or address to listen on. */
    record Host() implements SettingType<String> {
        private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:%\\-]{1,255}");

        @Override
        public String parse(String text) throws BadValue {
            String host = text.strip();
            if (!HOST.matcher(host).matches()) throw new BadValue("needs a host name or address, not \"" + text + "\"");
            return host;
        }

        @Override
        public String describe() {
            return "host name or address";
        }
    }

    /** A directory; what is relative is relative to where the broker starts. */
    record Directory() implements SettingType<Path> {
        @Override
        public Path parse(String text) throws BadValue {
            if (text.isBlank()) throw new BadValue("needs a directory, not an empty string");
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new BadValue("needs a directory, not \"" + text + "\"");
            }
        }

        @Override
        public String describe() {
            return "directory";
        }
    }

    /** A file; what is relative is relative to where the broker starts. */
    record FilePath() implements SettingType<Path> {
        @Override
        public Path parse(String text) throws BadValue {
            try {
                if (!text.isBlank()) return Path.of(text);
            } catch (InvalidPathException e) {
                throw new BadValue("needs a file, not \"" + text + "\"");
            }
            throw new BadValue("needs a file, not an empty string");
        }

        @Override
        public String describe() {
            return "file";
        }
    }

    /**
     * A value that may be left out.
     *
     * @param whenEmpty what an empty string means, for the reader of the documentation
     */
    record Optionally<T>(SettingType<T> type, String whenEmpty) implements SettingType<Optional<T>> {
        @Override
        public Optional<T> parse(String text) throws BadValue {
            return text.isEmpty() ? Optional.empty() : Optional.of(type.parse(text));
        }

        @Override
        public String describe() {
            return type.describe() + "; \"\" = " + whenEmpty;
        }

        @Override
        public String write(Optional<T> value) {
            return value.map(type::write).orElse("");
        }
    }

    /** A number of bytes, written with its unit. */
    record Size(long minBytes, long maxBytes) implements SettingType<Long> {
        private static final Pattern SIZE = Pattern.compile("(\\d{1,10})\\s*(B|KiB|MiB|GiB|TiB)?");
        private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

        @Override
        public Long parse(String text) throws BadValue {
            Matcher matcher = SIZE.matcher(text.strip());
            if (!matcher.matches())
                throw new BadValue("needs a size such as \"64KiB\" or \"1MiB\", not \"" + text + "\"");
            if (matcher.group(2) == null) {
                throw new BadValue("needs a unit, e.g. \"" + text.strip() + "B\" or \"" + text.strip() + "KiB\"");
            }
            int shift = 10 * UNITS.indexOf(matcher.group(2));
            long amount = Long.parseLong(matcher.group(1));
            long bytes = amount > maxBytes >> shift ? Long.MAX_VALUE : amount << shift;
            if (bytes < minBytes || bytes > maxBytes) {
                throw new BadValue("is " + write(minBytes) + " to " + write(maxBytes) + ", not " + text.strip());
            }
            return bytes;
        }

        @Override
        public String describe() {
            return "size, " + write(minBytes) + " to " + write(maxBytes);
        }

        @Override
        public String write(Long value) {
            int unit = 0;
            long amount = value;
            while (unit < UNITS.size() - 1 && amount >= 1024 && amount % 1024 == 0) {
                amount /= 1024;
                unit++;
            }
            return amount + UNITS.get(unit);
        }
    }

    /** How many of something there may be. */
    record Count(int min, int max) implements SettingType<Integer> {
        @Override
        public Integer parse(String text) throws BadValue {
            int count;
            try {
                count = Integer.parseInt(text.strip().replace("_", ""));
            } catch (NumberFormatException e) {
                throw new BadValue("needs a number, not \"" + text + "\"");
            }
            if (count < min || count > max) throw new BadValue("is " + min + " to " + max + ", not " + count);
            return count;
        }

        @Override
        public String describe() {
            return "number, " + min + " to " + max;
        }

        @Override
        public TomlKind tomlKind() {
            return TomlKind.INTEGER;
        }
    }

    /** Yes or no. */
    record Flag() implements SettingType<Boolean> {
        @Override
        public Boolean parse(String text) throws BadValue {
            return switch (text.strip()) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new BadValue("is true or false, not \"" + text + "\"");
            };
        }

        @Override
        public String describe() {
            return "true or false";
        }

        @Override
        public TomlKind tomlKind() {
            return TomlKind.BOOLEAN;
        }
    }

    /** One of a few words. */
    record Choice(List<String> words) implements SettingType<String> {
        public Choice {
            words = List.copyOf(words);
        }

        @Override
        public String parse(String text) throws BadValue {
            String word = text.strip().toLowerCase(Locale.ROOT);
            if (!words.contains(word)) throw new BadValue("is one of " + describe() + ", not \"" + text + "\"");
            return word;
        }

        @Override
        public String describe() {
            return String.join(", ", words);
        }
    }
}
