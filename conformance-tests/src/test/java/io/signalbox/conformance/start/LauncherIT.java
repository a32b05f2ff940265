package io.signalbox.conformance.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.house.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a small checkout of its own, on a PATH with what a plain system has and a Maven that only pretends. */
class LauncherIT {

    private static final List<String> TOOLS = List.of(
            "sh",
            "readlink",
            "dirname",
            "sed",
            "find",
            "head",
            "tail",
            "grep",
            "mkdir",
            "cat",
            "cp",
            "mv",
            "rm",
            "sleep",
            "date");

    @TempDir
    private Path directory;

    private Path checkout;
    private Path bin;

    @BeforeEach
    void prepare() throws IOException {
        checkout = Files.createDirectory(directory.resolve("a check out"));
        bin = Files.createDirectory(directory.resolve("bin"));
        Files.copy(Checkout.root().resolve("signalbox"), checkout.resolve("signalbox"));
        assertTrue(checkout.resolve("signalbox").toFile().setExecutable(true));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        for (String module : List.of("broker-core", "persistence", "mqtt-listener", "amqp-listener", "server")) {
            Path sources = Files.createDirectories(checkout.resolve(module).resolve("src/main/java"));
            Files.writeString(sources.resolve("A.java"), "class A {}");
            Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
        }
        for (String tool : TOOLS) Files.createSymbolicLink(bin.resolve(tool), find(tool));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Files.createSymbolicLink(bin.resolve("java"), java);
    }

    /** What they lead to is the system's: only the links go with the directory. */
    @AfterEach
    void removeLinks() throws IOException {
        for (String tool : TOOLS) Files.delete(bin.resolve(tool));
        Files.deleteIfExists(bin.resolve("java"));
    }

    private static Path find(String tool) {
        for (String directory : List.of("/usr/bin", "/bin")) {
            Path file = Path.of(directory, tool);
            if (Files.isExecutable(file)) return file;
        }
        throw new IllegalStateException("this system has no " + tool);
    }

    private void script(String name, String body) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!" + find("sh") + "\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    /** A Maven that takes the packaged broker for its build, and notes that it ran. */
    private void pretendMaven() throws IOException {
        Path jar = Checkout.root().resolve("server/target/signalbox.jar");
        script("mvn", """
                echo ran >> '%s'
                echo '[INFO] Building Signalbox :: server 0.1 [6/6]'
                mkdir -p server/target && cp '%s' server/target/signalbox.jar""".formatted(directory.resolve("builds"), jar));
    }

    private int builds() throws IOException {
        Path notes = directory.resolve("builds");
        return Files.exists(notes) ? Files.readAllLines(notes).size() : 0;
    }

