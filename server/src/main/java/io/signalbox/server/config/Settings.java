package io.signalbox.server.config;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The table of every setting there is. Immutable. */
public final class Settings {

    /** Nothing in the broker sets the limit but the numbers that count bytes. */
    private static final int LARGEST_AMQP_MESSAGE_BYTES = 2047 << 20;

    /** MQTT 5.0 §2.1.4: the remaining length ends below 256 MiB. */
    private static final int LARGEST_MQTT_PACKET_BYTES = 255 << 20;

    private static final long LARGEST_DISK_BYTES = 1024L << 40;

    public static final Setting<String> AMQP_HOST = new Setting<>(
            "amqp.host", new SettingType.Host(), "127.0.0.1", "The address on which AMQP 1.0 clients are served.");
    public static final Setting<Integer> AMQP_PORT =
            new Setting<>("amqp.port", new SettingType.Port(), 5672, "The port for AMQP 1.0 clients.");
    public static final Setting<Optional<String>> AMQP_TLS_HOST =
            tlsHost("amqp", "AMQP 1.0 clients are served over TLS");
    public static final Setting<Integer> AMQP_TLS_PORT = tlsPort("amqp", 5671, "AMQP 1.0 clients over TLS");
    public static final Setting<Long> AMQP_MAX_MESSAGE_SIZE = new Setting<>(
            "amqp.max-message-size",
            new SettingType.Size(64 << 10, LARGEST_AMQP_MESSAGE_BYTES),
            1L << 30,
            "The largest AMQP message taken from a client; what is larger is refused. It is not in memory, but on"
                    + " disk.");
    public static final Setting<String> MQTT_HOST = new Setting<>(
            "mqtt.host", new SettingType.Host(), "127.0.0.1", "The address on which MQTT clients are served.");
    public static final Setting<Integer> MQTT_PORT =
            new Setting<>("mqtt.port", new SettingType.Port(), 1883, "The port for MQTT clients.");
    public static final Setting<Optional<String>> MQTT_TLS_HOST = tlsHost("mqtt", "MQTT clients are served over TLS");
    public static final Setting<Integer> MQTT_TLS_PORT = tlsPort("mqtt", 8883, "MQTT clients over TLS");
    public static final Setting<Long> MQTT_MAX_PACKET_SIZE = new Setting<>(
            "mqtt.max-packet-size",
            new SettingType.Size(64 << 10, LARGEST_MQTT_PACKET_BYTES),
            16L << 20,
            "The largest PUBLISH taken from a client; what is larger ends its connection. It is not in memory, but on"
                    + " disk; subscribers of MQTT 3 cannot say that they take none so large.");
    public static final Setting<Integer> MQTT_MAX_RETAINED_MESSAGES = new Setting<>(
            "mqtt.max-retained-messages",
            new SettingType.Count(0, 100_000_000),
            1_000_000,
            "How many topics may have a retained message; one more is refused.");
    public static final Setting<Long> MQTT_MAX_RETAINED_SIZE = new Setting<>(
            "mqtt.max-retained-size",
            new SettingType.Size(0, 1 << 30),
            64L << 20,
            "What retained messages may take of the heap in all: topic, body and 200 bytes each; one more is refused.");
    public static final Setting<String> HTTP_HOST = new Setting<>(
            "http.host", new SettingType.Host(), "127.0.0.1", "The address on which health and metrics are served.");
    public static final Setting<Integer> HTTP_PORT =
            new Setting<>("http.port", new SettingType.Port(), 15672, "The port for health and metrics.");
    public static final Setting<Optional<String>> HTTP_TLS_HOST =
            tlsHost("http", "health, metrics and WebSocket are served over TLS");
    public static final Setting<Integer> HTTP_TLS_PORT =
            tlsPort("http", 15671, "health, metrics and WebSocket over TLS");
    public static final Setting<Optional<Path>> TLS_CERTIFICATE = new Setting<>(
            "tls.certificate",
            new SettingType.Optionally<>(new SettingType.FilePath(), "no TLS"),
            Optional.empty(),
            "The server's certificate in PEM, followed by those that lead to one that clients trust; in a file a"
                    + " relative path counts from the file. `signalbox tls init` makes one.");
    public static final Setting<Optional<Path>> TLS_KEY = new Setting<>(
            "tls.key",
            new SettingType.Optionally<>(new SettingType.FilePath(), "no TLS"),
            Optional.empty(),
            "The certificate's private key: PEM, PKCS #8, not encrypted.");
    public static final Setting<Boolean> SECURITY_ALLOW_ANONYMOUS = new Setting<>(
            "security.allow-anonymous",
            new SettingType.Flag(),
            false,
            "Whether clients may come without a name and do everything, also when there are users, and from wherever"
                    + " the ports can be reached; see `docs/users.md`.");
    public static final Setting<Optional<Path>> DEFINITIONS_FILE = new Setting<>(
            "definitions.file",
            new SettingType.Optionally<>(new SettingType.FilePath(), "none"),
            Optional.empty(),
            "A JSON file with users, queues, exchanges and bindings that are made at each start if they are not there,"
                    + " and policies; see `docs/users.md`. In a file a relative path counts from the file.");
    public static final Setting<Path> DATA_DIR = new Setting<>(
            "data.dir",
            new SettingType.Directory(),
            Path.of("data"),
            "Where messages are kept, by one running broker. In a file a relative path counts from the file, the"
                    + " default from the launcher.");
    public static final Setting<Long> DATA_SEGMENT_SIZE = new Setting<>(
            "data.segment-size",
            new SettingType.Size(4 << 20, 1 << 30),
            240L << 20,
            "The size of a new file of the log, but for the first after a start, which is smaller; a message has at"
                    + " most a quarter of it. Files that are there keep theirs.");
    public static final Setting<Optional<Long>> DATA_MIN_FREE = new Setting<>(
            "data.min-free",
            new SettingType.Optionally<>(
                    new SettingType.Size(0, LARGEST_DISK_BYTES),
                    "5 % of the file system, at most 1GiB, but two segments if they are no more than an eighth of it"),
            Optional.empty(),
            "What has to stay free on the file system of `data.dir`: below it publishers are refused, above one and a"
                    + " half times as much they are taken again; see `docs/full-disk.md`.");
    public static final Setting<Optional<Long>> DATA_MAX_SIZE = new Setting<>(
            "data.max-size",
            new SettingType.Optionally<>(new SettingType.Size(16 << 20, LARGEST_DISK_BYTES), "as much as the disk has"),
            Optional.empty(),
            "What the log may take in `data.dir`, four segments or more: shortly before it publishers are refused; see"
                    + " `docs/full-disk.md`.");
    public static final Setting<Long> DATA_SCRUB_RATE = new Setting<>(
            "data.scrub-rate",
            new SettingType.Size(0, 1 << 30),
            2L << 20,
            "How much of the log a running broker reads each second, once a day all of it, to see whether it is still"
                    + " what was written; a quarter of that while much is written. 0 = none. See `docs/data.md`.");
    public static final Setting<Boolean> THREADS_BUSY_WAIT = new Setting<>(
            "threads.busy-wait",
            new SettingType.Flag(),
            true,
            "Whether a thread looks for what comes within microseconds before it sleeps, on half of the processors at"
                    + " most: who waits for each answer has it in half the time, and processors look busier than they"
                    + " are.");
    public static final Setting<String> LOG_LEVEL = new Setting<>(
            "log.level",
            new SettingType.Choice(List.of("error", "warn", "info", "debug")),
            "info",
            "The least important event that is logged.");

