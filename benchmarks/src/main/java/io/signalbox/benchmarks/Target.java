package io.signalbox.benchmarks;

import io.signalbox.benchmarks.wire.BrokerUrl;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;

/**
 * A broker to measure.
 *
 * @param pid of its process on this machine, for CPU time and memory
 * @param durability what it does before it confirms a durable message, for the table
 * @param amqpAddress how it wants to hear of the queue "%s"
 */
public record Target(
        String name,
        Optional<BrokerUrl> mqtt,
        Optional<BrokerUrl> amqp,
        OptionalLong pid,
        String version,
        String durability,
        String amqpAddress) {

    private static final Set<String> KEYS =
            Set.of("name", "mqtt", "amqp", "pid", "version", "durability", "amqp-address");

    /**
     * Reads what a peer's script wrote, or the same on one line.
     *
     * @param text the name of a properties file, or {@code name=x;mqtt=mqtt://…;amqp=amqp://…;pid=1}
     * @throws IllegalArgumentException if something is missing or unknown; the message says what
     */
    public static Target parse(String text) {
        Properties properties = new Properties();
        try {
            Path file = text.contains("=") ? null : Path.of(text);
            properties.load(new StringReader(file == null ? text.replace(';', '\n') : Files.readString(file)));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "The target \"" + text + "\" cannot be read (" + e
                            + "); a script in benchmarks/peers writes its file when it has started the broker.",
                    e);
        }
        for (String key : properties.stringPropertyNames()) {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException("A target has no \"" + key + "\"; it has " + KEYS + ".");
            }
        }
        Optional<BrokerUrl> mqtt = url(properties, "mqtt");
        Optional<BrokerUrl> amqp = url(properties, "amqp");
        if (mqtt.isEmpty() && amqp.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" says neither mqtt= nor amqp=, so nothing can be measured.");
        }
        String pid = properties.getProperty("pid", "");
        return new Target(
                properties.getProperty("name", "target"),
                mqtt,
                amqp,
                pid.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(pid)),
                properties.getProperty("version", "unknown"),
                properties.getProperty("durability", "unknown"),
                properties.getProperty("amqp-address", "%s"));
    }

    private static Optional<BrokerUrl> url(Properties properties, String scheme) {
        Optional<BrokerUrl> url =
                Optional.ofNullable(properties.getProperty(scheme)).map(BrokerUrl::parse);
        if (url.isPresent() && !url.get().scheme().equals(scheme)) {
            throw new IllegalArgumentException(scheme + "= needs a URL that begins with " + scheme + "://.");
        }
        return url;
    }

    public Optional<BrokerUrl> url(Protocol protocol) {
        return protocol == Protocol.MQTT ? mqtt : amqp;
    }
}