    private Run launch(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(checkout.resolve("signalbox").toString()));
        command.addAll(List.of(arguments));
        return Run.of(Map.of("PATH", bin.toString(), "JAVA_HOME", "", "SIGNALBOX_JAR", ""), command);
    }

    @Test
    void theFirstRunBuildsAndSaysSoAndTheSecondDoesNot() throws Exception {
        pretendMaven();
        Run first = launch("--version");
        assertEquals(0, first.exitCode(), first.output());
        assertTrue(first.output().startsWith("Building Signalbox (first run only) …\n"), first.output());
        assertTrue(first.output().contains("done in "), first.output());
        Run second = launch("--version");
        assertFalse(second.output().contains("Building"), second.output());
        assertEquals(1, builds());
    }

    @Test
    void theFirstRunKeepsItsClassesForLaterOnes() throws Exception {
        checkout = Files.move(
                checkout, directory.resolve("checkout")); // Java 17 shares no classes below a name with spaces
        pretendMaven();
        String first = runAndStop("");
        assertTrue(first.contains("Preparing quick starts (once) … done in "), first);
        Path classes = directory.resolve("classes.txt");
        String second = runAndStop("-Xlog:class+load:file=" + classes, "--rehearse");
        assertFalse(second.contains("Preparing"), second);
        List<String> loaded = Files.readAllLines(classes).stream()
                .filter(line -> line.contains(" io.signalbox.") && !line.contains("Lambda"))
                .toList();
        assertTrue(
                loaded.stream().anyMatch(line -> line.contains(" io.signalbox.amqp.OutgoingLink ")),
                "no client was there");
        List<String> missed = loaded.stream()
                .filter(line -> !line.contains("source: shared objects file"))
                .toList();
        assertTrue(missed.size() < 5, () -> "loaded from the jar: " + missed); // a JVM leaves out what it cannot keep
        assertFalse(Files.exists(checkout.resolve("target/training")), "the training left its data");
    }

    /** What a broker printed that became ready and was stopped. */
    private String runAndStop(String javaOptions, String... options) throws Exception {
        Map<String, String> environment =
                Map.of("PATH", bin.toString(), "JAVA_HOME", "", "SIGNALBOX_JAR", "", "JAVA_OPTS", javaOptions);
        String data = directory.resolve("data").toString();
        List<String> command =
                new ArrayList<>(List.of(checkout.resolve("signalbox").toString(), "run", "--data", data));
        for (String port : List.of("amqp", "mqtt", "http")) command.addAll(List.of("--set", port + ".port=0"));
        command.addAll(List.of(options));
        try (RunningBroker broker = RunningBroker.start(environment, command)) {
            assertEquals(0, broker.stop(), broker.output());
            return broker.output();
        }
    }

    @Test
    void aNewerSourceIsBuiltAgain() throws Exception {
        pretendMaven();
        launch("--version");
        Path source = checkout.resolve("persistence/src/main/java/A.java");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
        Run again = launch("--version");
        assertTrue(again.output().contains("Building Signalbox (sources have changed) …"), again.output());
        assertEquals(2, builds());
    }

    @Test
    void aFailedBuildNamesItsErrorsAndItsLog() throws Exception {
        script("mvn", "echo '[ERROR] A.java: broken'; exit 1");
        Run failed = launch("--version");
        assertEquals(1, failed.exitCode(), failed.output());
        assertTrue(failed.output().contains("[ERROR] A.java: broken"), failed.output());
        assertTrue(failed.output().contains(checkout.resolve("target/build.log").toString()), failed.output());
        assertFalse(Files.exists(checkout.resolve("target/build.lock")), "the lock is left");
    }

    @Test
    void aBuilderThatWasKilledDoesNotBlockTheNext() throws Exception {
        pretendMaven();
        Path lock = Files.createDirectories(checkout.resolve("target/build.lock"));
        Files.writeString(lock.resolve("pid"), "999999999\n");
        assertEquals(0, launch("--version").exitCode());
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        Run run = launch("run");
        assertEquals(1, run.exitCode());
        assertEquals(
                "Signalbox is built with Maven 3.8 or newer, and there is no mvn here."
                        + " On Debian or Ubuntu: sudo apt install maven\n",
                run.output());
    }

    @Test
    void withoutJavaItSaysWhatToInstall() throws Exception {
        Files.delete(bin.resolve("java"));
        Run run = launch("run");
        assertEquals(1, run.exitCode());
        assertEquals(
                "Signalbox needs Java 17 or newer, and there is no java here."
                        + " On Debian or Ubuntu: sudo apt install openjdk-17-jdk-headless\n",
                run.output());
    }

    @Test
    void anOldJavaIsNamed() throws Exception {
        Files.delete(bin.resolve("java"));
        script("java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
        Run run = launch("run");
        assertEquals(1, run.exitCode());
        assertTrue(run.output().contains(" is version 11."), run.output());
    }

    @Test
    void javaOptionsReachTheJvm() throws Exception {
        pretendMaven();
        launch("--version");
        Run run = Run.of(
                Map.of(
                        "PATH",
                        bin.toString(),
                        "JAVA_HOME",
                        "",
                        "SIGNALBOX_JAR",
                        "",
                        "JAVA_OPTS",
                        "-showversion -Xmx64m"),
                List.of(checkout.resolve("signalbox").toString(), "--version"));
        assertTrue(run.output().contains("Runtime Environment"), run.output());
    }

    @Test
    void aLinkToTheLauncherFindsItsCheckout() throws Exception {
        pretendMaven();
        Path link = Files.createSymbolicLink(bin.resolve("sb"), Path.of("..", "a check out", "signalbox"));
        Run run = Run.of(
                Map.of("PATH", bin.toString(), "JAVA_HOME", "", "SIGNALBOX_JAR", ""),
                List.of(link.toString(), "--version"));
        assertEquals(0, run.exitCode(), run.output());
    }
}
