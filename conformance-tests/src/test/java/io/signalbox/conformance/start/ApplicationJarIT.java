package io.signalbox.conformance.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.house.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What the packaged application carries. See docs/decisions/0003-runtime-dependencies.md. */
class ApplicationJarIT {

    private static final long MOST_BYTES = 10_000_000;

    private static final Path JAR = Checkout.root().resolve("server/target/signalbox.jar");

    /** Whose classes are in it; another one is a decision. */
    private static final List<String> PACKAGES = List.of(
            "com.fasterxml.jackson.core",
            "io.netty",
            "io.prometheus.metrics",
            "io.signalbox",
            "org.apache.qpid.proton",
            "org.slf4j",
            "org.tomlj",
            "picocli");

    @Test
    void itIsSmall() throws IOException {
        assertTrue(Files.size(JAR) < MOST_BYTES, JAR + " has " + Files.size(JAR) + " bytes");
    }

    @Test
    void itCarriesOnlyWhatWasDecided() throws IOException {
        List<String> foreign;
        try (JarFile jar = new JarFile(JAR.toFile())) {
            foreign = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .map(name ->
                            name.replaceFirst("^META-INF/versions/\\d+/", "").replace('/', '.'))
                    .filter(name -> PACKAGES.stream().noneMatch(ours -> name.startsWith(ours + ".")))
                    .limit(10)
                    .toList();
        }
        assertEquals(List.of(), foreign);
    }

    @Test
    void itsManifestStartsTheApplicationAndItsLicenceIsInside() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertEquals(
                    "io.signalbox.server.Main",
                    jar.getManifest().getMainAttributes().getValue("Main-Class"));
            assertEquals("true", jar.getManifest().getMainAttributes().getValue("Multi-Release"));
            assertTrue(jar.getEntry("META-INF/LICENSE") != null, "no licence");
            assertTrue(jar.getEntry("META-INF/THIRD-PARTY.txt") != null, "no licences of others");
            assertTrue(jar.stream().noneMatch(entry -> entry.getName().matches("META-INF/.*\\.(SF|RSA|DSA)")));
        }
    }
}
