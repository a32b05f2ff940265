package io.signalbox.server.cli;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Origin;
import io.signalbox.server.config.Settings;
import io.signalbox.server.node.LastStop;
import io.signalbox.server.node.SecurityReport;
import io.signalbox.server.node.StartReport;
import io.signalbox.server.node.Version;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code run} prints once the broker serves: a block for a person, one line for a log. Immutable. */
final class StartText {

    private static final String BOLD = "\u001b[1m";
    private static final String YELLOW = "\u001b[1;33m";
    private static final String PLAIN = "\u001b[0m";
    private static final int VALUE_COLUMNS = 31;

    private final StartReport report;
    private final Configuration configuration;
    private final long startMillis;

    StartText(StartReport report, Configuration configuration, long startMillis) {
        this.report = report;
        this.configuration = configuration;
        this.startMillis = startMillis;
    }

    /** The block, with the parts that catch the eye in bold if {@code colour} is wanted. */
    List<String> block(Colour colour) {
        String command = System.getProperty("signalbox.command", "java -jar signalbox.jar");
        String data = configuration.origin(Settings.DATA_DIR) instanceof Origin.Default
                ? ""
                : " --data " + shellWord(report.dataDirectory().toString());
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(colour.bold(String.format("  %-49s", "Signalbox " + Version.current())) + "JDK " + jdk() + " · pid "
                + ProcessHandle.current().pid());
        lines.add("");
        lines.add(row("AMQP 1.0", colour.bold("amqp://" + authority(report.amqp())), ""));
        report.tls().ifPresent(tls -> lines.add(row("", colour.bold("amqps://" + authority(tls.amqp())), "")));
        lines.add(row("MQTT", colour.bold("mqtt://" + authority(report.mqtt())), "3.1 · 3.1.1 · 5.0"));
        report.tls().ifPresent(tls -> lines.add(row("", colour.bold("mqtts://" + authority(tls.mqtt())), "")));
        lines.add(row("HTTP", colour.bold("http://" + authority(report.http())), "health, metrics, WebSocket"));
        report.tls().ifPresent(tls -> lines.add(row("", colour.bold("https://" + authority(tls.http())), "")));
        lines.add(row("Data", report.dataDirectory().toString(), dataSummary()));
        lines.add(
                configuration.file().isPresent()
                        ? row("Config", configuration.file().get().toString(), "")
                        : row("Config", "built-in defaults", "write one: " + command + " config init"));
        lines.add("");
        lines.addAll(security(colour, command, data));
        lines.add("");
        lines.add("  Try it, in another terminal:");
        lines.add("    " + command + " subscribe" + data + " hello");
        lines.add("    " + command + " publish" + data + " hello \"it works\"");
        lines.add("");
        lines.add(String.format(Locale.ROOT, "  Ready in %.1f s.  Ctrl-C stops cleanly.", startMillis / 1000.0));
        return lines;
    }

    /** Who is let in, and where it is less than safe or more than wanted, what to do. */
    private List<String> security(Colour colour, String command, String data) {
        SecurityReport security = report.security();
        String indent = " ".repeat(14);
        return switch (security.state()) {
            case LOCAL ->
                List.of(
                        colour.bold("  LOCAL MODE") + "  " + security.sentence(),
                        indent + "To open it to the network:",
                        indent + "  " + command + " user add" + data + " admin",
                        indent + "  " + command + " run" + data + " --set amqp.host=0.0.0.0 --set mqtt.host=0.0.0.0");
            case SECURED -> List.of(colour.bold("  SECURED") + "     " + security.sentence());
            case OPEN ->
                List.of(
                        colour.alarm("  OPEN") + "        " + colour.alarm(security.sentence()),
                        indent + "To close it, take security.allow-anonymous away"
                                + (security.users() > 0 ? "." : ", after: " + command + " user add" + data + " admin"));
        };
    }

    /** Name, value and remark, in columns as long as the value is not longer than its own; bold takes no room. */
    private static String row(String name, String value, String remark) {
        int visible = value.replace(BOLD, "").replace(PLAIN, "").length();
        String gap = " ".repeat(Math.max(2, VALUE_COLUMNS - visible));
        return ("  " + String.format("%-11s", name) + value + gap + remark).stripTrailing();
    }

    /** As in 17.0.15, without the build. */
    private static String jdk() {
        return Runtime.version().version().stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    /** Whether what is printed may carry escape sequences. */
    enum Colour {
        NONE,
        ANSI;

        String bold(String text) {
            return this == ANSI ? BOLD + text + PLAIN : text;
        }

        String alarm(String text) {
            return this == ANSI ? YELLOW + text + PLAIN : text;
        }
    }

    private String dataSummary() {
        StringBuilder summary = new StringBuilder();
        if (report.lastStop() == LastStop.NEVER_RAN) {
            summary.append("new, ").append(count(report.queues(), "queue"));
        } else {
            summary.append(count(report.queues(), "queue"))
                    .append(", ")
                    .append(count(report.recoveredMessages(), "message"))
                    .append(String.format(Locale.ROOT, ", recovered in %.1f s", report.recoveryMillis() / 1000.0))
                    .append(report.lastStop() == LastStop.CRASH ? " (last stop: crash" : " (last stop: clean")
                    .append(
                            report.cutBytes() > 0
                                    ? "; " + count(report.cutBytes(), "byte") + " torn, never confirmed, cut)"
                                    : ")");
        }
        summary.append(", ").append(report.freeBytes() >> 30).append(" GiB free");
        if (report.forceNanos() > 0) {
            summary.append(String.format(Locale.ROOT, ", fsync %.1f ms", report.forceNanos() / 1e6));
        }
        return summary.toString();
    }

    /** One line for a log, keyed. */
    String line() {
        return "event=ready version=" + Version.current()
                + " pid=" + ProcessHandle.current().pid()
                + " amqp=" + authority(report.amqp())
                + " mqtt=" + authority(report.mqtt())
                + " http=" + authority(report.http())
                + report.tls()
                        .map(tls -> " amqps=" + authority(tls.amqp()) + " mqtts=" + authority(tls.mqtt()) + " https="
                                + authority(tls.http()))
                        .orElse("")
                + " data=" + shellWord(report.dataDirectory().toString())
                + " security=" + report.security().state().name().toLowerCase(Locale.ROOT)
                + " last_stop=" + report.lastStop().name().toLowerCase(Locale.ROOT)
                + " queues=" + report.queues()
                + " recovered_messages=" + report.recoveredMessages()
                + " cut_bytes=" + report.cutBytes()
                + " recovery_ms=" + report.recoveryMillis()
                + " ms=" + startMillis;
    }

    private static String authority(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s")
                .replace(',', ' ');
    }

    static String shellWord(String text) {
        return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
