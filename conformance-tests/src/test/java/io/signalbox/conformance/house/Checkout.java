package io.signalbox.conformance.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source tree these tests were built from. */
public final class Checkout {

    private static final Path ROOT = findRoot();

    private Checkout() {}

    /** The directory the launcher is in. */
    public static Path root() {
        return ROOT;
    }

    private static Path findRoot() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(directory.resolve("signalbox")) || !Files.exists(directory.resolve("pom.xml"))) {
            directory = directory.getParent();
            if (directory == null) throw new IllegalStateException("these tests run inside a checkout of Signalbox");
        }
        return directory;
    }

    /** The modules, each a directory with a pom of its own, in the root or in another module. */
    public static List<Path> modules() {
        try (Stream<Path> directories = Files.find(ROOT, 2, (path, kind) -> kind.isDirectory())) {
            return directories
                    .filter(directory -> !directory.equals(ROOT) && Files.exists(directory.resolve("pom.xml")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every Java file of a module below {@code src/main/java} or {@code src/test/java}. */
    static List<Path> javaFiles(Path module, String kind) {
        Path sources = module.resolve("src").resolve(kind).resolve("java");
        if (!Files.isDirectory(sources)) return List.of();
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
