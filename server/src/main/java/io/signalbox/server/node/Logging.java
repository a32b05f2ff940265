package io.signalbox.server.node;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** One event, one line, on the standard error. Set up once, by the thread that starts the node. */
public final class Logging {

    private static final Map<String, Level> LEVELS =
            Map.of("error", Level.SEVERE, "warn", Level.WARNING, "info", Level.INFO, "debug", Level.FINE);

    /** Held, or java.util.logging would forget their levels with them. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger SIGNALBOX = Logger.getLogger("io.signalbox");

    private Logging() {}

    /** @param level a value of the setting {@code log.level}; libraries say no more than warnings at any level */
    public static void configure(String level) {
        Level least = LEVELS.getOrDefault(level, Level.INFO);
        for (Handler handler : List.of(ROOT.getHandlers())) ROOT.removeHandler(handler);
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new Line());
        ROOT.addHandler(console);
        ROOT.setLevel(least.intValue() > Level.WARNING.intValue() ? least : Level.WARNING);
        SIGNALBOX.setLevel(least);
    }

    /**
     * Time, level, message; then the stack trace of what was a defect of ours. One event is one line: names that peers have
     * chosen are in some, and must not look like another event.
     */
    static final class Line extends Formatter {
        private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

        @Override
        public String format(LogRecord logged) {
            StringBuilder line = new StringBuilder(160)
                    .append(Instant.ofEpochMilli(logged.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                    .append(' ')
                    .append(word(logged.getLevel()))
                    .append(' ')
                    .append(CONTROL.matcher(formatMessage(logged)).replaceAll(Line::escape));
            Throwable thrown = logged.getThrown();
            if (thrown != null) {
                StringWriter trace = new StringWriter();
                thrown.printStackTrace(new PrintWriter(trace));
                line.append('\n').append(trace.toString().stripTrailing());
            }
            return line.append('\n').toString();
        }

        private static String escape(MatchResult control) {
            return control.group().equals("\n")
                    ? "\\\\n"
                    : String.format("\\\\x%02x", (int) control.group().charAt(0));
        }

        private static String word(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) return "ERROR";
            if (level.intValue() >= Level.WARNING.intValue()) return "WARN ";
            return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
        }
    }
}
