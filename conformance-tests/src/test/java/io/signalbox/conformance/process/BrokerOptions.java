package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a broker process is started. Immutable.
 *
 * @param dataDirectory where it keeps its messages
 * @param settings what is said with {@code --set}; the ports are 0 unless they are among them
 * @param jvmOptions options of its JVM
 * @param through a command that runs the broker's command, such as strace; usually empty
 */
public record BrokerOptions(
        Path dataDirectory, Map<String, String> settings, List<String> jvmOptions, List<String> through) {

    private static final List<String> LISTENERS = List.of("amqp", "mqtt", "http");

    /** Of brokers that live for seconds, most of which would go to the better compiler; who measures says otherwise. */
    private static final List<String> QUICKLY_COMPILED = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

    /** What a JVM does by itself, with a bound. */
    private static final String[] USUAL = {"-Xmx512m"};

    public BrokerOptions {
        settings = Map.copyOf(settings);
        jvmOptions = List.copyOf(jvmOptions);
        through = List.copyOf(through);
    }

    /** A broker on a new empty directory. */
    public static BrokerOptions fresh() {
        try {
            // Short, since the path of a Unix socket has 107 bytes at most.
            Path directory = Files.createTempDirectory("sb-").toRealPath();
            return new BrokerOptions(directory, Map.of(), QUICKLY_COMPILED, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public BrokerOptions with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new BrokerOptions(dataDirectory, more, jvmOptions, through);
    }

    /** Ports that nobody else gets while the broker is away, for one that is started again where it was. */
    public BrokerOptions onKeptPorts() {
        BrokerOptions options = this;
        for (String listener : LISTENERS)
            options = options.with(listener + ".port", Integer.toString(KeptPorts.next()));
        return options;
    }

    /** A JVM as users have it, for tests of what a busy broker does. */
    public BrokerOptions onUsualJvm() {
        return withJvmOptions(USUAL);
    }

    public BrokerOptions withJvmOptions(String... jvmOptions) {
        return new BrokerOptions(dataDirectory, settings, List.of(jvmOptions), through);
    }

    public BrokerOptions through(List<String> command) {
        return new BrokerOptions(dataDirectory, settings, jvmOptions, command);
    }

    /** The settings with the ports and hosts that nobody has said. */
    Map<String, String> allSettings() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String listener : LISTENERS) {
            all.put(listener + ".host", "127.0.0.1");
            all.put(listener + ".port", "0");
        }
        all.putAll(settings);
        return all;
    }

    List<String> command() {
        List<String> arguments = new ArrayList<>(List.of("run", "--data", dataDirectory.toString()));
        allSettings().forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        List<String> command = new ArrayList<>(through);
        command.addAll(PackagedBroker.command(jvmOptions, arguments));
        return command;
    }
}