    /** In the order in which documentation shows them. */
    public static final List<Setting<?>> ALL = List.of(
            AMQP_HOST,
            AMQP_PORT,
            AMQP_TLS_HOST,
            AMQP_TLS_PORT,
            AMQP_MAX_MESSAGE_SIZE,
            MQTT_HOST,
            MQTT_PORT,
            MQTT_TLS_HOST,
            MQTT_TLS_PORT,
            MQTT_MAX_PACKET_SIZE,
            MQTT_MAX_RETAINED_MESSAGES,
            MQTT_MAX_RETAINED_SIZE,
            HTTP_HOST,
            HTTP_PORT,
            HTTP_TLS_HOST,
            HTTP_TLS_PORT,
            TLS_CERTIFICATE,
            TLS_KEY,
            SECURITY_ALLOW_ANONYMOUS,
            DEFINITIONS_FILE,
            DATA_DIR,
            DATA_SEGMENT_SIZE,
            DATA_MIN_FREE,
            DATA_MAX_SIZE,
            DATA_SCRUB_RATE,
            THREADS_BUSY_WAIT,
            LOG_LEVEL);

    /** What a running broker takes over when it is told to reload; the others need a restart. */
    public static final Set<Setting<?>> RELOADABLE = Set.of(TLS_CERTIFICATE, TLS_KEY, LOG_LEVEL);

    private static final int MOST_TYPING_ERRORS = 3;

    private Settings() {}

    private static Setting<Optional<String>> tlsHost(String table, String what) {
        return new Setting<>(
                table + ".tls-host",
                new SettingType.Optionally<>(new SettingType.Host(), "as " + table + ".host"),
                Optional.empty(),
                "The address on which " + what + ".");
    }

    private static Setting<Integer> tlsPort(String table, int port, String whom) {
        return new Setting<>(
                table + ".tls-port",
                new SettingType.Port(),
                port,
                "The port for " + whom + "; closed until there is a `tls.certificate`.");
    }

    public static Optional<Setting<?>> find(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    /** Whether settings stand in this table; the root, "", holds what is in no table and has no settings itself. */
    static boolean isTable(String name) {
        return name.isEmpty()
                || ALL.stream().anyMatch(setting -> setting.table().equals(name));
    }

    /** The table that was probably meant by one that does not exist. */
    static Optional<String> nearestTable(String unknownTable) {
        return nearest(unknownTable, ALL.stream().map(Setting::table), MOST_TYPING_ERRORS - 1);
    }

    /** The key that was probably meant by one that does not exist. */
    static Optional<String> nearest(String unknownKey) {
        return nearest(unknownKey, ALL.stream().map(Setting::key), MOST_TYPING_ERRORS);
    }

    private static Optional<String> nearest(String unknown, Stream<String> known, int mostErrors) {
        return known.filter(name -> distance(name, unknown) <= mostErrors)
                .min(Comparator.comparingInt(name -> distance(name, unknown)));
    }

    /** Levenshtein's distance: letters to insert, remove or replace. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) row[j] = j;
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
