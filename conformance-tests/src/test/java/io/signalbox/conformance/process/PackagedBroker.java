package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The jar that this build has packaged, and how a JVM is started on it. Its JVMs map one archive of its classes, made for the
 * first of them by a broker that starts and stops: so each of the hundreds that the tests start has half of the work. Thread-safe.
 */
public final class PackagedBroker {

    /** The jar under test, if not the one that this build has packaged. */
    private static final String JAR_PROPERTY = "signalbox.jar";

    /** What makes a JVM start quickly, as the launcher says it too for every verb but run. */
    private static final List<String> BRIEF = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final String MAKES_ARCHIVE = "-XX:ArchiveClassesAtExit=";

    private static final String ARCHIVES = "signalbox-*.jsa";

    private PackagedBroker() {}

    /** The tests run with their module as working directory, beside the server's. */
    static Path jar() {
        String named = System.getProperty(JAR_PROPERTY);
        Path jar = named == null
                ? Path.of("..", "server", "target", "signalbox.jar")
                        .toAbsolutePath()
                        .normalize()
                : Path.of(named);
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(
                    "There is no broker at " + jar + "; build it with: mvn verify -pl conformance-tests -am");
        }
        return jar;
    }

    /** A command that lives for a moment, on a JVM as the launcher starts it. */
    public static List<String> verb(List<String> arguments) {
        return command(BRIEF, arguments);
    }

    /** A command on a JVM with these options. */
    static List<String> command(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (jvmOptions.stream().noneMatch(option -> option.startsWith(MAKES_ARCHIVE)))
            command.add("-XX:SharedArchiveFile=" + archive());
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar().toString()));
        command.addAll(arguments);
        return command;
    }

    /** That of this jar and this JVM; a JVM takes no other. The first who asks makes it, the others wait. */
    private static synchronized Path archive() {
        try {
            Path jar = jar();
            String key = Integer.toHexString(List.of(jar, Files.getLastModifiedTime(jar), Runtime.version())
                    .hashCode());
            Path archive = Path.of("target", ARCHIVES.replace("*", key)).toAbsolutePath();
            if (!Files.isRegularFile(archive)) makeArchive(archive);
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Under another name until it is whole, since other JVMs of the tests may look for it; those of other jars go. */
    private static void makeArchive(Path archive) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(archive.getParent(), ARCHIVES)) {
            for (Path one : old) Files.deleteIfExists(one);
        }
        Path made = archive.resolveSibling("made-by-" + ProcessHandle.current().pid() + ".jsa");
        BrokerOptions options = BrokerOptions.fresh();
        try (BrokerProcess broker = BrokerProcess.start(options.withJvmOptions(MAKES_ARCHIVE + made))) {
            broker.stop();
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }
}
