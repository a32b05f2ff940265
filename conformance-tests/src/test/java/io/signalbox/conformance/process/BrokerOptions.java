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

    /** The jar under test, if not the one that this build has packaged. */
    private static final String JAR_PROPERTY = "signalbox.jar";

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
            return new BrokerOptions(directory, Map.of(), List.of("-Xmx512m"), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public BrokerOptions with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new BrokerOptions(dataDirectory, more, jvmOptions, through);
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
        for (String listener : List.of("amqp", "mqtt", "http")) {
            all.put(listener + ".host", "127.0.0.1");
            all.put(listener + ".port", "0");
        }
        all.putAll(settings);
        return all;
    }

    List<String> command() {
        List<String> command = new ArrayList<>(through);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar().toString(), "run", "--data", dataDirectory.toString()));
        allSettings().forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    /** The packaged broker. The tests run with their module as working directory, beside the server's. */
    public static Path jar() {
        String named = System.getProperty(JAR_PROPERTY);
        Path jar = named == null
                ? Path.of("..", "server", "target", "signalbox.jar")
                        .toAbsolutePath()
                        .normalize()
                : Path.of(named);
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(
                    "There is no broker at " + jar + "; build it with: mvn verify -pl" + " conformance-tests -am");
        }
        return jar;
    }
}
