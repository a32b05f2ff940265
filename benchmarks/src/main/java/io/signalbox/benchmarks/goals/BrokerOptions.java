package io.signalbox.benchmarks.goals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How brokers of this checkout are started, as far as one can choose. Used by one thread. */
public final class BrokerOptions {

    @Option(names = "--jar", paramLabel = "FILE", description = "The broker (default: of this checkout).")
    private @Nullable Path jar;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where there is room (default benchmarks/target/storage).")
    private Path directory = Path.of(System.getProperty("signalbox.storage", "benchmarks/target/storage"));

    @Option(names = "--jvm", paramLabel = "OPTION", description = "Of the broker's JVM; may be given several times.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Of the broker; may be given several times.")
    private Map<String, String> settings = new LinkedHashMap<>();

    public Path directory() {
        return directory;
    }

    public Map<String, String> settings() {
        return settings;
    }

    /** @throws IllegalArgumentException if there is none; the message says where */
    public Path jar() {
        Path chosen = jar == null ? Path.of(System.getProperty("signalbox.jar", "target/signalbox.jar")) : jar;
        if (!Files.isRegularFile(chosen)) throw new IllegalArgumentException("There is no broker at " + chosen + ".");
        return chosen;
    }

    /** A JVM with the jar. */
    public List<String> bareLaunch() {
        List<String> launch = new ArrayList<>();
        launch.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        launch.addAll(jvmOptions);
        launch.addAll(List.of("-jar", jar().toString()));
        return launch;
    }

    /** As users start it: by the launcher of the checkout, which becomes the JVM. */
    public List<String> launch() {
        String launcher = System.getProperty("signalbox.launcher", "./signalbox");
        if (!Files.isExecutable(Path.of(launcher)))
            throw new IllegalArgumentException("There is no launcher at " + launcher + ".");
        List<String> launch = new ArrayList<>(List.of("env", "JAVA_OPTS=" + String.join(" ", jvmOptions)));
        if (jar != null) launch.add("SIGNALBOX_JAR=" + jar());
        launch.add(launcher);
        return launch;
    }
}
